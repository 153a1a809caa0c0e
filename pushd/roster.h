/* The open connections of each user: how many he has, and which to ask about when his rights change. */
#ifndef INVIGIL_PUSHD_ROSTER_H
#define INVIGIL_PUSHD_ROSTER_H

#include "pushd/conn.h"

struct roster;

MUST_CHECK struct roster *roster_new(void);
/* Frees the roster, never the connections. */
void roster_free(struct roster *roster);

/* Notes an open connection of its actor. False: no memory. */
MUST_CHECK bool roster_add(struct roster *roster, struct conn *conn);
/* Harmless for one that isn't noted. */
void roster_remove(struct roster *roster, struct conn *conn);
size_t roster_count(const struct roster *roster, const struct id *user_id);
/* Their list (conn.of_user), borrowed; NULL: none. */
struct list *roster_find(const struct roster *roster, const struct id *user_id);

#endif
