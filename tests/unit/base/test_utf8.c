/* UTF-8: what is well-formed, and how long it is. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_valid(void **state)
{
	static const struct {
		const char *text;
		int length; /* -1: malformed */
	} rows[] = {
	    {"", 0},
	    {"abc", 3},
	    {"\x7f", 1},
	    {"é", 1},
	    {"日本語", 3},
	    {"👩‍🎓", 3},
	    {"e\xcc\x81", 2},
	    {"\xc2\x80", 1},
	    {"\xdf\xbf", 1},
	    {"\xe0\xa0\x80", 1},
	    {"\xed\x9f\xbf", 1},
	    {"\xee\x80\x80", 1},
	    {"\xef\xbf\xbf", 1},
	    {"\xf0\x90\x80\x80", 1},
	    {"\xf4\x8f\xbf\xbf", 1},
	    {"\x80", -1},
	    {"\xbf", -1},
	    {"a\x80", -1},
	    {"\xc0\x80", -1},
	    {"\xc1\xbf", -1},
	    {"\xc2", -1},
	    {"\xc2 ", -1},
	    {"\xc2\xc2", -1},
	    {"\xe0\x9f\xbf", -1},
	    {"\xe2\x82", -1},
	    {"\xe2\x82 ", -1},
	    {"\xed\xa0\x80", -1},
	    {"\xed\xbf\xbf", -1},
	    {"\xf0\x8f\xbf\xbf", -1},
	    {"\xf0\x9f\x98", -1},
	    {"\xf0\x9f\x98 ", -1},
	    {"\xf4\x90\x80\x80", -1},
	    {"\xf5\x80\x80\x80", -1},
	    {"\xff", -1},
	    {"\xfe", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool valid = utf8_valid(rows[i].text, strlen(rows[i].text));

		if (valid != (rows[i].length >= 0))
			fail_msg("row %zu", i);
		if (valid)
			assert_int_equal(utf8_length(rows[i].text), rows[i].length);
	}
}

static void test_steps(void **state)
{
	static const struct {
		const char *text;
		size_t step;
	} rows[] = {
	    {"ab", 1}, {"\xc3\xa9z", 2}, {"\xe6\x97\xa5z", 3}, {"\xf0\x9f\x98\x80z", 4}, {"\xffz", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(utf8_step(rows[i].text, strlen(rows[i].text)), rows[i].step);
		/* A sequence that the end cuts off is none. */
		for (size_t len = 1; len < rows[i].step; len++)
			assert_int_equal(utf8_step(rows[i].text, len), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_valid), cmocka_unit_test(test_steps)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
