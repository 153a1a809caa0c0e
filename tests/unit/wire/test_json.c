/* Parsing: files in tests/data/{valid,invalid}/json, and noise made of them. Walking the tree, and writing.
 */
#include "wire/json.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALID	"tests/data/valid/json"
#define INVALID "tests/data/invalid/json"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static json_value *parsed(const char *text)
{
	json_value *value = NULL;

	if (json_parse(arena, text, strlen(text), &value))
		fail_msg("%s", text);
	return value;
}

/* Exactly as long as the content, so that a read past the end is seen. */
static char *slurp(const char *folder, const char *name, size_t *ret_len)
{
	char path[600], *text;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*ret_len = (size_t)ftell(file);
	rewind(file);
	text = malloc(*ret_len + !*ret_len);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, *ret_len, file), *ret_len);
	fclose(file);
	return text;
}

static int each_file(const char *path, void (*check)(const char *name, const char *text, size_t len))
{
	DIR *folder = opendir(path);
	int count = 0;

	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		size_t len;
		char *text;

		if (!strstr(entry->d_name, ".json"))
			continue;
		text = slurp(path, entry->d_name, &len);
		check(entry->d_name, text, len);
		free(text);
		count++;
	}
	closedir(folder);
	return count;
}

/* What is dumped parses again, and dumps to the same. */
static void check_valid(const char *name, const char *text, size_t len)
{
	json_value *value = NULL, *again = NULL;
	char *dumped;

	if (json_parse(arena, text, len, &value))
		fail_msg("%s is JSON", name);
	dumped = json_dump(arena, value);
	assert_non_null(dumped);
	assert_true(utf8_valid(dumped, strlen(dumped)));
	assert_int_equal(json_parse(arena, dumped, strlen(dumped), &again), OK);
	assert_string_equal(json_dump(arena, again), dumped);
}

static void check_invalid(const char *name, const char *text, size_t len)
{
	json_value *value = NULL;

	if (json_parse(arena, text, len, &value) != ERR_INVALID_JSON)
		fail_msg("%s is no JSON", name);
	assert_null(value);
}

static void test_valid_files(void **state)
{
	(void)state;
	assert_true(each_file(VALID, check_valid) >= 19);
}

static void test_invalid_files(void **state)
{
	(void)state;
	assert_true(each_file(INVALID, check_invalid) >= 60);
}

/* Cut at every place and changed at random: no crash, and whatever is accepted dumps and parses. */
static void make_noise(const char *name, const char *text, size_t len)
{
	static const char pieces[] = "{}[]\",:\\u0d8e1.-+tfn \n\xc3\xa9\xff";
	static unsigned seed = 5;

	(void)name;
	if (len > 500)
		return;
	for (size_t round = 0; round < 60; round++) {
		size_t cut = round < 30 ? len - round * len / 30 : len;
		char *noise = malloc(cut + 1);
		json_value *value;

		memcpy(noise, text, cut);
		for (unsigned i = rand_r(&seed) % 4; i > 0 && cut; i--)
			noise[(size_t)rand_r(&seed) % cut] =
			    pieces[(size_t)rand_r(&seed) % (sizeof(pieces) - 1)];
		if (json_parse(arena, noise, cut, &value) == OK)
			check_valid(name, noise, cut);
		free(noise);
		arena_reset(arena);
	}
}

static void test_noise(void **state)
{
	(void)state;
	each_file(VALID, make_noise);
	each_file(INVALID, make_noise);
}

