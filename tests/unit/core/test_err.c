/* The errors that the contract lists, with their statuses. */
#include "core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_contract(void **state)
{
	static const struct {
		int status;
		const char *codes[16];
	} rows[] = {
	    {400, {"INVALID_JSON"}},
	    {401, {"AUTH_FAILED"}},
	    {403, {"ACCESS_DENIED", "NO_PERMISSION_TO_MANAGE_SESSION"}},
	    {404,
	     {"NOT_FOUND", "USER_NOT_FOUND", "TEST_NOT_FOUND", "CLASS_NOT_FOUND", "SESSION_NOT_FOUND",
	      "ATTEMPT_NOT_FOUND"}},
	    {405, {"METHOD_NOT_ALLOWED"}},
	    {409,
	     {"EMAIL_TAKEN", "STUDENT_ALREADY_ENROLLED", "STUDENT_NOT_IN_CLASS", "CLASS_ALREADY_ARCHIVED",
	      "INVALID_CLASS_STATUS", "INVALID_SESSION_STATUS", "SESSION_NOT_JOINABLE",
	      "NO_STUDENTS_CONNECTED", "CANNOT_CANCEL_ACTIVE_SESSION", "CANNOT_DELETE_SESSION",
	      "STUDENT_NOT_IN_SESSION", "INVALID_ATTEMPT_STATUS", "ATTEMPT_ALREADY_SUBMITTED",
	      "ATTEMPT_TIME_EXPIRED"}},
	    {413, {"PAYLOAD_TOO_LARGE"}},
	    {415, {"UNSUPPORTED_MEDIA_TYPE"}},
	    {422, {"VALIDATION_ERROR", "QUESTION_NOT_IN_TEST"}},
	    {429, {"RATE_LIMITED"}},
	    {503, {"SERVICE_UNAVAILABLE"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (const char *const *code = rows[i].codes; *code; code++) {
			enum err err = err_from_code(*code);

			assert_string_equal(err_code(err), *code);
			assert_int_equal(err_status(err), rows[i].status);
		}
	}
}

static void test_every_row_says_something(void **state)
{
	(void)state;
	for (int i = 1; i < ERR_COUNT; i++) {
		assert_in_range(err_status((enum err)i), 400, 599);
		assert_true(strlen(err_code((enum err)i)) > 0);
		assert_true(strlen(err_sentence((enum err)i)) > 0);
	}
}

static void test_edges(void **state)
{
	(void)state;
	assert_int_equal(err_status(OK), 200);
	assert_string_equal(err_code(OK), "");
	assert_int_equal(err_from_code(NULL), OK);
	assert_int_equal(err_from_code(""), OK);
	assert_int_equal(err_from_code("session_not_found"), ERR_INTERNAL);
	assert_int_equal(err_from_code("SOMETHING_ELSE"), ERR_INTERNAL);
	assert_int_equal(err_status(ERR_COUNT), 500);
	assert_int_equal(err_status((enum err) - 1), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contract),
	    cmocka_unit_test(test_every_row_says_something),
	    cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
