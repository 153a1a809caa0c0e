/* Who is in which group of one session: what decides who hears a message to a group. Read from the database
 * when the first connection is let into the room, and kept by the group_updated events that follow. */
#ifndef INVIGIL_PUSHD_GROUPS_H
#define INVIGIL_PUSHD_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "domain/classroom.h"

struct groups;

/* NULL: no memory. */
MUST_CHECK struct groups *groups_new(const struct group_member *members, size_t count);
/* Accepts NULL. */
void groups_free(struct groups *groups);

/* The payload of a group_updated event: the group has these members now, or is no more. ERR_MEMORY, or
 * ERR_INVALID_MESSAGE for no such payload, and everything is as before. */
MUST_CHECK enum err groups_update(struct groups *groups, const char *payload, size_t len);

/* Whether the group has this member. Nobody is in no groups (NULL). */
bool groups_has(const struct groups *groups, const struct id *group_id, const struct id *student_id);
/* Whether any has. */
bool groups_know(const struct groups *groups, const struct id *student_id);

#endif
