/* Who is left alone, and for how long, against a clock of our own. */
#include "pushd/overdue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_left(struct overdue *overdue, const struct id *session_id, int64_t now)
{
	struct arena *arena = arena_new(0);
	struct id_list list;
	bool found = false;

	assert_non_null(arena);
	assert_true(overdue_list(overdue, now, arena, &list));
	for (size_t i = 0; i < list.count; i++)
		found |= id_equal(&list.items[i], session_id);
	arena_free(arena);
	return found;
}

/* Until which ms, from `now` on. */
static int64_t left_for(struct overdue *overdue, const struct id *session_id, int64_t now)
{
	int64_t ms = 0;

	while (is_left(overdue, session_id, now + ms))
		ms += 50;
	return ms;
}

static void test_twice_as_long(void **state)
{
	static const int64_t rests[] = {1000, 2000, 4000, 8000, 16000, 32000, 64000, 64000, 64000};
	const struct id one = id_make(), other = id_make();
	struct overdue *overdue = overdue_new();
	int64_t now = 5000;

	(void)state;
	assert_non_null(overdue);
	for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
		assert_true(overdue_put_off(overdue, &one, true, now));
		assert_int_equal(left_for(overdue, &one, now), rests[i]);
		now += rests[i] + 250;
	}
	assert_false(is_left(overdue, &other, now));
	assert_true(overdue_put_off(overdue, &other, true, now));
	assert_int_equal(left_for(overdue, &other, now), 1000);
	overdue_free(overdue);
}

/* Somebody else is at it: that is no failure, and makes none good. */
static void test_a_moment(void **state)
{
	const struct id one = id_make();
	struct overdue *overdue = overdue_new();

	(void)state;
	assert_non_null(overdue);
	for (int64_t now = 1000; now < 4000; now += 500) {
		assert_true(overdue_put_off(overdue, &one, false, now));
		assert_int_equal(left_for(overdue, &one, now), 250);
	}
	assert_true(overdue_put_off(overdue, &one, true, 4000));
	assert_true(overdue_put_off(overdue, &one, false, 5000));
	assert_int_equal(left_for(overdue, &one, 5000), 250);
	assert_true(overdue_put_off(overdue, &one, true, 6000));
	assert_int_equal(left_for(overdue, &one, 6000), 2000);
	overdue_free(overdue);
}

static void test_forgotten(void **state)
{
	const struct id ended = id_make(), quiet = id_make();
	struct overdue *overdue = overdue_new();

	(void)state;
	assert_non_null(overdue);
	for (int i = 0; i < 3; i++) {
		assert_true(overdue_put_off(overdue, &ended, true, 1000));
		assert_true(overdue_put_off(overdue, &quiet, true, 1000));
	}
	overdue_forget(overdue, &ended);
	overdue_forget(overdue, &ended);
	assert_false(is_left(overdue, &ended, 1000));
	assert_true(is_left(overdue, &quiet, 4999));
	assert_false(is_left(overdue, &quiet, 5000 + 60000));
	assert_true(overdue_put_off(overdue, &quiet, true, 70000));
	assert_int_equal(left_for(overdue, &quiet, 70000), 1000);
	overdue_free(overdue);
	overdue_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_twice_as_long),
	    cmocka_unit_test(test_a_moment),
	    cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
