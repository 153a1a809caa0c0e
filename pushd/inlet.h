/* Looks at what comes in by WebSockets before libwebsockets does (frames.h says why).
 *
 * That library reads a socket that has no TLS of its own by recv() and by nothing else, and offers no place
 * between that and its parser. Therefore this module defines recv: a symbol of the program goes before the
 * C library's, for the libraries that the program is linked with too. It reads just as the other one does,
 * and looks up the descriptor among those that are followed; only the thread that made the inlet follows any,
 * so nothing is locked, and the lanes and ZeroMQ notice nothing.
 *
 * Rejected: a pipe between socket and library (twice the descriptors and the copies), reading its struct's
 * bits by their place (of one build of one version), MSG_PEEK before each of its reads (twice the calls). */
#ifndef INVIGIL_PUSHD_INLET_H
#define INVIGIL_PUSHD_INLET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "core/err.h"

/* For the calling thread; `broken` is called once for a socket whose frames break a rule, from within its
 * read. What comes from then on is read and forgotten. There is one inlet at a time. */
MUST_CHECK enum err inlet_new(void (*broken)(void *socket));
void inlet_free(void);

/* A connection that may become a WebSocket: what it has sent behind its handshake. *ret_len: how much of that
 * may be given to the library. */
MUST_CHECK enum err inlet_begin(int fd, const char *bytes, size_t len, size_t *ret_len);
/* It has become one: it is followed until inlet_close. If what inlet_begin saw was wrong, `broken` is called
 * at once. */
void inlet_open(int fd, void *socket);
void inlet_close(int fd);
bool inlet_broken(int fd);

#endif
