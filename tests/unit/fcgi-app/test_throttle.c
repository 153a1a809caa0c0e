/* Calls a minute: how many each user has, that users don't take each other's, nor processes. */
#include "fcgi-app/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct id user(uint8_t number)
{
	return (struct id){.b = {1, 2, 3, [15] = number}};
}

/* Calls of one user at the given moments. */
static void counts_calls(void **state)
{
	static const struct {
		int64_t per_minute;
		int64_t at[6]; /* ms; -1: no more */
		bool allowed[6];
	} rows[] = {
	    {3, {0, 0, 0, 0, -1}, {true, true, true, false}},
	    {3, {0, 10, 20, 30, 20001, 20002}, {true, true, true, false, true, false}},
	    {3, {0, 0, 0, 61000, 61000, 61000}, {true, true, true, true, true, true}},
	    {1, {0, 59999, 60000, -1}, {true, false, true}},
	    {60, {0, 1, 2, 3, 4, 5}, {true, true, true, true, true, true}},
	    {0, {0, 0, 0, 0, 0, 0}, {true, true, true, true, true, true}},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct throttle *throttle = throttle_new();
		const struct id id = user(1);
		for (int call = 0; call < 6 && rows[i].at[call] >= 0; call++)
			assert_int_equal(
			    throttle_allow(throttle, &id, rows[i].per_minute, 1000000 + rows[i].at[call]),
			    rows[i].allowed[call]);
		throttle_free(throttle);
	}
}

static void users_are_apart(void **state)
{
	struct throttle *throttle = throttle_new();
	(void)state;
	for (int i = 0; i < 250; i++) {
		const struct id id = user((uint8_t)i);
		assert_true(throttle_allow(throttle, &id, 1, 5000));
		assert_false(throttle_allow(throttle, &id, 1, 5001));
	}
	throttle_free(throttle);
}

static void processes_share_it(void **state)
{
	struct throttle *throttle = throttle_new();
	const struct id id = user(7);
	(void)state;
	for (int i = 0; i < 4; i++) {
		const pid_t pid = fork();
		if (pid == 0)
			_exit(throttle_allow(throttle, &id, 3, 1000) ? 0 : 1);
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), i < 3 ? 0 : 1);
	}
	throttle_free(throttle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_calls),
	    cmocka_unit_test(users_are_apart),
	    cmocka_unit_test(processes_share_it),
	};
	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
