#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks hang on a list, the newest in front; only that one is allocated from. A request bigger than a block
 * gets a block of its own, put behind the newest so that the room left in that one isn't lost. */

#define BLOCK_DEFAULT 8192
#define ALIGNMENT     _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size; /* bytes in `data` */
	size_t used; /* of them, handed out */
	_Alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct block *blocks;	   /* newest first; the last is `first` */
	struct block *first;	   /* kept by arena_reset */
	struct deferred *deferred; /* newest first */
	size_t block_size;
	bool failed;
};

static struct block *block_new(size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

struct arena *arena_new(size_t block)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return NULL;
	arena->block_size = block ? block : BLOCK_DEFAULT;
	arena->first = arena->blocks = block_new(arena->block_size);
	if (!arena->first) {
		free(arena);
		return NULL;
	}
	return arena;
}

static void run_deferred(struct arena *arena)
{
	/* A deferred call may itself defer: take one at a time. */
	while (arena->deferred) {
		struct deferred *deferred = arena->deferred;

		arena->deferred = deferred->next;
		deferred->fn(deferred->arg);
	}
}

void arena_reset(struct arena *arena)
{
	run_deferred(arena);
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		if (block != arena->first)
			free(block);
	}
	arena->blocks = arena->first;
	arena->first->next = NULL;
	arena->first->used = 0;
	arena->failed = false;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

static struct block *add_block(struct arena *arena, size_t size)
{
	bool big = size > arena->block_size / 2;
	struct block *block = block_new(big ? size : arena->block_size);

	if (!block)
		return NULL;
	if (big) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2) {
		arena->failed = true;
		return NULL;
	}
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (size > block->size - block->used) {
		block = add_block(arena, size);
		if (!block) {
			arena->failed = true;
			return NULL;
		}
	}
	memory = block->data + block->used;
	block->used += size;
	return memset(memory, 0, size);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		arena->failed = true;
		return NULL;
	}
	return arena_alloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_alloc(arena, len + 1) : NULL;

	if (!copy) {
		arena->failed = true;
		return NULL;
	}
	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	else
		arena->failed = true;
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

bool arena_defer(struct arena *arena, void (*fn)(void *), void *arg)
{
	struct deferred *deferred = arena_alloc(arena, sizeof(*deferred));

	if (!deferred) {
		fn(arg);
		return false;
	}
	deferred->fn = fn;
	deferred->arg = arg;
	deferred->next = arena->deferred;
	arena->deferred = deferred;
	return true;
}

void arena_fail(struct arena *arena)
{
	arena->failed = true;
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}
