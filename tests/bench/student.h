/* A student who answers over HTTP: one kept-alive connection, one request at a time. */
#ifndef INVIGIL_BENCH_STUDENT_H
#define INVIGIL_BENCH_STUDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct student {
	int port;
	int fd; /* -1: the next request dials */
	char attempt[40];
	char token[1024];
	size_t answers; /* asked for so far; chooses the question */
	uint64_t sent;	/* when the last request went out, now_ns() */
	char in[16384];
	size_t have;
};

/* The questions that all students answer, in turn: the lines of a file. */
void questions_read(const char *path);

/* As many students as the file has lines "attempt-id token". */
struct student *students_read(const char *path, int port, size_t *ret_count);

/* Sends the next answer. True when it dialled a new connection first. */
bool student_answer(struct student *student);

/* Reads what has come; true when that makes the reply whole, which must be a 200. */
bool student_hear(struct student *student);

#endif
