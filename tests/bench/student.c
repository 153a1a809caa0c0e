#include "tests/bench/student.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

static char **questions;
static size_t question_count;

void questions_read(const char *path)
{
	questions = read_lines(path, &question_count);
	if (!question_count)
		die("no questions");
}

struct student *students_read(const char *path, int port, size_t *ret_count)
{
	char **lines = read_lines(path, ret_count);
	struct student *students = room_for(*ret_count + 1, sizeof *students);

	for (size_t i = 0; i < *ret_count; i++) {
		struct student *student = &students[i];
		student->port = port;
		student->fd = -1;
		if (sscanf(lines[i], "%39s %1023s", student->attempt, student->token) != 2)
			die("a student's line");
	}
	return students;
}

bool student_answer(struct student *student)
{
	char body[256], request[2048];
	bool dials = student->fd < 0;
	int len = snprintf(body, sizeof body,
			   "{\"question_id\":\"%s\",\"answer\":\"answer %zu\",\"time_spent_seconds\":3}",
			   questions[student->answers % question_count], student->answers % 100);
	int n = snprintf(request, sizeof request,
			 "POST /api/v1/attempts/%s/answers HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			 "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
			 "Content-Length: %d\r\n\r\n%s",
			 student->attempt, student->token, len, body);

	if (dials)
		student->fd = dial(student->port);
	student->answers++;
	student->sent = now_ns();
	if (n <= 0 || (size_t)n >= sizeof request || send(student->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
	return dials;
}

bool student_hear(struct student *student)
{
	struct http_answer answer;
	ssize_t n = recv(student->fd, student->in + student->have, sizeof student->in - student->have, 0);

	if (n <= 0)
		die("the server closed a connection");
	student->have += (size_t)n;
	if (!http_parse(student->in, student->have, &answer))
		return false;
	if (answer.status != 200) {
		fprintf(stderr, "bench: %.*s\n", (int)student->have, student->in);
		errno = 0;
		die("an answer was refused");
	}
	student->have = 0;
	if (answer.last) {
		close(student->fd);
		student->fd = -1;
	}
	return true;
}