static void test_only_objects(void **state)
{
	static const struct {
		const char *text;
		enum err err;
	} rows[] = {
	    {"{}", OK},
	    {" {\"a\":1} ", OK},
	    {"[]", ERR_INVALID_JSON},
	    {"\"{}\"", ERR_INVALID_JSON},
	    {"null", ERR_INVALID_JSON},
	    {"1", ERR_INVALID_JSON},
	    {"", ERR_INVALID_JSON},
	    {"{", ERR_INVALID_JSON},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_value *value = NULL;

		assert_int_equal(json_parse_object(arena, rows[i].text, strlen(rows[i].text), &value),
				 rows[i].err);
		assert_int_equal(value != NULL, rows[i].err == OK);
	}
	assert_int_equal(json_parse(arena, NULL, 0, &(json_value *){NULL}), ERR_INVALID_JSON);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} rows[] = {
	    {"null", JSON_KIND_NULL}, {"true", JSON_KIND_BOOL}, {"false", JSON_KIND_BOOL},
	    {"5", JSON_KIND_INT},     {"5.0", JSON_KIND_REAL},	{"\"\"", JSON_KIND_STRING},
	    {"[]", JSON_KIND_ARRAY},  {"{}", JSON_KIND_OBJECT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_value *value = parsed(rows[i].text);

		assert_int_equal(json_kind(value), rows[i].kind);
		assert_int_equal(json_is_true(value), strcmp(rows[i].text, "true") == 0);
		assert_int_equal(json_text(value) != NULL, rows[i].kind == JSON_KIND_STRING);
		assert_string_equal(json_dump(arena, value), rows[i].text);
	}
	assert_int_equal(json_kind(NULL), JSON_KIND_NULL);
}

static void test_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		bool is_whole, is_number;
		int64_t number;
	} rows[] = {
	    {"0", true, true, 0},
	    {"-7", true, true, -7},
	    {"5.0", true, true, 5},
	    {"1e3", true, true, 1000},
	    {"-0.0", true, true, 0},
	    {"9223372036854775807", true, true, INT64_MAX},
	    {"-9223372036854775808", true, true, INT64_MIN},
	    {"-9223372036854775808.0", true, true, INT64_MIN},
	    {"9223372036854775808.0", false, true, 0},
	    {"9223372036854775808", false, true, 0},
	    {"-10000000000000000000", false, true, 0},
	    {"100000000000000000000", false, true, 0},
	    {"1e300", false, true, 0},
	    {"-1e300", false, true, 0},
	    {"5.5", false, true, 0},
	    {"\"5\"", false, false, 0},
	    {"true", false, false, 0},
	    {"null", false, false, 0},
	    {"[5]", false, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_value *value = parsed(rows[i].text);
		int64_t number = 77;
		double real = 77;

		assert_int_equal(json_whole(value, &number), rows[i].is_whole);
		assert_true(number == (rows[i].is_whole ? rows[i].number : 77));
		assert_int_equal(json_number(value, &real), rows[i].is_number);
		if (rows[i].is_whole)
			assert_true(real == (double)rows[i].number);
		else
			assert_int_equal(real != 77, rows[i].is_number);
	}
}

