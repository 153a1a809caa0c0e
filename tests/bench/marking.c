/* Marking alone, on one core: a class's answers by the compiled sheet of their paper, into the arrays that
 * the database is given, again and again for a second. Prints one JSON line.
 *
 *   marking FILE
 * FILE: the sheet's questions, a line; the scoring, a line; then lines "attempt-id number question-id
 * answer", attempt by attempt. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/closing.h"
#include "domain/scoring.h"
#include "tests/bench/wire.h"

#define SECONDS	       1
#define QUESTIONS_MOST 200

struct given {
	struct id attempt_id, question_id;
	size_t number;
	const char *answer;
};

static struct given *read_answers(char **lines, size_t count)
{
	struct given *answers = room_for(count, sizeof *answers);

	for (size_t i = 0; i < count; i++) {
		char attempt[40], question[40];
		int at = 0;

		if (sscanf(lines[i], "%39s %zu %39s %n", attempt, &answers[i].number, question, &at) != 3 ||
		    !at || !id_parse(attempt, &answers[i].attempt_id) ||
		    !id_parse(question, &answers[i].question_id) || answers[i].number < 1 ||
		    answers[i].number > QUESTIONS_MOST)
			die("an answer's line");
		answers[i].answer = lines[i] + at;
	}
	return answers;
}

/* The points that all of them got together. */
static double mark_all(const struct mark_sheet *sheet, const struct given *answers, size_t count,
		       struct arena *arena)
{
	double points = 0;
	struct results results;

	results_init(&results, arena);
	for (size_t i = 0; i < count;) {
		const struct id *attempt_id = &answers[i].attempt_id;
		double marks[QUESTIONS_MOST] = {0};
		size_t most = 0;

		for (; i < count && id_equal(&answers[i].attempt_id, attempt_id); i++) {
			double mark = mark_answer(sheet, &answers[i].question_id, answers[i].answer);

			marks[answers[i].number - 1] = mark;
			points += mark;
			most = answers[i].number > most ? answers[i].number : most;
		}
		results_add(&results, sheet, attempt_id, marks, most);
	}
	if (!array_text(&results.scaled) || arena_failed(arena))
		die("memory");
	return points;
}

int main(int argc, char **argv)
{
	struct mark_sheet *sheet = NULL;
	struct arena *arena = arena_new(0);
	struct given *answers;
	size_t count, marked = 0;
	uint64_t begin;
	double points = 0;
	char **lines;

	if (argc != 2) {
		fprintf(stderr, "usage: marking FILE\n");
		return 2;
	}
	lines = read_lines(argv[1], &count);
	errno = 0;
	if (count < 3 || !arena || mark_sheet_new(lines[0], lines[1], NULL, &sheet) != OK)
		die("no sheet");
	answers = read_answers(lines + 2, count - 2);
	begin = cpu_ns();
	while (cpu_ns() - begin < SECONDS * 1000000000ull) {
		arena_reset(arena);
		points = mark_all(sheet, answers, count - 2, arena);
		marked += count - 2;
	}
	printf("{\"per_second\":%.0f,\"answers\":%zu,\"points\":%g}\n",
	       (double)marked * 1e9 / (double)(cpu_ns() - begin), count - 2, points);
	return points > 0 ? 0 : 1;
}
