/* A request, from the CGI variables that every web server sends, in FastCGI as in plain CGI. It knows no
 * library: what it reads from is given, so that tests make requests in memory. */
#ifndef INVIGIL_APP_HTTP_REQUEST_H
#define INVIGIL_APP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"
#include "fcgi-app/http/route.h"

/* The two ends of one request. */
struct exchange {
	char *const *variables; /* "NAME=value", NULL-terminated */
	/* Up to `len` bytes of the body; fewer: that was all. */
	size_t (*read)(void *stream, char *into, size_t len);
	/* The whole reply, once. False: the client is gone. */
	bool (*write)(void *stream, const char *bytes, size_t len);
	void *stream;
};

#define REQUEST_ID_TEXT 65 /* 64 characters and the terminator */

struct request {
	struct arena *arena;
	const struct exchange *exchange;
	enum method method;
	const char *path;  /* behind the prefix, still encoded; NULL: not ours */
	const char *query; /* still encoded; "" without one */
	char id[REQUEST_ID_TEXT];
};

/* Reads the request line and the id; the body only when asked. All texts live as long as arena and exchange.
 */
MUST_CHECK enum err request_init(struct request *request, struct arena *arena,
				 const struct exchange *exchange);

/* A CGI variable ("HTTP_ORIGIN"), borrowed; NULL: not there. */
const char *request_variable(const struct request *request, const char *name);
/* The bearer token, or NULL: none, or another scheme. */
const char *request_token(const struct request *request);
/* The whole body, NUL-terminated. ERR_PAYLOAD_TOO_LARGE over `limit` (nothing is read then),
 * ERR_UNSUPPORTED_MEDIA_TYPE when there is one that isn't application/json. Without a body: OK and a length
 * of 0. */
MUST_CHECK enum err request_body(const struct request *request, size_t limit, const char **ret,
				 size_t *ret_len);

/* Likewise a file's bytes, of one of the types that files here have. */
MUST_CHECK enum err request_file(const struct request *request, size_t limit, const char **ret,
				 size_t *ret_len);

/* The first value of a query parameter, decoded; NULL: not there, empty, or not text (bad UTF-8, a NUL,
 * memory). `ret_bad` (may be NULL) tells the last case. */
const char *request_query(const struct request *request, const char *name, bool *ret_bad);

/* Decodes %XX, and `+` as a blank when asked; NULL for a broken escape, a NUL, or bytes that aren't UTF-8. */
const char *percent_decode(struct arena *arena, const char *text, size_t len, bool plus);

#endif
