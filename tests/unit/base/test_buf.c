/* A buf holds what was written, on the heap and in an arena, and says so when it doesn't. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void write_everything(struct buf *buf)
{
	buf_add(buf, "a\0b", 3);
	buf_add(buf, NULL, 0);
	buf_adds(buf, "cd");
	buf_addc(buf, 'e');
	buf_printf(buf, "%d%s", 42, "f");
	buf_addu(buf, 7);
	buf_addi(buf, -8);
}

static void test_writers(void **state)
{
	static const char expected[] = "a\0bcde42f7-8";
	struct arena *arena = arena_new(64);

	(void)state;
	for (int in_arena = 0; in_arena < 2; in_arena++) {
		struct buf buf;

		buf_init(&buf, in_arena ? arena : NULL);
		assert_null(buf.data);
		for (int i = 0; i < 100; i++)
			write_everything(&buf);
		assert_false(buf.failed);
		assert_int_equal(buf.len, 100 * (sizeof(expected) - 1));
		assert_int_equal(buf.data[buf.len], '\0');
		for (int i = 0; i < 100; i++)
			assert_memory_equal(buf.data + (size_t)i * (sizeof(expected) - 1), expected,
					    sizeof(expected) - 1);
		buf_clear(&buf);
		assert_int_equal(buf.len, 0);
		assert_string_equal(buf.data, "");
		buf_adds(&buf, "again");
		assert_string_equal(buf.data, "again");
		buf_done(&buf);
		assert_null(buf.data);
	}
	arena_free(arena);
}

static void test_numbers(void **state)
{
	static const struct {
		int64_t number;
		const char *text;
	} rows[] = {
	    {0, "0"},
	    {9, "9"},
	    {10, "10"},
	    {-1, "-1"},
	    {1234567890, "1234567890"},
	    {INT64_MAX, "9223372036854775807"},
	    {INT64_MIN, "-9223372036854775808"},
	};
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&buf);
		buf_addi(&buf, rows[i].number);
		assert_string_equal(buf.data, rows[i].text);
	}
	buf_clear(&buf);
	buf_addu(&buf, UINT64_MAX);
	assert_string_equal(buf.data, "18446744073709551615");
	buf_done(&buf);
}

static void test_after_a_failure_nothing_is_written(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL);
	buf_adds(&buf, "whole");
	assert_false(buf_reserve(&buf, SIZE_MAX));
	assert_true(buf.failed);
	write_everything(&buf);
	assert_string_equal(buf.data, "whole");
	assert_false(buf_reserve(&buf, 1));
	buf_done(&buf);
}

static void test_reserved_room_is_there(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL);
	for (size_t len = 0; len < 2000; len += 97) {
		assert_true(buf_reserve(&buf, len));
		memset(buf.data + buf.len, 'x', len);
		buf.len += len;
		buf_addc(&buf, '!');
	}
	assert_int_equal(strlen(buf.data), buf.len);
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_writers),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_after_a_failure_nothing_is_written),
	    cmocka_unit_test(test_reserved_room_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
