/* What SQL is told of the table of transitions. */
#include "domain/transition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	enum session_command command;
	const char *from;
	const char *to; /* NULL: each stays as it is */
} COMMANDS[] = {
    {SESSION_START_WAITING, "{\"SCHEDULED\"}", "WAITING_FOR_STUDENTS"},
    {SESSION_START, "{\"WAITING_FOR_STUDENTS\"}", "IN_PROGRESS"},
    {SESSION_COMPLETE, "{\"IN_PROGRESS\"}", "COMPLETED"},
    {SESSION_CANCEL, "{\"SCHEDULED\",\"WAITING_FOR_STUDENTS\"}", "CANCELLED"},
    {SESSION_UPDATE, "{\"SCHEDULED\",\"WAITING_FOR_STUDENTS\"}", NULL},
    {SESSION_DELETE, "{\"SCHEDULED\",\"WAITING_FOR_STUDENTS\",\"COMPLETED\",\"CANCELLED\"}", NULL},
    {SESSION_JOIN, "{\"WAITING_FOR_STUDENTS\",\"IN_PROGRESS\"}", NULL},
};

static void test_statuses(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_int_equal(sizeof(COMMANDS) / sizeof(*COMMANDS), SESSION_COMMAND_COUNT);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
		const char *from, *to;

		assert_int_equal(transition_statuses(arena, COMMANDS[i].command, &from, &to), OK);
		assert_string_equal(from, COMMANDS[i].from);
		if (COMMANDS[i].to)
			assert_string_equal(to, COMMANDS[i].to);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
