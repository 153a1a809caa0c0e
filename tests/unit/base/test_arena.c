/* What an arena promises: zeroed, aligned, separate pieces, and that what hangs on it goes with it. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char order[16];

static void note(void *arg)
{
	strcat(order, arg);
}

/* Fills each piece with a byte of its own and looks at all of them at the end. */
static void test_pieces_are_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {1, 0, 16, 17, 63, 64, 65, 200, 4096, 3, 100000, 5, 64};
	struct arena *arena = arena_new(128);
	unsigned char *pieces[ARRAY_LEN(sizes)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pieces[i] = arena_alloc(arena, sizes[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], i + 1);
	}
	assert_false(arena_failed(arena));
	arena_free(arena);
}

static void test_what_is_too_large_fails_and_is_remembered(void **state)
{
	static const struct {
		size_t count, size;
	} rows[] = {
	    {SIZE_MAX, 2}, {SIZE_MAX / 2, 3}, {1, SIZE_MAX}, {1, SIZE_MAX - 15}, {1, SIZE_MAX / 2 + 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);

		assert_null(arena_calloc(arena, rows[i].count, rows[i].size));
		assert_true(arena_failed(arena));
		arena_reset(arena);
		assert_false(arena_failed(arena));
		arena_fail(arena);
		assert_true(arena_failed(arena));
		arena_free(arena);
	}
}

static void test_deferred_calls_run_once_newest_first(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	order[0] = '\0';
	assert_true(arena_defer(arena, note, "a"));
	assert_true(arena_defer(arena, note, "b"));
	assert_true(arena_defer(arena, note, "c"));
	arena_reset(arena);
	assert_string_equal(order, "cba");
	assert_true(arena_defer(arena, note, "d"));
	arena_free(arena);
	assert_string_equal(order, "cbad");
	arena_free(NULL);
}

static void test_a_reset_arena_is_as_new(void **state)
{
	struct arena *arena = arena_new(64);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++) {
			unsigned char *piece = arena_alloc(arena, 40);

			assert_non_null(piece);
			assert_int_equal(piece[39], 0);
			memset(piece, 0xff, 40);
		}
		arena_reset(arena);
	}
	arena_free(arena);
}

static void test_texts(void **state)
{
	struct arena *arena = arena_new(0);
	char *text;

	(void)state;
	assert_string_equal(arena_strdup(arena, "abc"), "abc");
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "abcdef", 0), "");
	assert_string_equal(arena_printf(arena, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_printf(arena, "%s", ""), "");
	text = arena_printf(arena, "%0*d", 30000, 1);
	assert_int_equal(strlen(text), 30000);
	assert_null(arena_strndup(arena, "a", SIZE_MAX));
	assert_true(arena_failed(arena));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pieces_are_zeroed_aligned_and_apart),
	    cmocka_unit_test(test_what_is_too_large_fails_and_is_remembered),
	    cmocka_unit_test(test_deferred_calls_run_once_newest_first),
	    cmocka_unit_test(test_a_reset_arena_is_as_new),
	    cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
