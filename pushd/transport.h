/* Engine.IO's two transports, and what both ask of a request: whether it is right, and whose session it is
 * for. Held GETs and POSTs are polling.h's, WebSockets websocket.h's; the session never learns by which of
 * them it is carried. */
#ifndef INVIGIL_PUSHD_TRANSPORT_H
#define INVIGIL_PUSHD_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "core/address.h"
#include "pushd/dialect/engineio.h"
#include "pushd/metrics.h"

#define TRANSPORT_ARGUMENT 8448 /* any argument: a token of 8 KiB, which token_verify refuses beyond */
#define TRANSPORT_ORIGIN   512	/* an Origin header */
/* Any X-Forwarded-For that a head has room for: of one that is cut off the client would choose the last
 * entry. */
#define TRANSPORT_FORWARDED 20480

/* What a page's origin gets. */
enum transport_origin {
	TRANSPORT_REFUSED, /* 403 */
	TRANSPORT_OWN,	   /* no headers: it is no page, or one of this site */
	TRANSPORT_LISTED,  /* CORS headers for this origin */
	TRANSPORT_ANY,	   /* CORS headers for all */
};

struct transport_rules {
	const char *path; /* "/socket.io/" */
	void *loop;	  /* a uv_loop_t */
	struct engineio *engine;
	struct metrics *metrics;
	void *owner;
	/* `origin` "": none. */
	enum transport_origin (*origin)(void *owner, const char *origin);
	/* The client's address, from the peer's and the X-Forwarded-For header (NULL: none). */
	void (*address)(void *owner, const char *peer, const char *forwarded, char ret[ADDRESS_TEXT]);
};

/* For engineio_new: its sockets are websocket.h's, its requests polling.h's. */
extern const struct engineio_ops transport_ops;

/* Where a request's arguments are. */
struct transport_request {
	const void *source;
	/* False: it isn't there. Cut to fit: then it is longer than any that we know, and so none of them. */
	bool (*argument)(const void *source, const char *name, char *ret, size_t size);
};

/* `upgrade`: it is a WebSocket's. *ret_session: the one that it names; NULL: none, it opens one. */
enum engineio_refusal transport_judge(const struct transport_rules *rules,
				      const struct transport_request *request, bool get, bool upgrade,
				      struct engineio_session **ret_session);
/* `socket` NULL: by polling. `forwarded`: the X-Forwarded-For header, "": none. */
MUST_CHECK enum err transport_open(const struct transport_rules *rules,
				   const struct transport_request *request, void *socket, const char *peer,
				   const char *forwarded, struct engineio_session **ret);

#endif
