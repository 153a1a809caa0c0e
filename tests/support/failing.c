/* Defined in the program, these take the place of the C library's for all that is linked to it. The
 * sanitizer's own are called by their other names; without one, glibc's. */
#include "tests/support/failing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
void REAL(free)(void *block);

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **ret, size_t alignment, size_t size);
void free(void *block);

static atomic_long left, blocks;
static atomic_bool failed;

static bool fails(void)
{
	/* not counted when nothing is armed */
	if (atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1)
		return false;
	atomic_store(&failed, true);
	errno = ENOMEM;
	return true;
}

static void *counted(void *block)
{
	if (block)
		atomic_fetch_add(&blocks, 1);
	return block;
}

void *malloc(size_t size)
{
	return fails() ? NULL : counted(REAL(malloc)(size));
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : counted(REAL(calloc)(count, size));
}

void *realloc(void *block, size_t size)
{
	if (fails())
		return NULL;
	return block ? REAL(realloc)(block, size) : counted(REAL(realloc)(NULL, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : counted(REAL(memalign)(alignment, size));
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	*ret = aligned_alloc(alignment, size);
	return *ret ? 0 : ENOMEM;
}

/* The sanitizer's make their blocks by themselves. */
char *strndup(const char *text, size_t most)
{
	size_t len = strnlen(text, most);
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}

void free(void *block)
{
	if (block)
		atomic_fetch_sub(&blocks, 1);
	REAL(free)(block);
}

void failing_arm(long n)
{
	atomic_store(&failed, false);
	atomic_store(&left, n);
}

bool failing_disarm(void)
{
	atomic_store(&left, 0);
	return atomic_load(&failed);
}

long failing_blocks(void)
{
	return atomic_load(&blocks);
}
