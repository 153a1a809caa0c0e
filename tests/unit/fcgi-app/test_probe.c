/* Whom the probe believes to be alive: a server that says 200 in time, and nobody else. */
#include "fcgi-app/handlers/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* A socket on a free loopback port. */
static int listen_anywhere(int *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 4) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*ret_port = ntohs(at.sin_port);
	return fd;
}

/* Takes one connection and says these pieces, with a pause before each. */
static pid_t serve(int fd, const char *const pieces[3], int pause_ms)
{
	const pid_t pid = fork();
	if (pid != 0)
		return pid;
	char request[512];
	const int client = accept(fd, NULL, NULL);
	if (read(client, request, sizeof(request)) > 0)
		for (int i = 0; i < 3 && pieces[i]; i++) {
			usleep((useconds_t)pause_ms * 1000);
			if (write(client, pieces[i], strlen(pieces[i])) < 0)
				break;
		}
	_exit(0);
}

static void believes_only_a_timely_200(void **state)
{
	static const struct {
		const char *pieces[3];
		int pause_ms;
		bool alive;
	} rows[] = {
	    {{"HTTP/1.1 200 OK\r\n\r\n"}, 0, true},
	    {{"HTTP/1.1", " 2", "00 OK\r\n"}, 20, true},
	    {{"HTTP/1.1 503 Service Unavailable\r\n\r\n"}, 0, false},
	    {{"HTTP/1.1 2"}, 0, false},
	    {{"220 smtp.example.com ESMTP\r\n"}, 0, false},
	    {{NULL}, 0, false},
	    {{"HTTP/1.1 200 OK\r\n\r\n"}, 600, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char address[32];
		int port;
		const int fd = listen_anywhere(&port);
		const pid_t pid = serve(fd, rows[i].pieces, rows[i].pause_ms);
		snprintf(address, sizeof(address), "127.0.0.1:%d", port);
		assert_int_equal(probe_http(address, "/health/live", 300), rows[i].alive);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		close(fd);
	}
}

static void asks_loopback_for_all_addresses(void **state)
{
	static const char *const hosts[] = {"0.0.0.0", "*", "", "127.0.0.1"};
	static const char *const fine[3] = {"HTTP/1.1 200 OK\r\n\r\n"};
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		char address[32];
		int port;
		const int fd = listen_anywhere(&port);
		const pid_t pid = serve(fd, fine, 0);
		snprintf(address, sizeof(address), "%s:%d", hosts[i], port);
		assert_true(probe_http(address, "/health/live", 300));
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		close(fd);
	}
}

static void nobody_there(void **state)
{
	char address[32];
	int port;
	close(listen_anywhere(&port));
	(void)state;
	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	assert_false(probe_http(address, "/", 300));
	assert_false(probe_http("", "/", 300));
	assert_false(probe_http("127.0.0.1", "/", 300));
	assert_false(probe_http("name.invalid:80", "/", 300));
	assert_false(probe_http("127.0.0.1:http", "/", 300));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(believes_only_a_timely_200),
	    cmocka_unit_test(asks_loopback_for_all_addresses),
	    cmocka_unit_test(nobody_there),
	};
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
