/* What a row of type `reply` becomes. */
#include "domain/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "db/result.h"

#define A "018f2a7e-0000-7000-8000-00000000000a"
#define B "018f2a7e-0000-7000-8000-00000000000b"

enum { COLUMNS = 4 };

static const struct row {
	const char *values[COLUMNS]; /* outcome, doc, stream_ids, heads; NULL is SQL NULL */
	bool wants_doc;
	enum err expect;
	int notices;
	const char *problem; /* the first one's field */
} ROWS[] = {
    {{"", "{\"id\":1}", NULL, NULL}, true, OK, 0, NULL},
    {{"", "{}", "{" A "," B "}", "{7,9007199254740993}"}, true, OK, 2, NULL},
    {{"", NULL, "{}", "{}"}, false, OK, 0, NULL},
    {{"", NULL, NULL, NULL}, true, ERR_INTERNAL, 0, NULL},
    {{NULL, "{}", NULL, NULL}, true, ERR_INTERNAL, 0, NULL},
    {{"TEST_NOT_FOUND", NULL, NULL, NULL}, true, ERR_TEST_NOT_FOUND, 0, NULL},
    {{"NO_SUCH_CODE", NULL, NULL, NULL}, true, ERR_INTERNAL, 0, NULL},
    /* a refusal can have published what it found out */
    {{"ATTEMPT_TIME_EXPIRED", NULL, "{" A "}", "{3}"}, true, ERR_ATTEMPT_TIME_EXPIRED, 1, NULL},
    {{"VALIDATION_ERROR", "[{\"field\":\"student_ids[1]\",\"message\":\"is not a student\"}]", NULL, NULL},
     true,
     ERR_VALIDATION,
     0,
     "student_ids[1]"},
    {{"VALIDATION_ERROR", "nonsense", NULL, NULL}, true, ERR_INTERNAL, 0, NULL},
    {{"VALIDATION_ERROR", NULL, NULL, NULL}, true, ERR_INTERNAL, 0, NULL},
    {{"", "{}", "{nonsense}", "{1}"}, true, ERR_INTERNAL, 0, NULL},
};

static struct rows *rows_make(struct arena *arena, const struct row *row)
{
	static char names[COLUMNS][16] = {"outcome", "doc", "stream_ids", "heads"};
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[COLUMNS] = {0};
	struct rows *rows = rows_new(arena);

	for (int i = 0; i < COLUMNS; i++)
		columns[i].name = names[i];
	assert_int_not_equal(PQsetResultAttrs(result, COLUMNS, columns), 0);
	for (int i = 0; row && i < COLUMNS; i++) {
		const char *value = row->values[i];

		assert_int_not_equal(
		    PQsetvalue(result, 0, i, (char *)(uintptr_t)value, value ? (int)strlen(value) : -1), 0);
	}
	assert_non_null(rows);
	rows_fill(rows, result);
	return rows;
}

static int count_notices(const struct domain *d)
{
	int count = 0;

	for (const struct notice *notice = d->outbox.first; notice; notice = notice->next) {
		assert_int_equal(notice->kind, FRAME_HEAD);
		count++;
	}
	return count;
}

static void test_rows(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		const struct row *row = &ROWS[i];
		struct arena *arena = arena_new(0);
		struct doc doc = {"untouched", 9};
		struct domain d;
		enum err err;

		domain_init(&d, NULL, arena, NULL, NULL);
		err = domain_reply(&d, rows_make(arena, row), row->wants_doc ? &doc : NULL);
		if (err != row->expect)
			fail_msg("row %zu: %s", i, err_code(err));
		assert_int_equal(count_notices(&d), row->notices);
		assert_int_equal(d.problems.count, row->problem ? 1 : 0);
		if (row->problem)
			assert_string_equal(d.problems.first->field, row->problem);
		assert_string_equal(doc.text, err == OK && row->wants_doc ? row->values[1] : "untouched");
		assert_int_equal(doc.len, strlen(doc.text));
		arena_free(arena);
	}
}

static void test_heads(void **state UNUSED)
{
	struct arena *arena = arena_new(0);
	const struct notice *notice;
	char text[ID_TEXT];
	struct domain d;
	struct doc doc;

	domain_init(&d, NULL, arena, NULL, NULL);
	assert_int_equal(domain_reply(&d, rows_make(arena, &ROWS[1]), &doc), OK);
	notice = d.outbox.first;
	assert_string_equal(id_format(&notice->event.session_id, text), A);
	assert_int_equal(notice->event.event_id, 7);
	notice = notice->next;
	assert_string_equal(id_format(&notice->event.session_id, text), B);
	assert_true(notice->event.event_id == UINT64_C(9007199254740993));
	arena_free(arena);
}

static void test_no_row(void **state UNUSED)
{
	struct arena *arena = arena_new(0);
	struct domain d;
	struct doc doc;

	domain_init(&d, NULL, arena, NULL, NULL);
	assert_int_equal(domain_reply(&d, rows_make(arena, NULL), &doc), ERR_INTERNAL);
	arena_free(arena);
}

static void test_cursor(void **state UNUSED)
{
	static const struct {
		const char *cursor;
		enum err expect;
	} rows[] = {
	    {NULL, OK}, {A, OK}, {"", ERR_VALIDATION}, {"1", ERR_VALIDATION}, {A "x", ERR_VALIDATION}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct page page = {.limit = 50, .cursor = rows[i].cursor};
		struct arena *arena = arena_new(0);
		struct domain d;
		struct id after;

		domain_init(&d, NULL, arena, NULL, NULL);
		assert_int_equal(page_after(&d, &page, &after), rows[i].expect);
		assert_int_equal(d.problems.count, rows[i].expect == OK ? 0 : 1);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_heads),
	    cmocka_unit_test(test_no_row),
	    cmocka_unit_test(test_cursor),
	};

	return cmocka_run_group_tests_name("domain/reply", tests, NULL, NULL);
}
