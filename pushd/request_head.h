/* What the head of a request says, for those that libwebsockets never sees. head.c has let it pass, so nobody
 * else understands it differently; what is not HTTP/1 as browsers and proxies speak it is refused. */
#ifndef INVIGIL_PUSHD_REQUEST_HEAD_H
#define INVIGIL_PUSHD_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

#define REQUEST_METHOD_TEXT 16

/* Borrowed: up to and with the empty line. */
struct request_head {
	const char *bytes;
	size_t len;
};

/* Whether it asks for `path` (with or without the slash at its end) by plain HTTP: no upgrade. */
bool request_head_is_for(struct request_head head, const char *path);
/* "GET"; false: its first line isn't one of HTTP/1, or the method is longer than any that there is. */
MUST_CHECK bool request_head_method(struct request_head head, char ret[REQUEST_METHOD_TEXT]);
/* The query's first argument of this name, decoded and cut to fit. False: there is none. */
bool request_head_argument(struct request_head head, const char *name, char *ret, size_t size);
/* All headers of this name, with ", " between, cut to fit. False: there is none. */
bool request_head_header(struct request_head head, const char *name, char *ret, size_t size);
/* The body's bytes; SIZE_MAX: their number is unknown or malformed. */
size_t request_head_length(struct request_head head);

#endif
