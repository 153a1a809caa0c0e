/* The workers' socket: its mode, whose it replaces, whose it leaves alone, and where it listens. */
#include "fcgi-app/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static char directory[32];
static char path[64];

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/invigil-unit-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/app.sock", directory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static void opens_with_tight_mode_and_tidies_up(void **state)
{
	char problem[256];
	struct stat st;
	const int fd = listener_open(path, problem, sizeof(problem));
	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	listener_close(fd, path);
	assert_int_equal(stat(path, &st), -1);
}

static void replaces_a_dead_servers_socket(void **state)
{
	char problem[256];
	const int dead = listener_open(path, problem, sizeof(problem));
	(void)state;
	close(dead);
	const int fd = listener_open(path, problem, sizeof(problem));
	assert_true(fd >= 0);
	listener_close(fd, path);
}

static void leaves_a_living_servers_socket(void **state)
{
	char problem[256] = "";
	struct stat st;
	const int alive = listener_open(path, problem, sizeof(problem));
	(void)state;
	assert_true(alive >= 0);
	assert_int_equal(listener_open(path, problem, sizeof(problem)), -1);
	assert_non_null(strstr(problem, "in use"));
	assert_int_equal(stat(path, &st), 0);
	listener_close(alive, path);
}

static void leaves_other_files(void **state)
{
	char problem[256] = "";
	struct stat st;
	(void)state;
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(listener_open(path, problem, sizeof(problem)), -1);
	assert_int_equal(stat(path, &st), 0);
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const rows[] = {
	    ":",
	    ":0",
	    ":65536",
	    ":80x",
	    "/nonexistent/app.sock",
	    "",
	    "/tmp/0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789"};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char problem[256] = "";
		assert_int_equal(listener_open(rows[i], problem, sizeof(problem)), -1);
		assert_true(strlen(problem) > 2);
	}
}

static void listens_on_loopback_only(void **state)
{
	char problem[256], address[16];
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);
	int fd = -1;
	(void)state;
	for (int port = 39000; port < 39100 && fd < 0; port++) {
		snprintf(address, sizeof(address), ":%d", port);
		fd = listener_open(address, problem, sizeof(problem));
	}
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(ntohl(at.sin_addr.s_addr), INADDR_LOOPBACK);
	listener_close(fd, address);
}

/* How many the kernel lets wait, up to a whole school. */
static int most_waiting(void)
{
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "r");
	int most = 0;
	if (!file || fscanf(file, "%d", &most) != 1)
		fail_msg("no net.core.somaxconn");
	fclose(file);
	return most < 3000 ? most : 3000;
}

static void keeps_a_whole_school_waiting(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct rlimit limit;
	char problem[256];
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	const int fd = listener_open(path, problem, sizeof(problem)), most = most_waiting();
	int *clients = calloc((size_t)most, sizeof(int));
	assert_non_null(clients);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	for (int i = 0; i < most; i++) {
		clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(clients[i] >= 0);
		assert_int_equal(connect(clients[i], (struct sockaddr *)&at, sizeof(at)), 0);
	}
	for (int i = 0; i < most; i++)
		close(clients[i]);
	free(clients);
	listener_close(fd, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(opens_with_tight_mode_and_tidies_up, setup, teardown),
	    cmocka_unit_test_setup_teardown(replaces_a_dead_servers_socket, setup, teardown),
	    cmocka_unit_test_setup_teardown(leaves_a_living_servers_socket, setup, teardown),
	    cmocka_unit_test_setup_teardown(leaves_other_files, setup, teardown),
	    cmocka_unit_test_setup_teardown(keeps_a_whole_school_waiting, setup, teardown),
	    cmocka_unit_test(refuses_what_is_no_address),
	    cmocka_unit_test(listens_on_loopback_only),
	};
	return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
