/* The kinds of violations are the contract's. */
#include "model/attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"

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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_violation_types)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
