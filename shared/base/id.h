/* Identifiers: 16 bytes in memory, lower-case UUID text on the wire. Ours are version 7 (RFC 9562, 5.7):
 * time-ordered, so that B-trees grow at their right edge. */
#ifndef INVIGIL_BASE_ID_H
#define INVIGIL_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define ID_TEXT 37 /* 36 characters and the terminator */

struct id {
	uint8_t b[16];
};

/* The nil UUID: "nobody", "no such thing", and the system's own event stream. */
extern const struct id ID_NIL;

/* A new version 7 id of this moment. Never fails; ids of one process within a millisecond stay in order. */
struct id id_make(void);
/* Reads 8-4-4-4-12 hexadecimal text in either case; false (and *ret untouched) for anything else. */
MUST_CHECK bool id_parse(const char *text, struct id *ret);
/* Writes the text form, and returns `text`. */
char *id_format(const struct id *id, char text[ID_TEXT]);
bool id_equal(const struct id *a, const struct id *b);
bool id_is_nil(const struct id *id);
/* Spreads ids over tables and threads. It is no secret: a table whose keys strangers choose is a map. */
uint64_t id_hash(const struct id *id);

#endif
