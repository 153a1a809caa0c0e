/* Where requests come from: a FastCGI socket, or the one request of a plain CGI program. The only door to
 * libfcgi. */
#ifndef INVIGIL_APP_HTTP_GATEWAY_H
#define INVIGIL_APP_HTTP_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "fcgi-app/http/request.h"

struct gateway;

/* On a listening socket. A web server that is silent for `patience_ms` in the middle of a request, or between
 * two on a connection that it keeps, loses it. NULL: no memory, or libfcgi refuses. */
struct gateway *gateway_new(int listen_fd, int64_t patience_ms);
/* The next one of a worker that hands `gateway` over, with the request that it has. NULL: no memory, and
 * nothing has changed. */
struct gateway *gateway_next(struct gateway *gateway);
void gateway_free(struct gateway *gateway);
/* Waits for a request. False: told to stop, or the socket is of no use. */
MUST_CHECK bool gateway_accept(struct gateway *gateway, struct exchange *ret);
/* Ends the request: what was written is on its way. */
void gateway_finish(struct gateway *gateway);
/* From a signal handler: the next accept, and one that waits, returns false. */
void gateway_stop(void);

/* The environment, stdin and stdout. */
void gateway_cgi(struct exchange *ret);

#endif
