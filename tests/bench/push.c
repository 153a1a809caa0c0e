/* From a student's POST to the teacher's screen: one student answers at a fixed rate, one teacher listens;
 * for each answer the time until the HTTP reply and until the teacher's socket has the event. Prints one JSON
 * line.
 *
 *   push HTTP_PORT WS_PORT PER_SECOND COUNT STUDENTS QUESTIONS SESSION TEACHER_TOKEN */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/student.h"
#include "tests/bench/wire.h"

static unsigned char heard[1 << 20];
static size_t heard_len;

/* What each answer took. */
static uint64_t *reply, *push, *extra;

/* Reads what the teacher's socket has; true when it held a message of the type waited for. */
static bool teacher_heard(int fd, const char *type)
{
	int opcode;
	const unsigned char *payload;
	size_t used, len, at = 0;
	bool found = false;
	ssize_t n = recv(fd, heard + heard_len, sizeof heard - heard_len, 0);

	if (n <= 0)
		die("the teacher's socket was closed");
	heard_len += (size_t)n;
	while ((used = ws_parse(heard + at, heard_len - at, &opcode, &payload, &len)) > 0) {
		if (opcode == 1 && memmem(payload, len, type, strlen(type)))
			found = true;
		else if (opcode == 9)
			ws_pong(fd, payload, len);
		at += used;
	}
	heard_len -= at;
	memmove(heard, heard + at, heard_len);
	return found;
}

/* Waits for both, in either order. */
static void await(struct student *student, int ws, int i)
{
	struct pollfd fds[2] = {{.fd = student->fd, .events = POLLIN}, {.fd = ws, .events = POLLIN}};

	while (!reply[i] || !push[i]) {
		if (poll(fds, 2, 5000) <= 0) {
			errno = 0;
			die("nothing for five seconds");
		}
		if (fds[0].revents && student_hear(student)) {
			reply[i] = now_ns() - student->sent;
			fds[0].fd = -1;
		}
		if (fds[1].revents && teacher_heard(ws, "\"student_answer\""))
			push[i] = now_ns() - student->sent;
	}
	extra[i] = push[i] > reply[i] ? push[i] - reply[i] : 0;
}

static int listen_in(int port, const char *session, const char *token)
{
	char path[256];
	int ws = dial(port);

	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", session);
	ws_open(ws, path, token);
	while (!teacher_heard(ws, "\"monitor_snapshot\""))
		;
	return ws;
}

static void report(const char *what, uint64_t *samples, size_t count)
{
	printf("\"%s_p50_us\":%.1f,", what, (double)percentile(samples, count, 50) / 1e3);
	printf("\"%s_p99_us\":%.1f,", what, (double)percentile(samples, count, 99) / 1e3);
}

int main(int argc, char **argv)
{
	struct student *student;
	uint64_t next, interval;
	size_t lines;
	int ws, count;

	if (argc != 9) {
		fprintf(stderr,
			"usage: push HTTP_PORT WS_PORT PER_SECOND COUNT STUDENTS QUESTIONS SESSION TOKEN\n");
		return 2;
	}
	interval = (uint64_t)(1e9 / atof(argv[3]));
	count = atoi(argv[4]);
	student = students_read(argv[5], atoi(argv[1]), &lines);
	questions_read(argv[6]);
	if (!lines || count < 1)
		die("no students");
	reply = room_for((size_t)count, sizeof *reply);
	push = room_for((size_t)count, sizeof *push);
	extra = room_for((size_t)count, sizeof *extra);
	ws = listen_in(atoi(argv[2]), argv[7], argv[8]);
	next = now_ns();
	for (int i = 0; i < count; i++) {
		student_answer(student);
		await(student, ws, i);
		next += interval;
		while (now_ns() < next)
			usleep(200);
	}
	putchar('{');
	report("reply", reply, (size_t)count);
	report("push", push, (size_t)count);
	report("extra", extra, (size_t)count);
	printf("\"count\":%d}\n", count);
	return 0;
}
