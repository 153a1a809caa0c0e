/* The sockets: WebSocket and HTTP on one port, and the only door to libwebsockets. Its callbacks translate: a
 * handshake for the gate, a message for command.c, a writable socket for conn.c; then they return. */
#ifndef INVIGIL_PUSHD_SERVER_H
#define INVIGIL_PUSHD_SERVER_H

#include "core/err.h"
#include "pushd/pushd.h"

struct server;

/* Listens at config->pushd_listen on the given libuv loop (a uv_loop_t). ERR_CONFIG: can't listen there. */
MUST_CHECK enum err server_new(struct pushd *pushd, void *loop, struct server **ret);
/* Nobody is accepted any more. */
void server_refuse(struct server *server);
/* Begins the end; the loop has to run until its handles are closed. */
void server_end(struct server *server);
void server_free(struct server *server);

#endif
