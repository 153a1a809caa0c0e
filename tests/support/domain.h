/* A domain without a database, with an arena of its own for each test: for those that only read and check. To
 * be included after cmocka.h, by one file of a program. */
#ifndef INVIGIL_TESTS_SUPPORT_DOMAIN_H
#define INVIGIL_TESTS_SUPPORT_DOMAIN_H

#include "base/arena.h"
#include "base/compiler.h"
#include "domain/domain.h"

static struct domain domain;

static int setup(void **state UNUSED)
{
	struct arena *arena = arena_new(0);

	assert_non_null(arena);
	domain_init(&domain, NULL, arena, NULL, NULL);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(domain.arena);
	return 0;
}

#endif
