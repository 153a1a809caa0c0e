#include "base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"

/* In a child, so that this program stays as it is: bit 0, the limit isn't 0; bit 1, it may be dumped. */
static int seclude_in_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit limit = {1, 1};

		process_seclude();
		getrlimit(RLIMIT_CORE, &limit);
		_exit((limit.rlim_cur || limit.rlim_max) | (prctl(PR_GET_DUMPABLE) ? 2 : 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_seclude(void **state UNUSED)
{
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
#ifdef __SANITIZE_ADDRESS__
	assert_int_equal(seclude_in_child() & 1, 0);
#else
	assert_int_equal(seclude_in_child(), 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_seclude)};

	return cmocka_run_group_tests_name("base/process", tests, NULL, NULL);
}
