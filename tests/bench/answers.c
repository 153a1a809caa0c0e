/* Answers over HTTP: N kept-alive connections, each a student of its own who answers question after question,
 * the next one as soon as the last was acknowledged. Prints one JSON line.
 *
 *   answers PORT SECONDS CONNECTIONS STUDENTS QUESTIONS
 * STUDENTS: lines "attempt-id token"; QUESTIONS: lines with a question id. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

struct student {
	int fd;
	char attempt[40];
	char token[1024];
	uint64_t sent;
	size_t at; /* the next question */
	char in[16384];
	size_t have;
};

static char **questions;
static size_t question_count, replies, failures;
static uint64_t *samples;
static size_t sample_room;

static void answer(struct student *student)
{
	char body[256], request[2048];
	int len = snprintf(body, sizeof body,
			   "{\"question_id\":\"%s\",\"answer\":\"answer %zu\",\"time_spent_seconds\":3}",
			   questions[student->at % question_count], student->at);
	int n = snprintf(
	    request, sizeof request,
	    "POST /api/v1/attempts/%s/answers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    student->attempt, student->token, len, body);
	student->at++;
	student->sent = now_ns();
	if (n <= 0 || (size_t)n >= sizeof request || send(student->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
}

/* True when a whole answer has come. */
static bool receive(struct student *student)
{
	int status;
	size_t used;
	ssize_t n = recv(student->fd, student->in + student->have, sizeof student->in - student->have, 0);
	if (n <= 0)
		die("the server closed a connection");
	student->have += (size_t)n;
	used = http_parse(student->in, student->have, &status);
	if (!used)
		return false;
	student->have -= used;
	memmove(student->in, student->in + used, student->have);
	if (status != 200) {
		if (failures++ == 0)
			fprintf(stderr, "bench: first failure: %.*s\n", 400, student->in);
	} else if (replies < sample_room) {
		samples[replies++] = now_ns() - student->sent;
	}
	return true;
}

static size_t run(struct student *students, int count, double seconds)
{
	struct epoll_event events[256];
	int loop = epoll_create1(EPOLL_CLOEXEC), busy = count;
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);

	for (int i = 0; i < count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &students[i]};
		if (epoll_ctl(loop, EPOLL_CTL_ADD, students[i].fd, &event) < 0)
			die("epoll");
		answer(&students[i]);
	}
	while (busy > 0) {
		int n = epoll_wait(loop, events, 256, 5000);
		if (n <= 0) {
			errno = 0;
			die("no answer for five seconds");
		}
		for (int i = 0; i < n; i++) {
			struct student *student = events[i].data.ptr;
			if (!receive(student))
				continue;
			if (now_ns() < end)
				answer(student);
			else
				busy--;
		}
	}
	close(loop);
	return replies;
}

int main(int argc, char **argv)
{
	size_t lines;
	char **who;
	int count, port;
	double seconds;
	uint64_t begin;
	struct student *students;

	if (argc != 6) {
		fprintf(stderr, "usage: answers PORT SECONDS CONNECTIONS STUDENTS QUESTIONS\n");
		return 2;
	}
	port = atoi(argv[1]);
	seconds = atof(argv[2]);
	count = atoi(argv[3]);
	who = read_lines(argv[4], &lines);
	questions = read_lines(argv[5], &question_count);
	students = calloc((size_t)count, sizeof *students);
	sample_room = 4000000;
	samples = calloc(sample_room, sizeof *samples);
	if (count < 1 || lines < (size_t)count || !question_count || !students || !samples)
		die("not enough students or questions");
	for (int i = 0; i < count; i++) {
		if (sscanf(who[i], "%39s %1023s", students[i].attempt, students[i].token) != 2)
			die("a student's line");
		students[i].fd = dial(port);
	}
	begin = now_ns();
	run(students, count, seconds);
	seconds = (double)(now_ns() - begin) / 1e9;
	printf("{\"connections\":%d,\"answers\":%zu,\"failures\":%zu,\"per_second\":%.1f,\"p50_us\":%.1f,"
	       "\"p99_us\":%.1f}\n",
	       count, replies, failures, (double)replies / seconds,
	       (double)percentile(samples, replies, 50) / 1e3,
	       (double)percentile(samples, replies, 99) / 1e3);
	return failures != 0;
}
