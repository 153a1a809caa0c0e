#include "model/attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(attempt_status_name(ATTEMPT_IN_PROGRESS), "IN_PROGRESS");
	assert_string_equal(attempt_status_name(ATTEMPT_SUBMITTED), "SUBMITTED");
	assert_string_equal(attempt_status_name(ATTEMPT_ABANDONED), "ABANDONED");
	assert_string_equal(attempt_status_name((enum attempt_status)9), "");
	assert_string_equal(submission_type_name(SUBMISSION_MANUAL), "MANUAL");
	assert_string_equal(submission_type_name(SUBMISSION_TIME_EXPIRED), "TIME_EXPIRED");
	assert_string_equal(submission_type_name(SUBMISSION_FORCED), "FORCED");
	assert_string_equal(submission_type_name((enum submission_type)9), "");
}

static void test_violation_types(void **state)
{
	static const char *const expected[] = {"TAB_SWITCH",  "COPY_ATTEMPT", "PASTE_ATTEMPT",
					       "RIGHT_CLICK", "DEV_TOOLS",    "FULL_SCREEN_EXIT"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(VIOLATION_TYPES[i], expected[i]);
	assert_null(VIOLATION_TYPES[ARRAY_LEN(expected)]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
					   cmocka_unit_test(test_violation_types)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
