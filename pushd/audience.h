/* Who may hear what. Nothing but the token's role and the roster decides it, never a client's wish; asked at
 * one place, just before queueing. */
#ifndef INVIGIL_PUSHD_AUDIENCE_H
#define INVIGIL_PUSHD_AUDIENCE_H

#include <stdbool.h>

#include "model/role.h"
#include "pushd/groups.h"
#include "wire/event.h"

/* Both the row's audience and its type's must allow it: a row that was written with too wide an audience
 * still stays with those whom the table names. `groups`: the session's; NULL: it has none. */
bool audience_allows(const struct event *event, const struct actor *who, const struct groups *groups);
/* Nobody but staff may hear it, whoever is there: the others needn't be asked about. */
bool audience_is_staff(const struct event *event);
/* Whether `who` may hear that `whose` presence has changed: where a test is taken, students hear nothing of
 * each other. */
bool audience_allows_presence(const struct actor *whose, bool has_test, const struct actor *who);

#endif
