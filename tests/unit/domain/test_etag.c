/* If-None-Match as the database is asked. */
#include "domain/etag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *header;
	const char *tags;
} HEADERS[] = {
    {NULL, "{}"},
    {"", "{}"},
    {"\"abc\"", "{\"abc\"}"},
    {"W/\"abc\"", "{\"abc\"}"},
    {" \"a\" , W/\"b\",\"c\"", "{\"a\",\"b\",\"c\"}"},
    {"\"\"", "{\"\"}"},
    {"*", "{\"*\"}"},
    {"abc", "{}"},
    {"\"a\", b, \"c\"", "{\"a\"}"},
    {"\"open", "{}"},
    {"\"a\",,\"b\"", "{\"a\",\"b\"}"},
    {"\"a\", \"\xe4\", W/\"\xc3\xa4\"", "{\"a\",\"\xc3\xa4\"}"},
    {"\"back\\slash{}\"", "{\"back\\\\slash{}\"}"},
};

static void test_list(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(HEADERS); i++) {
		const char *tags;

		assert_int_equal(etag_list(arena, HEADERS[i].header, &tags), OK);
		assert_string_equal(tags, HEADERS[i].tags);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests_name("domain/etag", tests, NULL, NULL);
}
