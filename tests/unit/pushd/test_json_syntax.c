/* What is JSON, and what isn't, a row each. */
#include "pushd/dialect/json_syntax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_syntax(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
	    {"0", true},
	    {"-0", true},
	    {"12.50e+3", true},
	    {"1E-9", true},
	    {"99999999999999999999999", true},
	    {"1e400", true},
	    {"true", true},
	    {"false", true},
	    {"null", true},
	    {"\"\"", true},
	    {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud800\\u0000\"", true},
	    {"\"\xe2\x82\xac\"", true},
	    {"[]", true},
	    {"{}", true},
	    {" [ 1 , [ ] , { } , \"x\" ] ", true},
	    {"{\"a\":1,\"a\":{\"b\":[null,{\"c\":[]}]}}", true},
	    {"\t{\r\n\"a\" : true }", true},
	    {"", false},
	    {" ", false},
	    {"01", false},
	    {"-", false},
	    {"1.", false},
	    {".5", false},
	    {"+1", false},
	    {"1e", false},
	    {"1e+", false},
	    {"0x10", false},
	    {"nul", false},
	    {"nulll", false},
	    {"NaN", false},
	    {"'a'", false},
	    {"\"a", false},
	    {"\"\\x\"", false},
	    {"\"\\u12g4\"", false},
	    {"\"\\u12", false},
	    {"\"\\", false},
	    {"\"\n\"", false},
	    {"\"\x01\x31\x32", false},
	    {"\"\\q12", false},
	    {"[", false},
	    {"]", false},
	    {"[1", false},
	    {"[1,", false},
	    {"[1,]", false},
	    {"[,1]", false},
	    {"[1 2]", false},
	    {"[1}", false},
	    {"{", false},
	    {"{\"a\"}", false},
	    {"{\"a\":}", false},
	    {"{\"a\":1,}", false},
	    {"{1:2}", false},
	    {"{\"a\":1]", false},
	    {"[{]}", false},
	    {"[] []", false},
	    {"1 2", false},
	    {"[]x", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (json_syntax(rows[i].text, strlen(rows[i].text)) != rows[i].valid)
			fail_msg("%s", rows[i].text);
}

/* The text need not be terminated, and a NUL is no white space. */
static void test_length(void **state)
{
	(void)state;
	assert_true(json_syntax("[1]]", 3));
	assert_false(json_syntax("[1]\0", 4));
	assert_false(json_syntax("\0[1]", 4));
	assert_false(json_syntax("tru", 3));
}

static void test_depth(void **state)
{
	static char text[4 * 1025];

	(void)state;
	for (size_t depth = 1023; depth <= 1026; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		/* the innermost is empty, and needs no level */
		assert_int_equal(json_syntax(text, 2 * depth), depth <= 1025);
	}
	memset(text, '[', sizeof(text));
	assert_false(json_syntax(text, sizeof(text)));
}

static void test_string(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
	    {"\"a\",1]", 3}, {"\"a\\\"b\"]", 6}, {"\"\"", 2}, {"1,2", 0}, {"", 0}, {"\"a", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(json_syntax_string(rows[i].text, strlen(rows[i].text)), rows[i].len);
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
	    {"1", 1}, {"12,3", 2}, {"{}x", 2}, {"[{\"a\":[]}],", 10}, {" \"a\" ", 4}, {"nullx", 4}, {"", 0},
	    {"x", 0}, {"[1", 0},   {"{1}", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(json_syntax_value(rows[i].text, strlen(rows[i].text)), rows[i].len);
}

static void test_members(void **state)
{
	static const struct {
		const char *text;
		const char *members; /* name=value; each */
	} rows[] = {
	    {"{}", ""},
	    {" { \"a\" : 1 , \"b\":{\"c\":[2]} } ", "a=1;b={\"c\":[2]};"},
	    {"{\"a\":\"}\",\"\":null}", "a=\"}\";=null;"},
	    {"{\"a\":1,\"a\":2}", "a=1;a=2;"},
	    /* as far as it goes */
	    {"{\"a\":1,}", "a=1;"},
	    {"{\"a\":1 \"b\":2}", "a=1;"},
	    {"{\"a\"}", ""},
	    {"{\"a\":}", ""},
	    {"{\"a", ""},
	    {"[\"a\",1]", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_part part;
		char members[200] = "";

		for (size_t at = 0; json_syntax_next(rows[i].text, strlen(rows[i].text), &at, &part);)
			snprintf(members + strlen(members), sizeof(members) - strlen(members), "%.*s=%.*s;",
				 (int)part.name_len, part.name, (int)part.value_len, part.value);
		assert_string_equal(members, rows[i].members);
	}
}

static void test_member(void **state)
{
	static const char text[] = "{\"ab\":1,\"a\":2,\"a\":3}";
	struct json_part part;

	(void)state;
	assert_true(json_syntax_member(text, strlen(text), "a", &part));
	assert_int_equal(*part.value, '2');
	assert_false(json_syntax_member(text, strlen(text), "b", &part));
	assert_int_equal(*part.value, '2');
	assert_false(json_syntax_member(text, strlen(text), "", &part));
}

static void test_time(void **state)
{
	static const char *const none[] = {
	    "{}",
	    "{\"at\":null}",
	    "{\"at\":1768732200000}",
	    "{\"at\":\"\"}",
	    "{\"at\":\"soon\"}",
	    "{\"at\":\"2026-01-18T10:30:00.0000000000Z\"}",
	    "{\"at\":[\"2026-01-18T10:30:00Z\"]}",
	};
	static const char text[] = "{\"at\":\"2026-01-18T10:30:00.000Z\",\"b\":1}";
	int64_t ms = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (json_syntax_time(none[i], strlen(none[i]), "at", &ms))
			fail_msg("%s", none[i]);
	assert_int_equal(ms, 7);
	assert_true(json_syntax_time(text, strlen(text), "at", &ms));
	assert_int_equal(ms, INT64_C(1768732200000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values), cmocka_unit_test(test_members), cmocka_unit_test(test_member),
	    cmocka_unit_test(test_syntax), cmocka_unit_test(test_length),  cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_string), cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
