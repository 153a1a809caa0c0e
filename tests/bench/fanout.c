/* One event to N sockets. The listeners live here: N sockets, read by epoll. In mode `pushd` they are
 * upgraded connections of one session and the events come from outside (this program posts the answers that
 * cause them); in mode `raw` a child process send()s frames of the same size to N plain sockets: the least
 * that any server could do. Prints one JSON line with the deliveries, the time, and the sender's processor
 * time (of the child for raw, of PID for pushd).
 *
 *   fanout raw SOCKETS EVENTS BYTES
 *   fanout pushd SOCKETS EVENTS HTTP_PORT WS_PORT STUDENTS QUESTIONS SESSION TOKEN PUSHD_PID */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/wire.h"

static struct listener {
	int fd;
	unsigned char in[8192];
	size_t have;
} * listeners;

/* User and system time of a process in microseconds, exact to a nanosecond through its CPU clock. */
static double cpu_us(pid_t pid)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		die("the process's clock");
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int listen_on_loopback(int *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		die("listen");
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static int watch(int count)
{
	int loop = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[i]};
		if (epoll_ctl(loop, EPOLL_CTL_ADD, listeners[i].fd, &event) < 0)
			die("epoll");
	}
	return loop;
}

/* Reads whatever has come within `timeout_ms`; returns the bytes, or for pushd the student_answer frames. */
static size_t drain(int loop, int timeout_ms, bool frames)
{
	struct epoll_event events[512];
	size_t total = 0;
	int n = epoll_wait(loop, events, 512, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct listener *l = events[i].data.ptr;
		const unsigned char *payload;
		size_t used, len, at = 0;
		int opcode;
		ssize_t got = recv(l->fd, l->in + l->have, sizeof l->in - l->have, MSG_DONTWAIT);
		if (got <= 0)
			die("a listener's socket was closed");
		if (!frames) {
			total += (size_t)got;
			continue;
		}
		l->have += (size_t)got;
		while ((used = ws_parse(l->in + at, l->have - at, &opcode, &payload, &len)) > 0) {
			total += opcode == 1 && memmem(payload, len, "\"student_answer\"", 16);
			at += used;
		}
		l->have -= at;
		memmove(l->in, l->in + at, l->have);
	}
	return total;
}

