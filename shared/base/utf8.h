/* What the house knows of UTF-8 (RFC 3629). */
#ifndef INVIGIL_BASE_UTF8_H
#define INVIGIL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the well-formed sequence that begins at `bytes`; 0 when none does. `len` is at least 1. */
size_t utf8_step(const char *bytes, size_t len);
/* Whether the bytes are well-formed UTF-8. */
bool utf8_valid(const char *bytes, size_t len);
/* Code points in valid UTF-8 text. */
size_t utf8_length(const char *text);

#endif
