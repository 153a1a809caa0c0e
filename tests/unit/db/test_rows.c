/* Parameters as text, and columns from a result that libpq has made without a server. */
#include "db/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "db/params.h"
#include "db/result.h"

#define ID "018f2a7e-0000-7000-8000-000000000001"

static int arena_setup(void **state)
{
	*state = arena_new(0);
	return *state ? 0 : -1;
}

static int arena_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void test_array_text(void **state)
{
	static const struct {
		const char *items[3];
		int count;
		const char *expect;
	} rows[] = {
	    {{0}, 0, "{}"},
	    {{"a"}, 1, "{\"a\"}"},
	    {{"a", "b"}, 2, "{\"a\",\"b\"}"},
	    {{""}, 1, "{\"\"}"},
	    {{NULL, "NULL"}, 2, "{NULL,\"NULL\"}"},
	    {{"a,b", "{c}"}, 2, "{\"a,b\",\"{c}\"}"},
	    {{"say \"hi\""}, 1, "{\"say \\\"hi\\\"\"}"},
	    {{"back\\slash", "\\\"", "\\"}, 3, "{\"back\\\\slash\",\"\\\\\\\"\",\"\\\\\"}"},
	    {{" blank ", "new\nline", "ä€😀"}, 3, "{\" blank \",\"new\nline\",\"ä€😀\"}"},
	    {{"{\"json\": [1, \"}\"]}"}, 1, "{\"{\\\"json\\\": [1, \\\"}\\\"]}\"}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct array array;

		array_init(&array, *state);
		for (int j = 0; j < rows[i].count; j++)
			array_add_text(&array, rows[i].items[j]);
		assert_string_equal(array_text(&array), rows[i].expect);
		assert_string_equal(array_text(&array), rows[i].expect);
	}
}

static void test_array_kinds(void **state)
{
	struct array ints, bools, ids;
	struct id id;

	assert_true(id_parse(ID, &id));
	array_init(&ints, *state);
	array_add_int(&ints, 0);
	array_add_int(&ints, INT64_MIN);
	array_add_int(&ints, INT64_MAX);
	assert_string_equal(array_text(&ints), "{0,-9223372036854775808,9223372036854775807}");

	array_init(&bools, *state);
	array_add_bool(&bools, true);
	array_add_bool(&bools, false);
	assert_string_equal(array_text(&bools), "{t,f}");

	array_init(&ids, *state);
	array_add_id(&ids, &id);
	array_add_id(&ids, &ID_NIL);
	array_add_id(&ids, NULL);
	assert_string_equal(array_text(&ids), "{" ID ",NULL,NULL}");
}

static void test_params(void **state UNUSED)
{
	char text[ID_TEXT], number[PARAM_INT_TEXT];
	struct id id;

	assert_true(id_parse(ID, &id));
	assert_string_equal(param_id(&id, text), ID);
	assert_null(param_id(&ID_NIL, text));
	assert_null(param_id(NULL, text));
	assert_string_equal(param_int(INT64_MIN, number), "-9223372036854775808");
	assert_string_equal(param_int(7, number), "7");
	assert_string_equal(param_bool(true), "t");
	assert_string_equal(param_bool(false), "f");
}

/* A result such as the server would send: one row of `values` (NULL: SQL NULL), and one of NULLs. */
static struct rows *rows_make(struct arena *arena, const char *const names[], const char *const values[],
			      int count)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[8] = {0};
	struct rows *rows = rows_new(arena);

	for (int i = 0; i < count; i++)
		columns[i].name = (char *)names[i];
	assert_int_not_equal(PQsetResultAttrs(result, count, columns), 0);
	for (int i = 0; i < count; i++) {
		assert_int_not_equal(
		    PQsetvalue(result, 0, i, (char *)values[i], values[i] ? (int)strlen(values[i]) : -1), 0);
		assert_int_not_equal(PQsetvalue(result, 1, i, NULL, -1), 0);
	}
	assert_non_null(rows);
	rows_fill(rows, result);
	return rows;
}

static void test_columns(void **state)
{
	static const char *const names[] = {"t", "i", "yes", "no", "id", "bad_id"};
	static const char *const values[] = {"te xt", "-42", "t", "f", ID, "018f2a7e"};
	struct rows *rows = rows_make(*state, names, values, ARRAY_LEN(names));
	struct id id = rows_id(rows, 0, "id"), bad = rows_id(rows, 0, "bad_id"), expect;

	assert_true(id_parse(ID, &expect));
	assert_int_equal(rows_count(rows), 2);
	assert_string_equal(rows_text(rows, 0, "t"), "te xt");
	assert_int_equal(rows_length(rows, 0, "t"), 5);
	assert_int_equal(rows_int(rows, 0, "i"), -42);
	assert_true(rows_bool(rows, 0, "yes"));
	assert_false(rows_bool(rows, 0, "no"));
	assert_true(id_equal(&id, &expect));
	assert_true(id_is_nil(&bad));
	assert_false(rows_null(rows, 0, "t"));
}

static void test_nulls(void **state)
{
	static const char *const names[] = {"x"};
	static const char *const values[] = {"1"};
	struct rows *rows = rows_make(*state, names, values, 1);
	struct id id = rows_id(rows, 1, "x");

	assert_true(rows_null(rows, 1, "x"));
	assert_null(rows_text(rows, 1, "x"));
	assert_int_equal(rows_int(rows, 1, "x"), 0);
	assert_false(rows_bool(rows, 1, "x"));
	assert_true(id_is_nil(&id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_array_text, arena_setup, arena_teardown),
	    cmocka_unit_test_setup_teardown(test_array_kinds, arena_setup, arena_teardown),
	    cmocka_unit_test(test_params),
	    cmocka_unit_test_setup_teardown(test_columns, arena_setup, arena_teardown),
	    cmocka_unit_test_setup_teardown(test_nulls, arena_setup, arena_teardown),
	};

	return cmocka_run_group_tests_name("db/rows", tests, NULL, NULL);
}
