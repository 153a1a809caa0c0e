/* The sockets once they have said what they want: WebSocket and HTTP. libwebsockets and its callbacks, which
 * translate: a handshake for the gate, a message for command.c, a writable socket for conn.c; then they
 * return. What websocket.c and outlet.c do, they do to sockets of this file. */
#ifndef INVIGIL_PUSHD_SERVER_H
#define INVIGIL_PUSHD_SERVER_H

#include "core/err.h"
#include "pushd/polling.h"
#include "pushd/pushd.h"

struct server;

/* On the given libuv loop (a uv_loop_t). */
MUST_CHECK enum err server_new(struct pushd *pushd, void *loop, struct server **ret);
/* From now on, what comes under its rules' path is Engine.IO's: requests for `polling`, and WebSockets. */
void server_serve(struct server *server, struct polling *polling);
/* A socket that has sent these bytes, at least a whole request head. */
void server_adopt(struct server *server, int fd, const char *bytes, size_t len);
/* Begins the end; the loop has to run until its handles are closed. */
void server_end(struct server *server);
void server_free(struct server *server);

#endif
