/* Engine.IO's WebSockets: each is the way of one session, or of one that is about to leave polling. Whoever
 * has libwebsockets' callbacks asks for each WebSocket whether it is this file's, and keeps it. */
#ifndef INVIGIL_PUSHD_WEBSOCKET_H
#define INVIGIL_PUSHD_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "pushd/transport.h"

struct lws;
/* From its first callback to its last. */
struct websocket;

/* Whether a WebSocket is to be opened under this path. */
bool websocket_serves(const struct transport_rules *rules, const char *path);
/* LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION. The results are the callback's. */
int websocket_filter(const struct transport_rules *rules, struct lws *wsi);
/* LWS_CALLBACK_ESTABLISHED. The rules are kept. */
int websocket_opened(const struct transport_rules *rules, struct lws *wsi, struct websocket **ret);
/* Any other callback while there is one; *ws becomes NULL with its last. */
int websocket_callback(struct websocket **ws, int reason, const void *in, size_t len);

/* engineio_ops; `context` is a websocket. */
enum engineio_write websocket_write(void *context, struct message *message, enum engineio_kind kind);
void websocket_want_writable(void *context);
void websocket_finish(void *context, int code, const char *reason);
void websocket_kill(void *context);
const struct outlet *websocket_outlet(void *context);

#endif
