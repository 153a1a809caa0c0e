/* The process's mark sheets: found again, bounded, and never pulled away from under a thread that marks. */
#include "domain/sheets.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct mark_sheet *make(void)
{
	struct mark_sheet *sheet;

	assert_int_equal(
	    mark_sheet_new("[{\"id\":\"01900000-0000-7000-8000-000000000001\",\"type\":\"short_answer\","
			   "\"points\":2,\"key\":{\"any_of\":[\"x\"]}}]",
			   "points", NULL, &sheet),
	    OK);
	return sheet;
}

static bool known(const struct id *id)
{
	const struct mark_sheet *sheet = sheets_find(id);

	sheets_release(sheet);
	return sheet != NULL;
}

static void test_found_again(void **state)
{
	struct id id = id_make();
	const struct mark_sheet *kept, *found;

	(void)state;
	assert_false(known(&id));
	kept = sheets_keep(&id, make());
	found = sheets_find(&id);
	assert_non_null(kept);
	assert_ptr_equal(kept, found);
	sheets_release(kept);
	sheets_release(found);
	assert_true(known(&id));
}

static void test_first_wins(void **state)
{
	struct id id = id_make();
	const struct mark_sheet *first = sheets_keep(&id, make());
	const struct mark_sheet *second = sheets_keep(&id, make());

	(void)state;
	assert_ptr_equal(first, second);
	sheets_release(first);
	sheets_release(second);
}

static void test_least_recently_used_goes(void **state)
{
	struct id ids[SHEETS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < SHEETS_MAX; i++) {
		ids[i] = id_make();
		sheets_release(sheets_keep(&ids[i], make()));
	}
	assert_true(known(&ids[0]));
	ids[SHEETS_MAX] = id_make();
	sheets_release(sheets_keep(&ids[SHEETS_MAX], make()));
	assert_true(known(&ids[0]));
	assert_false(known(&ids[1]));
	assert_true(known(&ids[2]));
	assert_true(known(&ids[SHEETS_MAX]));
}

static void test_in_use_outlives_its_place(void **state)
{
	struct id id = id_make();
	const struct mark_sheet *held = sheets_keep(&id, make());
	const struct mark_sheet *next;

	(void)state;
	for (size_t i = 0; i < SHEETS_MAX; i++) {
		struct id other = id_make();

		sheets_release(sheets_keep(&other, make()));
	}
	assert_false(known(&id));
	assert_true(mark_total(held) == 2);
	next = sheets_keep(&id, make());
	assert_ptr_not_equal(next, held);
	sheets_release(next);
	sheets_release(held);
	assert_true(known(&id));
}

static void *hammer(void *arg)
{
	const struct id *ids = arg;

	for (int i = 0; i < 2000; i++) {
		const struct id *id = &ids[i % (SHEETS_MAX + 8)];
		const struct mark_sheet *sheet = sheets_find(id);

		if (!sheet)
			sheet = sheets_keep(id, make());
		if (!sheet || mark_total(sheet) != 2)
			return arg;
		sheets_release(sheet);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct id ids[SHEETS_MAX + 8];
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = id_make();
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, ids), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_found_again),
	    cmocka_unit_test(test_first_wins),
	    cmocka_unit_test(test_least_recently_used_goes),
	    cmocka_unit_test(test_in_use_outlives_its_place),
	    cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("domain/sheets", tests, NULL, NULL);
}
