/* The state machine, whole: every command in every state; and the clock. */
#include "model/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S  SESSION_SCHEDULED
#define W  SESSION_WAITING
#define I  SESSION_IN_PROGRESS
#define C  SESSION_COMPLETED
#define X  SESSION_CANCELLED
#define NO ERR_INVALID_SESSION_STATUS

static void test_transitions(void **state)
{
	/* The contract's lines, in the order SCHEDULED, WAITING, IN_PROGRESS, COMPLETED, CANCELLED. */
	static const struct {
		enum session_command command;
		struct {
			enum err err;
			enum session_status to;
		} from[SESSION_STATUS_COUNT];
	} rows[] = {
	    {SESSION_START_WAITING, {{OK, W}, {NO, 0}, {NO, 0}, {NO, 0}, {NO, 0}}},
	    {SESSION_START, {{NO, 0}, {OK, I}, {NO, 0}, {NO, 0}, {NO, 0}}},
	    {SESSION_COMPLETE, {{NO, 0}, {NO, 0}, {OK, C}, {NO, 0}, {NO, 0}}},
	    {SESSION_CANCEL, {{OK, X}, {OK, X}, {ERR_CANNOT_CANCEL_ACTIVE_SESSION, 0}, {NO, 0}, {NO, 0}}},
	    {SESSION_UPDATE, {{OK, S}, {OK, W}, {NO, 0}, {NO, 0}, {NO, 0}}},
	    {SESSION_DELETE, {{OK, S}, {OK, W}, {ERR_CANNOT_DELETE_SESSION, 0}, {OK, C}, {OK, X}}},
	    {SESSION_JOIN,
	     {{ERR_SESSION_NOT_JOINABLE, 0},
	      {OK, W},
	      {OK, I},
	      {ERR_SESSION_NOT_JOINABLE, 0},
	      {ERR_SESSION_NOT_JOINABLE, 0}}},
	};

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), SESSION_COMMAND_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int from = 0; from < SESSION_STATUS_COUNT; from++) {
			enum session_status to = SESSION_STATUS_COUNT;
			enum err err = session_transition((enum session_status)from, rows[i].command, &to);

			assert_int_equal(err, rows[i].from[from].err);
			assert_int_equal(to, err ? SESSION_STATUS_COUNT : rows[i].from[from].to);
		}
	}
}

static void test_names(void **state)
{
	static const struct {
		enum session_status status;
		const char *name, *live;
	} rows[] = {
	    {S, "SCHEDULED", "SCHEDULED"},     {W, "WAITING_FOR_STUDENTS", "WAITING"},
	    {I, "IN_PROGRESS", "IN_PROGRESS"}, {C, "COMPLETED", "COMPLETED"},
	    {X, "CANCELLED", "CANCELLED"},
	};
	enum session_status status;

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), SESSION_STATUS_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_string_equal(session_status_name(rows[i].status), rows[i].name);
		assert_string_equal(session_status_live_name(rows[i].status), rows[i].live);
		assert_true(session_status_parse(rows[i].name, &status));
		assert_int_equal(status, rows[i].status);
		assert_true(session_status_parse(rows[i].live, &status));
		assert_int_equal(status, rows[i].status);
	}
	assert_false(session_status_parse("waiting", &status));
	assert_false(session_status_parse("", &status));
	assert_false(session_status_parse(NULL, &status));
	assert_string_equal(session_status_name(SESSION_STATUS_COUNT), "");
}

static void test_deadline(void **state)
{
	static const struct {
		int64_t started, limit, adjust, deadline;
	} rows[] = {
	    {1000000, 60, 0, 1060000},
	    {1000000, 60, 30, 1090000},
	    {1000000, 60, -30, 1030000},
	    {1000000, 60, -60, 1000000},
	    {1768732200123, 3600, 0, 1768735800123},
	    {0, 60, 0, SESSION_NO_DEADLINE},
	    {-5, 60, 0, SESSION_NO_DEADLINE},
	    {1000000, 0, 0, SESSION_NO_DEADLINE},
	    {1000000, -1, 0, SESSION_NO_DEADLINE},
	    {1000000, 0, 60, SESSION_NO_DEADLINE},
	    {1000000, INT64_MAX, 0, SESSION_NO_DEADLINE},
	    {1000000, INT64_MAX, INT64_MAX, SESSION_NO_DEADLINE},
	    {INT64_MAX - 5, 60, 0, SESSION_NO_DEADLINE},
	    {1000000, 60, INT64_MIN, 1000000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(session_deadline(rows[i].started, rows[i].limit, rows[i].adjust) ==
			    rows[i].deadline);
}

static void test_time_remaining(void **state)
{
	static const struct {
		int64_t deadline, now, seconds;
	} rows[] = {
	    {10000, 0, 10},
	    {10000, 1, 10},
	    {10000, 999, 10},
	    {10000, 1000, 9},
	    {10000, 9000, 1},
	    {10000, 9999, 1},
	    {10000, 10000, 0},
	    {10000, 10001, 0},
	    {10000, INT64_MAX, 0},
	    {1, INT64_MIN, INT64_MAX / 1000},
	    {SESSION_NO_DEADLINE, 5, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(session_time_remaining(rows[i].deadline, rows[i].now) == rows[i].seconds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_transitions),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_deadline),
	    cmocka_unit_test(test_time_remaining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
