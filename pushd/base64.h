/* Base64 (RFC 4648): its standard form with padding for binary data in texts, its URL form for identifiers.
 */
#ifndef INVIGIL_PUSHD_BASE64_H
#define INVIGIL_PUSHD_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"

/* Appends the standard form. */
void base64_add(struct buf *out, const void *bytes, size_t len);
/* Appends the bytes of a standard form; padding may be missing. False: it is none, or no memory. */
MUST_CHECK bool base64_read(const char *text, size_t len, struct buf *out);

/* Writes the URL form of `len` bytes, which must be a multiple of 3, and the terminator. */
void base64url_write(const unsigned char *bytes, size_t len, char *ret);
/* Reads `len` characters of the URL form, a multiple of 4, without padding. False: they are none. */
MUST_CHECK bool base64url_read(const char *text, size_t len, unsigned char *ret);

#endif
