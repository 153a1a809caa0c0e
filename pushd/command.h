/* What clients say: a message becomes a command, a lane runs it, and its outcome goes back. The commands are
 * the very same domain functions that REST calls. */
#ifndef INVIGIL_PUSHD_COMMAND_H
#define INVIGIL_PUSHD_COMMAND_H

#include <stddef.h>

#include "base/list.h"
#include "pushd/pushd.h"

/* A whole text message, valid UTF-8. One that comes before its sender was let in waits until he is. */
void command_message(struct pushd *pushd, struct conn *conn, const char *text, size_t len);
/* Likewise one that somebody else has counted. */
void command_deliver(struct pushd *pushd, struct conn *conn, const char *text, size_t len);
/* Runs those that waited. */
void command_early(struct pushd *pushd, struct conn *conn);
/* Forgets those that waited; where outcomes are told (conn_ops.answered), they share the connection's. */
void command_early_drop(struct conn *conn);

#endif
