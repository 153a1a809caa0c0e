/* One block, thrown off by whoever needs it first. */
#include "base/ballast.h"

#include <stdatomic.h>
#include <stdlib.h>

#define BALLAST (1 << 20) /* address space, not memory: it is never touched */

static _Atomic(void *) ballast;

static void take_on(void)
{
	void *none = NULL, *block = malloc(BALLAST);

	if (block && !atomic_compare_exchange_strong(&ballast, &none, block))
		free(block);
}

static void throw_off(void)
{
	free(atomic_exchange(&ballast, NULL));
}

static void *keep_trim(void *block)
{
	if (block && !atomic_load(&ballast))
		take_on();
	return block;
}

__attribute__((constructor)) static void set_out(void)
{
	take_on();
}

void *ballast_malloc(size_t size)
{
	void *block = malloc(size);

	if (!block) {
		throw_off();
		block = malloc(size);
	}
	return keep_trim(block);
}

void *ballast_calloc(size_t count, size_t size)
{
	void *block = calloc(count, size);

	if (!block) {
		throw_off();
		block = calloc(count, size);
	}
	return keep_trim(block);
}

void *ballast_realloc(void *block, size_t size)
{
	void *larger = realloc(block, size);

	/* then the block is as it was */
	if (!larger && size) {
		throw_off();
		larger = realloc(block, size);
	}
	return keep_trim(larger);
}
