/* The head of a request before libwebsockets sees it. That library keeps 128 bytes for the list of
 * subprotocols, and a token that comes in it (`Sec-WebSocket-Protocol: bearer, <jwt>`) is longer: it is moved
 * to a header where there is room. */
#ifndef INVIGIL_PUSHD_HANDSHAKE_H
#define INVIGIL_PUSHD_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The bytes up to and with the empty line that ends a head; 0: it isn't there yet. */
size_t handshake_end(const char *bytes, size_t len);
/* Copies the head, and what is behind it, into `out`. `Sec-WebSocket-Protocol: bearer, X` becomes
 * `Sec-WebSocket-Protocol: bearer` and `Authorization: Bearer X`, and then no other Authorization stays;
 * anything else is copied as it is. */
void handshake_rewrite(const char *bytes, size_t len, struct buf *out);

#endif
