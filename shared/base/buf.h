/* A growing run of bytes, always NUL-terminated behind `len`. Lives in an arena, or on the heap when made
 * without one. After a failed allocation it swallows every further write and `failed` stays true: builders
 * check once, at the end. */
#ifndef INVIGIL_BASE_BUF_H
#define INVIGIL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"

struct buf {
	char *data;	     /* the bytes; NULL until the first write */
	size_t len;	     /* bytes in use, without the terminator */
	size_t cap;	     /* bytes allocated */
	struct arena *arena; /* the owner; NULL: the heap, and buf_done frees */
	bool failed;	     /* memory ran out: the content is not whole */
};

void buf_init(struct buf *buf, struct arena *arena);
void buf_done(struct buf *buf);
/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *buf);

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_adds(struct buf *buf, const char *text);
void buf_addc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* A decimal number, without printf: the hot paths write many. */
void buf_addu(struct buf *buf, uint64_t number);
void buf_addi(struct buf *buf, int64_t number);
/* Room for `len` more bytes to be written at data + len by the caller. False: no memory. */
MUST_CHECK bool buf_reserve(struct buf *buf, size_t len);

#endif
