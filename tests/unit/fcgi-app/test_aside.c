/* The turnstile: no more at work than there are places, and a place outlives whoever was killed in it. */
#include "fcgi-app/aside.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_places(void **state UNUSED)
{
	static const struct {
		int asked, places;
	} rows[] = {{1, 1}, {3, 3}, {0, 1}, {-1, 1}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct turnstile *turnstile = turnstile_new(rows[i].asked);
		bool seen[4] = {false};

		assert_non_null(turnstile);
		for (int round = 0; round < 2; round++) {
			for (int n = 0; n < rows[i].places; n++) {
				int place = turnstile_enter(turnstile);

				assert_in_range(place, 0, rows[i].places - 1);
				assert_int_equal(seen[place], round);
				seen[place] = !round;
			}
			for (int place = 0; place < rows[i].places && round == 0; place++)
				turnstile_leave(turnstile, place);
		}
		for (int place = 0; place < rows[i].places; place++)
			turnstile_leave(turnstile, place);
		turnstile_free(turnstile);
	}
}

/* Who waits for a place gets it when its holder is killed, and one who comes later finds it free. */
static void test_killed(void **state UNUSED)
{
	struct turnstile *turnstile = turnstile_new(1);
	int ready[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	for (int round = 0; round < 2; round++) {
		pid = fork();
		if (pid == 0) {
			byte = turnstile_enter(turnstile) == 0 ? 'y' : 'n';
			(void)!write(ready[1], &byte, 1);
			/* the second leaves it to the parent to wait */
			if (round == 1)
				usleep(100000);
			raise(SIGKILL);
		}
		assert_int_equal(read(ready[0], &byte, 1), 1);
		assert_int_equal(byte, 'y');
		if (round == 0)
			assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(turnstile_enter(turnstile), 0);
		turnstile_leave(turnstile, 0);
		if (round == 1)
			assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	close(ready[0]);
	close(ready[1]);
	turnstile_free(turnstile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_places), cmocka_unit_test(test_killed)};

	alarm(20); /* who waits for ever has failed */
	return cmocka_run_group_tests_name("fcgi-app/aside", tests, NULL, NULL);
}
