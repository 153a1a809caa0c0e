/* What a client says before it was let in: kept in order, within the bounds of its queue, until it is known
 * whether anybody will listen. */
#ifndef INVIGIL_PUSHD_EARLY_H
#define INVIGIL_PUSHD_EARLY_H

#include <stddef.h>

#include "pushd/conn.h"

/* Copies a whole message. Whoever says too much, or something that there is no memory for, is sent away. */
void early_keep(struct conn *conn, const char *text, size_t len);
/* The first of them, and its reference; NULL: there is none. */
struct message *early_take(struct conn *conn);
/* Forgets them; where outcomes are told (conn_ops.answered), they share the connection's. */
void early_drop(struct conn *conn);

#endif
