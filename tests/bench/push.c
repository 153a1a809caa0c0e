/* From a student's POST to the teacher's screen: one student answers at a fixed rate, one teacher listens;
 * for each answer the time until the HTTP reply and until the teacher's socket has the event. Prints one JSON
 * line.
 *
 *   push HTTP_PORT WS_PORT PER_SECOND COUNT STUDENTS QUESTIONS SESSION TEACHER_TOKEN */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

static unsigned char heard[1 << 20];
static size_t heard_len;

/* Reads what the teacher's socket has; true when it held the student_answer waited for. */
static bool teacher_heard(int fd)
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
		if (opcode == 1 && memmem(payload, len, "\"student_answer\"", 16))
			found = true;
		at += used;
	}
	heard_len -= at;
	memmove(heard, heard + at, heard_len);
	return found;
}

static void post(int fd, const char *attempt, const char *token, const char *question, int i)
{
	char body[256], request[2048];
	int len =
	    snprintf(body, sizeof body, "{\"question_id\":\"%s\",\"answer\":\"answer %d\"}", question, i);
	int n = snprintf(
	    request, sizeof request,
	    "POST /api/v1/attempts/%s/answers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    attempt, token, len, body);
	if (n <= 0 || (size_t)n >= sizeof request || send(fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
}

/* Waits for both, in either order; the nanoseconds each took. */
static void await(int http, int ws, uint64_t begin, uint64_t *ret_reply, uint64_t *ret_push)
{
	char in[16384];
	size_t have = 0;
	int status;
	struct pollfd fds[2] = {{.fd = http, .events = POLLIN}, {.fd = ws, .events = POLLIN}};

	*ret_reply = *ret_push = 0;
	while (!*ret_reply || !*ret_push) {
		if (poll(fds, 2, 5000) <= 0) {
			errno = 0;
			die("nothing for five seconds");
		}
		if (fds[0].revents) {
			ssize_t n = recv(http, in + have, sizeof in - have, 0);
			if (n <= 0)
				die("the server closed the connection");
			have += (size_t)n;
			if (http_parse(in, have, &status)) {
				*ret_reply = now_ns() - begin;
				if (status != 200)
					die("an answer was refused");
			}
		}
		if (fds[1].revents && teacher_heard(ws) && !*ret_push)
			*ret_push = now_ns() - begin;
	}
}

int main(int argc, char **argv)
{
	size_t lines, questions;
	char **who, **question, path[256], attempt[40], token[1024];
	uint64_t *reply, *push, *extra, next, interval;
	int http, ws, count;

	if (argc != 9) {
		fprintf(stderr,
			"usage: push HTTP_PORT WS_PORT PER_SECOND COUNT STUDENTS QUESTIONS SESSION TOKEN\n");
		return 2;
	}
	interval = (uint64_t)(1e9 / atof(argv[3]));
	count = atoi(argv[4]);
	who = read_lines(argv[5], &lines);
	question = read_lines(argv[6], &questions);
	if (!lines || !questions || count < 1 || sscanf(who[0], "%39s %1023s", attempt, token) != 2)
		die("students or questions");
	reply = calloc((size_t)count, sizeof *reply);
	push = calloc((size_t)count, sizeof *push);
	extra = calloc((size_t)count, sizeof *extra);
	if (!reply || !push || !extra)
		die("memory");
	http = dial(atoi(argv[1]));
	ws = dial(atoi(argv[2]));
	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", argv[7]);
	ws_open(ws, path, argv[8]);
	usleep(300000); /* connected and the snapshot */
	while (recv(ws, heard, sizeof heard, MSG_DONTWAIT) > 0)
		;
	next = now_ns();
	for (int i = 0; i < count; i++) {
		uint64_t begin = now_ns();
		post(http, attempt, token, question[(size_t)i % questions], i);
		await(http, ws, begin, &reply[i], &push[i]);
		extra[i] = push[i] > reply[i] ? push[i] - reply[i] : 0;
		next += interval;
		while (now_ns() < next)
			usleep(200);
	}
	printf("{\"count\":%d,\"reply_p50_us\":%.1f,\"reply_p99_us\":%.1f,", count,
	       (double)percentile(reply, (size_t)count, 50) / 1e3,
	       (double)percentile(reply, (size_t)count, 99) / 1e3);
	printf("\"push_p50_us\":%.1f,\"push_p99_us\":%.1f,",
	       (double)percentile(push, (size_t)count, 50) / 1e3,
	       (double)percentile(push, (size_t)count, 99) / 1e3);
	printf("\"extra_p50_us\":%.1f,\"extra_p99_us\":%.1f}\n",
	       (double)percentile(extra, (size_t)count, 50) / 1e3,
	       (double)percentile(extra, (size_t)count, 99) / 1e3);
	return 0;
}
