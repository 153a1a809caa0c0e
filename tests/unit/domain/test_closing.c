/* What the database is given of a marked class. */
#include "domain/closing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define QUESTION                                                                                             \
	"{\"id\":\"01900000-0000-7000-8000-00000000000%d\",\"type\":\"short_answer\",\"points\":%s,"         \
	"\"key\":{\"any_of\":[\"x\"]}}"

static const struct id ATTEMPT = {{0x01, [15] = 0x07}};

static struct mark_sheet *make(struct arena *arena, const char *scoring)
{
	char *questions = arena_printf(arena, "[" QUESTION "," QUESTION "]", 1, "0.1", 2, "39.9");
	struct mark_sheet *sheet;

	assert_non_null(questions);
	assert_int_equal(mark_sheet_new(questions, scoring, NULL, &sheet), OK);
	return sheet;
}

static const struct {
	const char *scoring;
	double marks[3];
	const char *marks_text;
	const char *raw;
	const char *score;
	const char *table;
} RESULTS[] = {
    {"points", {0, 0, 0}, "{\"{\\\"0\\\",\\\"0\\\",\\\"0\\\"}\"}", "{\"0\"}", "{\"0\"}", "{\"points\"}"},
    {"points",
     {0.1, 0.1, 0.1},
     "{\"{\\\"0.1\\\",\\\"0.1\\\",\\\"0.1\\\"}\"}",
     "{\"0.3\"}",
     "{\"0.3\"}",
     "{\"points\"}"},
    {"points",
     {10, 19.5, 0.5},
     "{\"{\\\"10\\\",\\\"19.5\\\",\\\"0.5\\\"}\"}",
     "{\"30\"}",
     "{\"30\"}",
     "{\"points\"}"},
    {"points",
     {1.0 / 3, 0, 0},
     "{\"{\\\"0.3333\\\",\\\"0\\\",\\\"0\\\"}\"}",
     "{\"0.3333\"}",
     "{\"0.3333\"}",
     "{\"points\"}"},
    {"ielts_academic_reading",
     {20, 7, 0},
     "{\"{\\\"20\\\",\\\"7\\\",\\\"0\\\"}\"}",
     "{\"27\"}",
     "{\"6.5\"}",
     "{\"ielts_academic_reading/1\"}"},
};

static void test_results(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(RESULTS); i++) {
		struct mark_sheet *sheet = make(arena, RESULTS[i].scoring);
		struct results results;

		results_init(&results, arena);
		results_add(&results, sheet, &ATTEMPT, RESULTS[i].marks, 3);
		mark_sheet_free(sheet);
		assert_string_equal(array_text(&results.attempts), "{01000000-0000-0000-0000-000000000007}");
		assert_string_equal(array_text(&results.marks), RESULTS[i].marks_text);
		assert_string_equal(array_text(&results.raws), RESULTS[i].raw);
		assert_string_equal(array_text(&results.scores), RESULTS[i].score);
		assert_string_equal(array_text(&results.tables), RESULTS[i].table);
		assert_string_equal(array_text(&results.scaled), "{f}");
	}
	arena_free(arena);
}

static void test_many_and_none(void **state)
{
	struct arena *arena = arena_new(0);
	struct mark_sheet *sheet = make(arena, "points");
	struct results results;

	(void)state;
	results_init(&results, arena);
	assert_string_equal(array_text(&results.attempts), "{}");
	results_init(&results, arena);
	results_add(&results, sheet, &ATTEMPT, (const double[]){1, 2}, 2);
	results_add(&results, sheet, &ATTEMPT, NULL, 0);
	assert_string_equal(array_text(&results.raws), "{\"3\",\"0\"}");
	assert_string_equal(array_text(&results.marks), "{\"{\\\"1\\\",\\\"2\\\"}\",\"{}\"}");
	mark_sheet_free(sheet);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_results),
	    cmocka_unit_test(test_many_and_none),
	};

	return cmocka_run_group_tests_name("domain/closing", tests, NULL, NULL);
}
