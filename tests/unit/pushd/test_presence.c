/* When a student has left: sockets that come and go against a clock of our own. */
#include "pushd/presence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum what {
	END, /* no more rows */
	ASK, /* a socket opens */
	YES, /* it is let in */
	NO,  /* it isn't */
	BYE, /* a socket ends cleanly */
	LOST,
	MOVED,
	TICK,
	DONE, /* the database has heard that he left */
	FAIL, /* it hasn't */
};

struct step {
	enum what what;
	int64_t at;
	int leaves; /* told so far */
};

static int leaves;

static bool leave(void *context, const struct id *session_id, const struct id *student_id)
{
	(void)context;
	(void)session_id;
	(void)student_id;
	leaves++;
	return true;
}

static int stays;

static bool stay(void *context, const struct id *session_id, const struct id *student_id)
{
	(void)session_id;
	(void)student_id;
	stays++;
	return *(bool *)context;
}

/* Only who is in is insisted on: not who has just asked, and not who is in his grace. */
static void test_insisting(void **state)
{
	bool can = true;
	const struct presence_ops ops = {.context = &can, .leave = leave, .stay = stay};
	struct presence *p = presence_new(&ops);
	struct id session = id_make(), other = id_make(), student = id_make(), lost = id_make();

	(void)state;
	assert_non_null(p);
	stays = 0;
	assert_true(presence_insist(p, NULL));
	assert_true(presence_asked(p, &session, &student));
	assert_true(presence_insist(p, NULL));
	assert_int_equal(stays, 0);
	presence_answered(p, &session, &student, true, 0);
	assert_true(presence_asked(p, &other, &student));
	presence_answered(p, &other, &student, true, 0);
	assert_true(presence_asked(p, &session, &lost));
	presence_answered(p, &session, &lost, true, 0);
	presence_ended(p, &session, &lost, END_LOST, 5000, 0);
	assert_true(presence_insist(p, NULL));
	assert_int_equal(stays, 2);
	assert_true(presence_insist(p, &lost));
	assert_true(presence_insist(p, &other)); /* nobody here */
	assert_int_equal(stays, 2);
	assert_true(presence_insist(p, &student));
	assert_int_equal(stays, 4); /* in both of his sessions */
	can = false;
	assert_false(presence_insist(p, &student));
	assert_false(presence_insist(p, NULL));
	presence_free(p);
}

static void play(const char *name, const struct step *steps)
{
	const struct presence_ops ops = {.leave = leave};
	struct presence *p = presence_new(&ops);
	struct id session = id_make(), other = id_make(), student = id_make();

	assert_non_null(p);
	leaves = 0;
	/* the same student sits in another session all the time */
	assert_true(presence_asked(p, &other, &student));
	presence_answered(p, &other, &student, true, 0);
	for (const struct step *s = steps; s->what != END; s++) {
		if (s->what == ASK)
			assert_true(presence_asked(p, &session, &student));
		else if (s->what == YES || s->what == NO)
			presence_answered(p, &session, &student, s->what == YES, s->at);
		else if (s->what == TICK)
			presence_tick(p, s->at);
		else if (s->what == DONE || s->what == FAIL)
			presence_left(p, &session, &student, s->what == DONE, s->at);
		else
			presence_ended(p, &session, &student,
				       s->what == BYE	 ? END_CLEAN
				       : s->what == LOST ? END_LOST
							 : END_MOVED,
				       5000, s->at);
		if (leaves != s->leaves)
			fail_msg("%s, step %d: %d leaves", name, (int)(s - steps), leaves);
	}
	if (presence_count(p) != 1)
		fail_msg("%s: not forgotten", name);
	presence_free(p);
}

static void test_stories(void **state)
{
	static const struct {
		const char *name;
		struct step steps[16];
	} rows[] = {
	    {"a clean end is a leave at once", {{ASK, 0, 0}, {YES, 1, 0}, {BYE, 10, 1}, {DONE, 11, 1}}},
	    {"a lost one after the grace",
	     {{ASK, 0, 0}, {YES, 1, 0}, {LOST, 10, 0}, {TICK, 5009, 0}, {TICK, 5010, 1}, {DONE, 5011, 1}}},
	    {"unless he comes back",
	     {{ASK, 0, 0},
	      {YES, 1, 0},
	      {LOST, 10, 0},
	      {ASK, 4000, 0},
	      {TICK, 6000, 0},
	      {YES, 6001, 0},
	      {TICK, 20000, 0},
	      {BYE, 20001, 1},
	      {DONE, 20002, 1}}},
	    {"only the last of his sockets counts",
	     {{ASK, 0, 0},
	      {YES, 1, 0},
	      {ASK, 2, 0},
	      {YES, 3, 0},
	      {BYE, 4, 0},
	      {TICK, 9000, 0},
	      {BYE, 9001, 1},
	      {DONE, 9002, 1}}},
	    {"who was never let in never leaves", {{ASK, 0, 0}, {NO, 1, 0}, {BYE, 2, 0}, {TICK, 3, 0}}},
	    {"gone before the answer: told behind it",
	     {{ASK, 0, 0}, {BYE, 1, 0}, {TICK, 2, 0}, {YES, 3, 1}, {DONE, 4, 1}}},
	    {"gone before a no", {{ASK, 0, 0}, {BYE, 1, 0}, {NO, 3, 0}, {TICK, 4, 0}}},
	    {"lost before the answer: the grace still counts",
	     {{ASK, 0, 0}, {LOST, 1, 0}, {YES, 3, 0}, {TICK, 5001, 1}, {DONE, 5002, 1}}},
	    {"told again until the database has heard",
	     {{ASK, 0, 0},
	      {YES, 1, 0},
	      {BYE, 2, 1},
	      {FAIL, 3, 1},
	      {TICK, 900, 1},
	      {TICK, 1003, 2},
	      {FAIL, 1004, 2},
	      {TICK, 2100, 3},
	      {DONE, 2101, 3}}},
	    {"back while the leave is under way",
	     {{ASK, 0, 0},
	      {YES, 1, 0},
	      {BYE, 2, 1},
	      {ASK, 3, 1},
	      {DONE, 4, 1},
	      {YES, 5, 1},
	      {TICK, 9000, 1},
	      {BYE, 9001, 2},
	      {DONE, 9002, 2}}},
	    {"who is moved away hasn't left", {{ASK, 0, 0}, {YES, 1, 0}, {MOVED, 2, 0}, {TICK, 9000, 0}}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		play(rows[i].name, rows[i].steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stories), cmocka_unit_test(test_insisting)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
