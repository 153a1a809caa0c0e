/* A batch of commands of which every allocation fails once: before the statement is sent, nothing has
 * happened; behind it, it has, and whoever can't be told is the only one who isn't. */
#include "domain/attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "tests/support/failing.h"

#define COUNT 3

static const struct config config;

/* One of the four, three times. */
struct batch {
	const struct attempt_command *base[COUNT]; /* what became of each */
	union {
		struct answer_command answer[COUNT];
		struct progress_command progress[COUNT];
		struct highlight_command highlight[COUNT];
		struct violation_command violation[COUNT];
	} u;
};

/* Filled by hand, so that no allocation of its own is among those that fail. */
#define RUN(name, assign)                                                                                    \
	static enum err run_##name(struct domain *d, struct batch *batch)                                    \
	{                                                                                                    \
		*batch = (struct batch){0};                                                                  \
		for (size_t i = 0; i < COUNT; i++) {                                                         \
			struct name##_command *item = &batch->u.name[i];                                     \
                                                                                                             \
			item->base.actor = (struct actor){.user_id = {.b = {1}}, .role = ROLE_STUDENT};      \
			item->base.attempt_id.b[0] = (uint8_t)(i + 1);                                       \
			batch->base[i] = &item->base;                                                        \
			assign;                                                                              \
		}                                                                                            \
		return attempt_##name(d, batch->u.name, COUNT);                                              \
	}

static const struct answer_input answers[] = {{.question_id = {.b = {1}}, .answer = "\"B\""}};

RUN(answer, (item->answers = answers, item->count = 1))
RUN(progress, (void)item)
RUN(highlight, item->in.text = "word")
RUN(violation, item->in.violation_type = "TAB_SWITCH")

static const struct {
	const char *name;
	enum err (*run)(struct domain *d, struct batch *batch);
} commands[] = {
    {"answer", run_answer},
    {"progress", run_progress},
    {"highlight", run_highlight},
    {"violation", run_violation},
};

/* How many of them haven't been told what became of them. */
static int untold(const char *name, const struct batch *batch, long n)
{
	int count = 0;

	for (size_t i = 0; i < COUNT; i++) {
		enum err err = batch->base[i]->err;

		if (err != OK && err != ERR_MEMORY)
			fail_msg("%s %zu: %s without allocation %ld", name, i, err_code(err), n);
		if (err == OK && !batch->base[i]->doc.text)
			fail_msg("%s %zu: no document without allocation %ld", name, i, n);
		count += err != OK;
	}
	return count;
}

/* False: there are fewer allocations than that. */
static bool fail_one(size_t command, long n)
{
	struct arena *arena = arena_new(1);
	struct db *db = db_new("", "", 0);
	unsigned long before = database_statements;
	const char *name = commands[command].name;
	struct batch batch;
	struct domain d;
	enum err err;
	bool failed;

	domain_init(&d, db, arena, &config, NULL);
	failing_arm(n);
	err = commands[command].run(&d, &batch);
	failed = failing_disarm();
	/* ERR_UNAVAILABLE: the answer was lost, and nobody knows */
	if (err != OK && err != ERR_UNAVAILABLE && database_statements != before)
		fail_msg("%s: %s after the statement, without allocation %ld", name, err_code(err), n);
	if (err == OK && untold(name, &batch, n) > failed)
		fail_msg("%s: more than one isn't told without allocation %ld", name, n);
	db_free(db);
	arena_free(arena);
	return failed;
}

static void test_batches(void **state)
{
	long total = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		long n = 1;

		while (fail_one(i, n))
			n++;
		assert_true(n > COUNT);
		total += n - 1;
	}
	print_message("%ld allocations failed\n", total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
