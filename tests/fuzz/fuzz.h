/* What the targets share. A target takes bytes that a fuzzer made up, gives them to one decoder, and holds
 * what comes out against something it knows by another way: an inverse, a second decoder, a rule. */
#ifndef INVIGIL_TESTS_FUZZ_H
#define INVIGIL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"

/* Called by libFuzzer, with any bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once before; a target has one when there is something to prepare. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must hold, or the input is a finding. */
#define MUST(condition)                                                                                      \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);           \
			abort();                                                                             \
		}                                                                                            \
	} while (0)

/* What is left of an input. */
struct rest {
	const uint8_t *data;
	size_t size;
};

/* The next byte; 0 when there is none. */
static inline uint8_t take_byte(struct rest *rest)
{
	if (!rest->size)
		return 0;
	rest->size--;
	return *rest->data++;
}

/* The text up to the next `end` (which goes too) or the end, without its NULs: what a C string could hold of
 * it. */
static inline char *take_text(struct rest *rest, struct arena *arena, char end)
{
	const uint8_t *stop = rest->size ? memchr(rest->data, end, rest->size) : NULL;
	size_t len = stop ? (size_t)(stop - rest->data) : rest->size, kept = 0;
	char *text = arena_alloc(arena, len + 1);

	MUST(text);
	for (size_t i = 0; i < len; i++)
		if (rest->data[i])
			text[kept++] = (char)rest->data[i];
	rest->data += len + (stop != NULL);
	rest->size -= len + (stop != NULL);
	return text;
}

/* A copy on the heap of exactly that size, so that a byte read beyond it is seen. */
static inline void *exact(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	MUST(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

#endif
