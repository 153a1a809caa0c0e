/* What is closed to other processes, and that what is told of this one's resources is so. */
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

static void test_usage(void **state UNUSED)
{
	struct process_usage before, after;
	struct rlimit files;
	volatile unsigned work = 0;

	process_usage(&before);
	do {
		for (int i = 0; i < 1000000; i++)
			work += (unsigned)i;
		process_usage(&after);
	} while (after.cpu_seconds <= before.cpu_seconds);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_true(after.max_fds == (double)files.rlim_cur);
	/* this program, and less than all there is */
	assert_true(after.resident_bytes > 1e5 && after.resident_bytes < 1e12);
}

/* A sanitizer's own malloc tells glibc nothing. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static double allocated(void)
{
	struct process_usage usage;

	process_usage(&usage);
	return usage.allocated_bytes;
}

static void test_allocated(void **state UNUSED)
{
	/* no block is so small that its thread keeps it; the last one is mapped by itself */
	static const size_t sizes[] = {5000, 100000, 10000000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const double before = allocated();
		void *volatile memory = malloc(sizes[i]); /* no pair that the compiler may leave out */
		const double with = allocated();

		free(memory);
		assert_true(with >= before + (double)sizes[i]);
		assert_true(allocated() < with);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seclude),
		cmocka_unit_test(test_usage),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(test_allocated),
#endif
	};

	return cmocka_run_group_tests_name("base/process", tests, NULL, NULL);
}
