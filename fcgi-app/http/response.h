/* A response until it is sent: status, headers, body; and the one place where an error becomes a reply. */
#ifndef INVIGIL_APP_HTTP_RESPONSE_H
#define INVIGIL_APP_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "core/config.h"
#include "core/err.h"
#include "fcgi-app/http/request.h"
#include "wire/json.h"

struct response {
	struct arena *arena;
	int status;
	const char *content_type;  /* NULL: no body */
	const char *cache_control; /* "no-store" unless set */
	const char *retry_after;   /* seconds, with a 429; NULL: the minute that limits are counted by */
	struct buf headers;	   /* the others, as lines */
	const char *body;	   /* borrowed until it is sent */
	size_t body_len;
};

void response_init(struct response *response, struct arena *arena);
/* Adds a header; control characters in `value` are left out. */
void response_header(struct response *response, const char *name, const char *value);
void response_body(struct response *response, int status, const char *content_type, const char *body,
		   size_t len);
/* 204 */
void response_empty(struct response *response);
/* RFC 9457; `problems` (may be NULL) become `errors` with a 422. Adds what its status demands:
 * WWW-Authenticate, Retry-After. */
void response_error(struct response *response, enum err err, const struct problems *problems);
/* Whom a browser may show the answer to, and what it may send: the headers for an origin on the list, or,
 * when there is none, for the site's own. `preflight_allow`: the methods, with whatever else OPTIONS asks;
 * NULL: it is no OPTIONS. */
void response_cors(struct response *response, const struct request *request,
		   const struct config_list *origins, const char *preflight_allow);
/* Head and body as a CGI program writes them. No body for HEAD, 204 and 304. False: no memory. */
MUST_CHECK bool response_write(const struct response *response, const struct request *request,
			       struct buf *out);

#endif
