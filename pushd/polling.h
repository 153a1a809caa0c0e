/* Engine.IO's two transports: WebSockets of libwebsockets, and held GETs and POSTs that never come to it
 * (exchange.h says why). Whoever has the library's callbacks asks for each WebSocket whether it is this
 * file's, and keeps a link for it; with server.c this is the only door to libwebsockets. */
#ifndef INVIGIL_PUSHD_POLLING_H
#define INVIGIL_PUSHD_POLLING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "core/address.h"
#include "pushd/dialect/engineio.h"
#include "pushd/metrics.h"

struct lws;
struct polling;
/* A WebSocket or a request, from its first callback to its last. */
struct polling_link;

/* What a page's origin gets. */
enum polling_origin {
	POLLING_REFUSED, /* 403 */
	POLLING_OWN,	 /* no headers: it is no page, or one of this site */
	POLLING_LISTED,	 /* CORS headers for this origin */
	POLLING_ANY,	 /* CORS headers for all */
};

struct polling_rules {
	const char *path; /* "/socket.io/" */
	void *loop;	  /* a uv_loop_t */
	struct engineio *engine;
	struct metrics *metrics;
	void *owner;
	/* `origin` "": none. */
	enum polling_origin (*origin)(void *owner, const char *origin);
	/* The client's address, from the peer's and the X-Forwarded-For header (NULL: none). */
	void (*address)(void *owner, const char *peer, const char *forwarded, char ret[ADDRESS_TEXT]);
};

/* For engineio_new: the sockets and requests it is given are links. */
extern const struct engineio_ops polling_ops;

MUST_CHECK struct polling *polling_new(const struct polling_rules *rules);
/* Every second or so. */
void polling_tick(struct polling *polling, int64_t now);
/* No request is being read, held or answered. */
bool polling_idle(const struct polling *polling);
/* Drops all requests. The loop has to run on until its handles are closed; then polling_free. */
void polling_stop(struct polling *polling);
/* No link may be left. Accepts NULL. */
void polling_free(struct polling *polling);

/* Takes a socket that asks for this path by plain HTTP, with what it has sent: at least a whole head. False:
 * it asks for something else, or for an upgrade, and is still the caller's. */
bool polling_takes(struct polling *polling, int fd, const char *bytes, size_t len);

/* Whether a WebSocket is to be opened under this path. */
bool polling_serves(const struct polling *polling, const char *path);
/* LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION. The results are the callback's. */
int polling_filter(struct polling *polling, struct lws *wsi);
/* LWS_CALLBACK_ESTABLISHED. */
int polling_opened(struct polling *polling, struct lws *wsi, struct polling_link **ret);
/* Any other callback while there is a link; *link becomes NULL with its last. */
int polling_callback(struct polling_link **link, int reason, const void *in, size_t len);

#endif
