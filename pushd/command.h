/* What clients say: a message becomes a command, a lane runs it, and its outcome goes back. The commands are
 * the very same domain functions that REST calls. */
#ifndef INVIGIL_PUSHD_COMMAND_H
#define INVIGIL_PUSHD_COMMAND_H

#include <stddef.h>

#include "pushd/pushd.h"

/* A whole text message, valid UTF-8. One that comes before its sender was let in waits until he is. */
void command_message(struct pushd *pushd, struct conn *conn, const char *text, size_t len);
/* Likewise one that somebody else has counted. */
void command_deliver(struct pushd *pushd, struct conn *conn, const char *text, size_t len);
/* Runs those that waited (early.h). */
void command_early(struct pushd *pushd, struct conn *conn);

#endif
