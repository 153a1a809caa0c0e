/* What is handed over, and what is told: each in a child, so that descriptor 3 and the environment are its
 * own. */
#include "base/supervisor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const NOT_MINE = "1";
static const char *const MINE = "";

/* Descriptor 3: 'l' a listening socket, 's' one that isn't, '-' nothing. */
static void put_third(char what)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX}; /* the kernel makes up a name */
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (what == '-') {
		close(3);
		return;
	}
	if (what == 'l' && (bind(fd, (struct sockaddr *)&at, sizeof(sa_family_t)) || listen(fd, 1)))
		_exit(99);
	if (fd != 3 && dup2(fd, 3) != 3)
		_exit(99);
}

static int ask_in_child(const char *pid, const char *fds, char third)
{
	char mine[16];
	int status;
	pid_t child = fork();

	if (child == 0) {
		snprintf(mine, sizeof(mine), "%d", getpid());
		put_third(third);
		if (pid)
			setenv("LISTEN_PID", *pid ? pid : mine, 1);
		if (fds)
			setenv("LISTEN_FDS", fds, 1);
		int got = supervisor_socket();
		_exit(getenv("LISTEN_FDS") || getenv("LISTEN_PID") ? 98 : got + 10);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) - 10;
}

static void test_the_socket(void **state UNUSED)
{
	static const struct {
		const char *why;
		const char *const *pid;
		const char *fds;
		char third;
		int want;
	} rows[] = {
	    {"nobody has handed over anything", NULL, NULL, 'l', SUPERVISOR_NO_SOCKET},
	    {"one", &MINE, "1", 'l', 3},
	    {"it was meant for another process", &NOT_MINE, "1", 'l', SUPERVISOR_NO_SOCKET},
	    {"for nobody", NULL, "1", 'l', SUPERVISOR_NO_SOCKET},
	    {"none at all", &MINE, "0", 'l', SUPERVISOR_NO_SOCKET},
	    {"not a number", &MINE, "1x", 'l', SUPERVISOR_NO_SOCKET},
	    {"two", &MINE, "2", 'l', SUPERVISOR_BAD_SOCKET},
	    {"it doesn't listen", &MINE, "1", 's', SUPERVISOR_BAD_SOCKET},
	    {"it isn't there", &MINE, "1", '-', SUPERVISOR_BAD_SOCKET},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int got = ask_in_child(rows[i].pid ? *rows[i].pid : NULL, rows[i].fds, rows[i].third);

		if (got != rows[i].want)
			fail_msg("%s: %d, not %d", rows[i].why, got, rows[i].want);
	}
}

/* A datagram socket at a path ("/…") or a name ("@…"). */
static int ear(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, name, strlen(name));
	if (*name == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
	return fd;
}

static void test_telling(void **state UNUSED)
{
	char folder[] = "/tmp/invigil-supervisor-XXXXXX", path[64], name[64], got[32];

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/notify", folder);
	snprintf(name, sizeof(name), "@%s", folder);
	const char *const places[] = {path, name};
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int fd = ear(places[i]);

		setenv("NOTIFY_SOCKET", places[i], 1);
		supervisor_tell("READY=1");
		assert_int_equal(recv(fd, got, sizeof(got), 0), 7);
		assert_memory_equal(got, "READY=1", 7);
		close(fd);
	}
	/* nobody there, a place that can't be, none */
	supervisor_tell("READY=1");
	char endless[200];
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	setenv("NOTIFY_SOCKET", endless, 1);
	supervisor_tell("READY=1");
	unsetenv("NOTIFY_SOCKET");
	supervisor_tell("READY=1");
	unlink(path);
	rmdir(folder);
}

static void test_patience(void **state UNUSED)
{
	char mine[16];

	snprintf(mine, sizeof(mine), "%d", getpid());
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(supervisor_patience_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(supervisor_patience_ms(), 30000);
	setenv("WATCHDOG_PID", mine, 1);
	assert_int_equal(supervisor_patience_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(supervisor_patience_ms(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(supervisor_patience_ms(), 0);
	unsetenv("WATCHDOG_USEC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_socket),
	    cmocka_unit_test(test_telling),
	    cmocka_unit_test(test_patience),
	};

	return cmocka_run_group_tests_name("base/supervisor", tests, NULL, NULL);
}
