/* What one answer costs PostgreSQL: one after the other on one connection, by random ones of the students, to
 * random questions. Prints one JSON line: the time of a statement with its commit, and the backend's
 * processor time and instructions (null where the kernel doesn't let us count them).
 *
 *   growth CONNINFO SECONDS STATEMENT STUDENTS QUESTIONS
 * STATEMENT: a file with the statement; its $1 to $8 are what a worker passes. STUDENTS: lines "user-id
 * attempt-id". */
#include <errno.h>
#include <libpq-fe.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define SAMPLES_MOST 1000000
#define WARMING	     300 /* answers before those that count: the plans are made then */

struct student {
	char user[40], attempt[40];
};

static struct student *students;
static char **questions;
static size_t student_count, question_count;

static void check(PGresult *result, ExecStatusType wanted)
{
	if (PQresultStatus(result) != wanted) {
		fprintf(stderr, "bench: %s\n", PQresultErrorMessage(result));
		errno = 0;
		die("the database");
	}
}

static void answer(PGconn *db)
{
	const struct student *student = &students[(size_t)random() % student_count];
	const char *question = questions[(size_t)random() % question_count];
	const char *values[] = {student->user, "STUDENT", student->attempt, question, "\"answer 50\"", "true",
				"3",	       "120"};
	PGresult *result = PQexecPrepared(db, "answer", 8, values, NULL, NULL, 0);

	check(result, PGRES_TUPLES_OK);
	if (PQntuples(result) != 1 || *PQgetvalue(result, 0, PQfnumber(result, "outcome"))) {
		fprintf(stderr, "bench: %s\n", PQgetvalue(result, 0, PQfnumber(result, "outcome")));
		errno = 0;
		die("an answer was refused");
	}
	PQclear(result);
}

/* Another process's instructions outside the kernel; -1: we may not. */
static int count_instructions(pid_t pid)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_HARDWARE,
	    .size = sizeof attr,
	    .config = PERF_COUNT_HW_INSTRUCTIONS,
	    .exclude_kernel = 1,
	    .exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, 0);
}

static uint64_t read_counter(int fd)
{
	uint64_t value = 0;

	if (fd >= 0 && read(fd, &value, sizeof value) != sizeof value)
		die("the counter");
	return value;
}

/* How long the process has run, in ns. */
static uint64_t run_time(pid_t pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%llu", &ns) != 1)
		die(path);
	fclose(file);
	return ns;
}

static PGconn *open_database(const char *conninfo, const char *file)
{
	size_t count;
	char **lines = read_lines(file, &count), *statement = room_for(1, 65536);
	PGconn *db = PQconnectdb(conninfo);
	PGresult *result;

	if (PQstatus(db) != CONNECTION_OK)
		die(PQerrorMessage(db));
	for (size_t i = 0; i < count; i++) {
		if (strlen(statement) + strlen(lines[i]) + 2 > 65536)
			die("a statement too long");
		strcat(strcat(statement, lines[i]), "\n");
	}
	result = PQprepare(db, "answer", statement, 8, NULL);
	check(result, PGRES_COMMAND_OK);
	PQclear(result);
	return db;
}

static void read_students(const char *file)
{
	char **lines = read_lines(file, &student_count);

	students = room_for(student_count + 1, sizeof *students);
	for (size_t i = 0; i < student_count; i++)
		if (sscanf(lines[i], "%39s %39s", students[i].user, students[i].attempt) != 2)
			die("a student's line");
}

int main(int argc, char **argv)
{
	uint64_t *samples, end, cpu, instructions;
	size_t count = 0;
	PGconn *db;
	int counter;
	pid_t pid;

	if (argc != 6) {
		fprintf(stderr, "usage: growth CONNINFO SECONDS STATEMENT STUDENTS QUESTIONS\n");
		return 2;
	}
	read_students(argv[4]);
	questions = read_lines(argv[5], &question_count);
	db = open_database(argv[1], argv[3]);
	if (!student_count || !question_count)
		die("nobody, or nothing to answer");
	samples = room_for(SAMPLES_MOST, sizeof *samples);
	for (int i = 0; i < WARMING; i++)
		answer(db);
	pid = PQbackendPID(db);
	counter = count_instructions(pid);
	cpu = run_time(pid);
	instructions = read_counter(counter);
	end = now_ns() + (uint64_t)(atof(argv[2]) * 1e9);
	for (uint64_t at = now_ns(), now; at < end && count < SAMPLES_MOST; at = now) {
		answer(db);
		now = now_ns();
		samples[count++] = now - at;
	}
	instructions = read_counter(counter) - instructions;
	cpu = run_time(pid) - cpu;
	printf("{\"answers\":%zu,\"p10_us\":%.1f,\"cpu_us\":%.2f,\"instructions\":", count,
	       (double)percentile(samples, count, 10) / 1e3, (double)cpu / 1e3 / (double)count);
	if (counter < 0)
		printf("null}\n");
	else
		printf("%.0f}\n", (double)instructions / (double)count);
	PQfinish(db);
	return 0;
}