static void raw_sender(const int *fds, int sockets, int events, size_t bytes, int go, int tell)
{
	char *frame = calloc(1, bytes), c;
	struct rusage before, after;
	double used;
	if (!frame)
		die("memory");
	for (int e = 0; e < events; e++) {
		if (read(go, &c, 1) != 1)
			die("go");
		if (e == 0)
			getrusage(RUSAGE_SELF, &before);
		for (int i = 0; i < sockets; i++) {
			if (send(fds[i], frame, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
				die("send");
		}
	}
	getrusage(RUSAGE_SELF, &after);
	used = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
			before.ru_stime.tv_sec) *
		   1e6 +
	       (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
			before.ru_stime.tv_usec);
	if (write(tell, &used, sizeof used) != sizeof used)
		die("tell");
	_exit(0);
}

static void report(const char *mode, int sockets, int events, uint64_t begin, double cpu, uint64_t *turn)
{
	double seconds = (double)(now_ns() - begin) / 1e9, deliveries = (double)sockets * events;
	printf("{\"mode\":\"%s\",\"sockets\":%d,\"events\":%d,\"cpu_us_per_delivery\":%.3f,\"deliveries_per_"
	       "second\":%.0f,"
	       "\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
	       mode, sockets, events, cpu / deliveries, deliveries / seconds,
	       (double)percentile(turn, (size_t)events, 50) / 1e3,
	       (double)percentile(turn, (size_t)events, 99) / 1e3);
}

static void run_raw(int sockets, int events, size_t bytes)
{
	int port, server = listen_on_loopback(&port), go[2], tell[2], loop;
	int *fds = calloc((size_t)sockets, sizeof *fds), one = 1;
	uint64_t begin, *turn = calloc((size_t)events, sizeof *turn);
	double cpu;
	pid_t child;

	if (!fds || !turn || pipe(go) < 0 || pipe(tell) < 0)
		die("memory");
	for (int i = 0; i < sockets; i++) {
		listeners[i].fd = dial(port);
		fds[i] = accept(server, NULL, NULL);
		if (fds[i] < 0)
			die("accept");
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
	child = fork();
	if (child == 0)
		raw_sender(fds, sockets, events, bytes, go[0], tell[1]);
	loop = watch(sockets);
	begin = now_ns();
	for (int e = 0; e < events; e++) {
		size_t due = bytes * (size_t)sockets;
		turn[e] = now_ns();
		if (write(go[1], "x", 1) != 1)
			die("go");
		while (due > 0) {
			size_t got = drain(loop, 5000, false);
			if (got == 0 || got > due)
				die("a delivery is missing");
			due -= got;
		}
		turn[e] = now_ns() - turn[e];
	}
	if (read(tell[0], &cpu, sizeof cpu) != sizeof cpu)
		die("the sender's time");
	waitpid(child, NULL, 0);
	report("raw", sockets, events, begin, cpu, turn);
}

static void post_answer(int fd, const char *attempt, const char *token, const char *question, int i)
{
	char body[256], request[2048], in[16384];
	int status, len = snprintf(body, sizeof body, "{\"question_id\":\"%s\",\"answer\":\"answer %d\"}",
				   question, i);
	int n = snprintf(
	    request, sizeof request,
	    "POST /api/v1/attempts/%s/answers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    attempt, token, len, body);
	size_t have = 0;
	if (n <= 0 || (size_t)n >= sizeof request || send(fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
	do {
		ssize_t got = recv(fd, in + have, sizeof in - have, 0);
		if (got <= 0)
			die("the server closed the connection");
		have += (size_t)got;
	} while (!http_parse(in, have, &status));
	if (status != 200)
		die("an answer was refused");
}

static void run_pushd(int sockets, int events, char **argv)
{
	size_t lines, questions;
	char **who = read_lines(argv[2], &lines), **question = read_lines(argv[3], &questions);
	char path[256], attempt[40], token[1024];
	pid_t pid = atoi(argv[6]);
	uint64_t begin, *turn = calloc((size_t)events, sizeof *turn);
	int loop, http = dial(atoi(argv[0]));
	double cpu;

	if (!turn || !lines || !questions || sscanf(who[0], "%39s %1023s", attempt, token) != 2)
		die("students or questions");
	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", argv[4]);
	for (int i = 0; i < sockets; i++) {
		listeners[i].fd = dial(atoi(argv[1]));
		ws_open(listeners[i].fd, path, argv[5]);
	}
	loop = watch(sockets);
	while (epoll_wait(loop, &(struct epoll_event){0}, 1, 1500) > 0)
		drain(loop, 0, true);
	begin = now_ns();
	cpu = cpu_us(pid);
	for (int e = 0; e < events; e++) {
		size_t due = (size_t)sockets;
		turn[e] = now_ns();
		post_answer(http, attempt, token, question[(size_t)e % questions], e);
		while (due > 0) {
			size_t got = drain(loop, 5000, true);
			if (got > due) {
				errno = 0;
				die("a delivery came twice");
			}
			due -= got;
			if (now_ns() - turn[e] > 10000000000u) {
				errno = 0;
				die("a delivery is missing");
			}
		}
		turn[e] = now_ns() - turn[e];
	}
	report("pushd", sockets, events, begin, cpu_us(pid) - cpu, turn);
}

int main(int argc, char **argv)
{
	int sockets = argc > 3 ? atoi(argv[2]) : 0, events = argc > 3 ? atoi(argv[3]) : 0;
	struct rlimit limit;

	if (sockets < 1 || events < 1 ||
	    !((argc == 5 && strcmp(argv[1], "raw") == 0) || (argc == 11 && strcmp(argv[1], "pushd") == 0))) {
		fprintf(stderr, "usage: fanout raw SOCKETS EVENTS BYTES\n"
				"       fanout pushd SOCKETS EVENTS HTTP_PORT WS_PORT STUDENTS QUESTIONS "
				"SESSION TOKEN PID\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	listeners = calloc((size_t)sockets, sizeof *listeners);
	if (!listeners)
		die("memory");
	if (argc == 5)
		run_raw(sockets, events, strtoul(argv[4], NULL, 10));
	else
		run_pushd(sockets, events, argv + 4);
	return 0;
}
