/* A region of memory that dies at once: one per request, per lane batch, per message.
 *
 * Every allocation is zeroed and aligned for any type. When memory runs out the call returns NULL and the
 * arena remembers it (arena_failed), so a builder may check once at its end. */
#ifndef INVIGIL_BASE_ARENA_H
#define INVIGIL_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena;

/* A new arena that grows in blocks of at least `block` bytes (0: a sane default). NULL: no memory. */
struct arena *arena_new(size_t block);
/* Runs the deferred calls, newest first, then frees everything. Accepts NULL. */
void arena_free(struct arena *arena);
/* Like arena_free, but keeps the first block for the next use. */
void arena_reset(struct arena *arena);

MUST_CHECK void *arena_alloc(struct arena *arena, size_t size);
/* `count` objects of `size` bytes; NULL also when the product overflows. */
MUST_CHECK void *arena_calloc(struct arena *arena, size_t count, size_t size);
MUST_CHECK char *arena_strdup(struct arena *arena, const char *text);
MUST_CHECK char *arena_strndup(struct arena *arena, const char *text, size_t len);
MUST_CHECK char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
MUST_CHECK char *arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* Calls fn(arg) when the arena dies: how a PGresult or a json_t is owned by a request. When it can't be
 * registered, fn(arg) is called at once and false is returned: the object is gone either way. */
MUST_CHECK bool arena_defer(struct arena *arena, void (*fn)(void *), void *arg);

/* What the arena was to hold couldn't be allocated elsewhere (by a library): as good as failed here. */
void arena_fail(struct arena *arena);
/* True once an allocation has failed since the arena was made or reset. */
bool arena_failed(const struct arena *arena);

#endif
