/* Answers over HTTP: N kept-alive connections, each a student of its own who answers question after question,
 * the next one as soon as the last was acknowledged. Prints one JSON line.
 *
 *   answers PORT SECONDS CONNECTIONS STUDENTS QUESTIONS
 * STUDENTS: lines "attempt-id token"; QUESTIONS: lines with a question id. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/student.h"
#include "tests/bench/wire.h"

#define SAMPLES_MOST 4000000

static uint64_t *samples;
static size_t replies;

static void answer(int loop, struct student *student)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = student};
	if (student_answer(student) && epoll_ctl(loop, EPOLL_CTL_ADD, student->fd, &event) < 0)
		die("epoll");
}

static void run(struct student *students, size_t count, uint64_t end)
{
	struct epoll_event events[256];
	int loop = epoll_create1(EPOLL_CLOEXEC);
	size_t busy = count;

	for (size_t i = 0; i < count; i++)
		answer(loop, &students[i]);
	while (busy > 0) {
		int n = epoll_wait(loop, events, 256, 5000);
		if (n <= 0) {
			errno = 0;
			die("no answer for five seconds");
		}
		for (int i = 0; i < n; i++) {
			struct student *student = events[i].data.ptr;
			uint64_t now;
			if (!student_hear(student))
				continue;
			now = now_ns();
			if (replies < SAMPLES_MOST)
				samples[replies++] = now - student->sent;
			if (now < end)
				answer(loop, student);
			else
				busy--;
		}
	}
	close(loop);
}

int main(int argc, char **argv)
{
	size_t count, lines;
	double seconds;
	uint64_t begin;
	struct student *students;

	if (argc != 6) {
		fprintf(stderr, "usage: answers PORT SECONDS CONNECTIONS STUDENTS QUESTIONS\n");
		return 2;
	}
	students = students_read(argv[4], atoi(argv[1]), &lines);
	questions_read(argv[5]);
	count = strtoul(argv[3], NULL, 10);
	if (count < 1 || lines < count)
		die("not enough students");
	samples = room_for(SAMPLES_MOST, sizeof *samples);
	begin = now_ns();
	run(students, count, begin + (uint64_t)(atof(argv[2]) * 1e9));
	seconds = (double)(now_ns() - begin) / 1e9;
	printf("{\"answers\":%zu,\"per_second\":%.1f,\"own_cpu_us\":%.2f,", replies,
	       (double)replies / seconds, (double)cpu_ns() / 1e3 / (double)replies);
	printf("\"p50_us\":%.1f,\"p99_us\":%.1f}\n", (double)percentile(samples, replies, 50) / 1e3,
	       (double)percentile(samples, replies, 99) / 1e3);
	return 0;
}
