/* Answers over WebSocket: every line of SOCKETS is one, and its student says answer after answer and has each
 * acknowledged, in order. Each session's teacher hears of all of them. Once all are connected it says so by a
 * line of JSON; then every line of its input is a run, and is answered by another:
 *
 *   answers_ws PORT SOCKETS QUESTIONS
 * SOCKETS: lines "staff|student session-id token"; QUESTIONS: lines with a question id.
 *   SECONDS RATE   With a rate of 0 a student says his next answer as soon as the last was acknowledged. Else
 * answers come at so many a second of all students together, whether or not the last was acknowledged, and an
 * answer's time counts from when it was due. */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define QUIET_MS     1500 /* nobody has heard anything so long: everybody is let in */
#define TICK_NS	     1000000
#define PATIENCE_MS  5000
#define ABREAST	     64 /* answers of one student that are under way at most */
#define SAMPLES_MOST 8000000

struct speaker {
	struct ws ws; /* first */
	bool staff;
	size_t said, heard;	 /* answers said, and acknowledged */
	uint64_t begun[ABREAST]; /* when each that is under way went out, or should have */
};

static char **questions;
static size_t question_count;
static struct speaker **speakers; /* students first */
static size_t speaker_count, student_count;
static int loop;
static uint64_t *samples;
static size_t acknowledged, events_heard;
static uint64_t closing; /* from then on nobody says anything new */
static bool paced;
static bool told; /* there is a line on the input */

static void say(struct speaker *s, uint64_t begun)
{
	char text[256];
	int len = snprintf(text, sizeof text,
			   "{\"type\":\"answer_submitted\",\"ref\":\"%zu\",\"question_id\":\"%s\","
			   "\"answer\":\"answer %zu\",\"time_spent_seconds\":3}",
			   s->said, questions[s->said % question_count], s->said % 100);

	if (len <= 0 || (size_t)len >= sizeof text || s->said - s->heard == ABREAST)
		die("too much under way");
	s->begun[s->said++ % ABREAST] = begun;
	ws_say(s->ws.fd, text, (size_t)len);
}

static void hear_ack(struct speaker *s, const char *text, size_t len, uint64_t now)
{
	static const char head[] = "{\"type\":\"ack\",\"ref\":\"";

	if (s->heard == s->said || len < sizeof head ||
	    strtoull(text + sizeof head - 1, NULL, 10) != s->heard) {
		errno = 0;
		die("an acknowledgement out of order");
	}
	if (acknowledged < SAMPLES_MOST)
		samples[acknowledged++] = now - s->begun[s->heard % ABREAST];
	s->heard++;
	if (!paced && now < closing)
		say(s, now);
}

static void hear(struct ws *ws, const char *text, size_t len)
{
	struct speaker *s = (struct speaker *)(void *)ws;
	size_t look = len < 40 ? len : 40;

	if (memmem(text, look, "\"type\":\"ack\"", 12)) {
		hear_ack(s, text, len, now_ns());
	} else if (memmem(text, look, "\"type\":\"error\"", 14)) {
		fprintf(stderr, "bench: %.*s\n", (int)len, text);
		errno = 0;
		die("an answer was refused");
	} else if (memmem(text, look, "\"student_answer\"", 16)) {
		events_heard++;
	}
}

/* How many sockets had something within so long. */
static int turn(int timeout_ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(loop, events, 512, timeout_ms);

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			ws_take(events[i].data.ptr, hear);
		else
			told = true;
	}
	return n;
}

static void open_one(struct speaker *s, int port, const char *session, const char *token)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
	char path[256];

	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", session);
	s->ws.fd = dial(port);
	ws_open(s->ws.fd, path, token);
	if (epoll_ctl(loop, EPOLL_CTL_ADD, s->ws.fd, &event) < 0)
		die("epoll");
}

static void open_all(const char *file, int port)
{
	size_t count;
	char **lines = read_lines(file, &count);

	speakers = room_for(count + 1, sizeof(struct speaker *));
	for (size_t i = 0; i < count; i++) {
		struct speaker *s = room_for(1, sizeof *s);
		char role[16], session[40], token[1024];

		if (sscanf(lines[i], "%15s %39s %1023s", role, session, token) != 3)
			die("a socket's line");
		s->staff = strcmp(role, "staff") == 0;
		open_one(s, port, session, token);
		speakers[speaker_count++] = speakers[student_count];
		speakers[s->staff ? speaker_count - 1 : student_count] = s;
		student_count += !s->staff;
		turn(0);
	}
	while (turn(QUIET_MS) > 0)
		;
}

static size_t under_way(void)
{
	size_t sum = 0;

	for (size_t i = 0; i < student_count; i++)
		sum += speakers[i]->said - speakers[i]->heard;
	return sum;
}

static void finish(void)
{
	while (under_way() > 0 || events_heard < acknowledged)
		if (turn(PATIENCE_MS) == 0) {
			errno = 0;
			die("nothing for five seconds, and not all acknowledged and heard");
		}
}

static void run_closed(void)
{
	for (size_t i = 0; i < student_count; i++)
		say(speakers[i], now_ns());
	while (now_ns() < closing)
		turn(PATIENCE_MS);
	finish();
}

/* Millisecond by millisecond: a generator that never sleeps would take a processor from those it measures. */
static void run_paced(uint64_t begin, double rate)
{
	size_t count = 0;

	for (uint64_t due = begin; due < closing; due += TICK_NS) {
		uint64_t now = now_ns();

		while (now < due) {
			turn((int)((due - now + TICK_NS - 1) / TICK_NS));
			now = now_ns();
		}
		for (; (double)count < (double)(due + TICK_NS - begin) * rate / 1e9; count++)
			say(speakers[count % student_count], due);
	}
	finish();
}

static void run(const char *line)
{
	double wanted, rate;
	uint64_t begin = now_ns(), cpu = cpu_ns();

	if (sscanf(line, "%lf %lf", &wanted, &rate) != 2)
		die(line);
	acknowledged = events_heard = 0;
	paced = rate > 0;
	closing = begin + (uint64_t)(wanted * 1e9);
	if (paced)
		run_paced(begin, rate);
	else
		run_closed();
	printf("{\"answers\":%zu,\"heard\":%zu,\"per_second\":%.1f,\"own_cpu_us\":%.2f,", acknowledged,
	       events_heard, (double)acknowledged * 1e9 / (double)(now_ns() - begin),
	       (double)(cpu_ns() - cpu) / 1e3 / (double)acknowledged);
	printf("\"p50_us\":%.1f,", (double)percentile(samples, acknowledged, 50) / 1e3);
	printf("\"p99_us\":%.1f}\n", (double)percentile(samples, acknowledged, 99) / 1e3);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct epoll_event input = {.events = EPOLLIN};
	char *line = NULL;
	size_t size = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: answers_ws PORT SOCKETS QUESTIONS\n");
		return 2;
	}
	raise_descriptors();
	loop = epoll_create1(EPOLL_CLOEXEC);
	questions = read_lines(argv[3], &question_count);
	samples = room_for(SAMPLES_MOST, sizeof *samples);
	open_all(argv[2], atoi(argv[1]));
	if (!student_count || !question_count)
		die("nobody, or nothing to answer");
	printf("{\"students\":%zu,\"sockets\":%zu}\n", student_count, speaker_count);
	fflush(stdout);
	if (epoll_ctl(loop, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0)
		die("epoll");
	for (;;) {
		while (!told)
			turn(1000);
		told = false;
		if (getline(&line, &size, stdin) <= 0)
			return 0;
		run(line);
	}
}