/* Its neighbours keep what they are when an integer is too wide for the parser. */
static void test_wide_integers(void **state)
{
	static const struct {
		const char *text, *dumped; /* NULL: no JSON */
	} rows[] = {
	    {"{\"a\":1e400}", NULL},
	    {"[1e400,9223372036854775808]", NULL},
	    {"[9223372036854775808", NULL},
	    {"[09223372036854775808]", NULL},
	    {"[--9223372036854775808]", NULL},
	    {"[9223372036854775808,\"\\", NULL},
	    {"[9223372036854775808.]", NULL},
	    {"[9223372036854775807,9223372036854775808,-9223372036854775808,-9223372036854775809]",
	     "[9223372036854775807,9.2233720368547758e18,-9223372036854775808,-9.2233720368547758e18]"},
	    {"{\"9223372036854775808\":\"\\\"9223372036854775808,\\\\\",\"b\":[5,18446744073709551616 ,0.5]}",
	     "{\"9223372036854775808\":\"\\\"9223372036854775808,\\\\\",\"b\":[5,1.8446744073709552e19,0.5]"
	     "}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_value *value = NULL;
		const enum err err = json_parse(arena, rows[i].text, strlen(rows[i].text), &value);

		assert_int_equal(err, rows[i].dumped ? OK : ERR_INVALID_JSON);
		if (rows[i].dumped)
			assert_string_equal(json_dump(arena, value), rows[i].dumped);
	}
}

static void test_walks(void **state)
{
	json_value *object = parsed("{\"one\":1,\"two\":[1,\"x\"],\"three\":null}"), *value;
	struct buf names;
	void *at = NULL;
	const char *name;

	(void)state;
	buf_init(&names, arena);
	while (json_next(object, &at, &name, &value)) {
		buf_adds(&names, name);
		buf_addc(&names, '=');
		buf_adds(&names, json_dump(arena, value));
		buf_addc(&names, ' ');
	}
	assert_string_equal(names.data, "one=1 two=[1,\"x\"] three=null ");
	assert_int_equal(json_count(json_member(object, "two")), 2);
	assert_string_equal(json_text(json_item(json_member(object, "two"), 1)), "x");
	assert_null(json_item(json_member(object, "two"), 2));
	assert_null(json_member(object, "four"));
	assert_null(json_member(json_member(object, "one"), "two"));
	assert_null(json_member(NULL, "one"));
	assert_int_equal(json_count(object), 0);
	assert_int_equal(json_count(NULL), 0);
	at = NULL;
	assert_false(json_next(json_member(object, "one"), &at, &name, &value));
	at = NULL;
	assert_false(json_next(parsed("{}"), &at, &name, &value));
}

static void test_written_strings(void **state)
{
	static const struct {
		const char *text;
		const char *json;
	} rows[] = {
	    {NULL, "null"},
	    {"", "\"\""},
	    {"plain", "\"plain\""},
	    {"\"", "\"\\\"\""},
	    {"a\\b", "\"a\\\\b\""},
	    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	    {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
	    {"caf\xc3\xa9/", "\"caf\xc3\xa9/\""},
	    {"x\"\"y", "\"x\\\"\\\"y\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out;

		buf_init(&out, arena);
		json_add_string(&out, rows[i].text);
		assert_string_equal(out.data, rows[i].json);
		if (rows[i].text)
			assert_string_equal(json_text(parsed(out.data)), rows[i].text);
	}
}

static void test_other_writers(void **state)
{
	struct id id = {{0xab, [15] = 1}};
	struct buf out;

	(void)state;
	buf_init(&out, arena);
	json_add_stringn(&out, "ab\0cd", 5);
	json_add_stringn(&out, "abcdef", 2);
	json_add_stringn(&out, NULL, 0);
	json_add_id(&out, &id);
	json_add_time(&out, INT64_C(1768732200000));
	assert_string_equal(out.data, "\"ab\\u0000cd\"\"ab\"\"\"\"ab000000-0000-0000-0000-000000000001\""
				      "\"2026-01-18T10:30:00.000Z\"");
}

/* The members of an object's text, to go into another's. */
static void test_members(void **state)
{
	static const struct {
		const char *text;
		const char *members; /* NULL: it is no object */
	} rows[] = {
	    {"{}", ""},
	    {" {\n \t} \r\n", ""},
	    {"{\"a\":1}", "\"a\":1"},
	    {"{ \"a\" : {\"b\": \"}\"}}", "\"a\" : {\"b\": \"}\"}"},
	    {"", NULL},
	    {"  ", NULL},
	    {"{", NULL},
	    {"}", NULL},
	    {"[]", NULL},
	    {"null", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *members = NULL;
		size_t len = 0;

		assert_int_equal(json_members(rows[i].text, strlen(rows[i].text), &members, &len),
				 rows[i].members != NULL);
		if (!rows[i].members)
			continue;
		assert_int_equal(len, strlen(rows[i].members));
		assert_memory_equal(members, rows[i].members, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_valid_files, begin, end),
	    cmocka_unit_test_setup_teardown(test_invalid_files, begin, end),
	    cmocka_unit_test_setup_teardown(test_noise, begin, end),
	    cmocka_unit_test_setup_teardown(test_only_objects, begin, end),
	    cmocka_unit_test_setup_teardown(test_kinds, begin, end),
	    cmocka_unit_test_setup_teardown(test_whole_numbers, begin, end),
	    cmocka_unit_test_setup_teardown(test_wide_integers, begin, end),
	    cmocka_unit_test_setup_teardown(test_walks, begin, end),
	    cmocka_unit_test_setup_teardown(test_written_strings, begin, end),
	    cmocka_unit_test_setup_teardown(test_other_writers, begin, end),
	    cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
