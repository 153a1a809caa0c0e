/* The head of a request before libwebsockets sees it. That library keeps 128 bytes for the list of
 * subprotocols, and a token that comes in it (`Sec-WebSocket-Protocol: bearer, <jwt>`) is longer: it is moved
 * to a header where there is room. And it ends a connection without a word when it knows nothing on the list,
 * where RFC 6455 has a server answer without a subprotocol: such a list is left out. */
#ifndef INVIGIL_PUSHD_HANDSHAKE_H
#define INVIGIL_PUSHD_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The bytes up to and with the empty line that ends a head; 0: it isn't there yet. */
size_t handshake_end(const char *bytes, size_t len);
/* Copies the head, and what is behind it, into `out`. A list of subprotocols with `bearer, X` in it becomes
 * `Sec-WebSocket-Protocol: bearer` and `Authorization: Bearer X`, and then no other Authorization stays; one
 * without `bearer` is left out; anything else is copied as it is. */
void handshake_rewrite(const char *bytes, size_t len, struct buf *out);

#endif
