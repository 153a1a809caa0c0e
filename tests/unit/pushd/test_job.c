/* Which jobs go into a batch together, and which have to wait. */
#include "pushd/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Jobs are written as pairs: the kind's letter and the user's figure, `-` for no user. */
static void enqueue(struct list *queue, const char *text)
{
	list_init(queue);
	for (; *text; text += text[2] ? 3 : 2) {
		struct id user = {.b = {text[1] == '-' ? 0 : (uint8_t)text[1]}};
		struct job *job = job_new(sizeof(*job), text[0], NULL, &user);

		assert_non_null(job);
		list_append(queue, &job->in_queue);
	}
}

static void test_pick(void **state)
{
	static const struct {
		const char *queue;
		size_t most, look;
		const char *batches; /* in the order in which they are picked */
	} rows[] = {
	    {"a1 a2 a3", 9, 99, "a1a2a3"},
	    {"a1 b2 a3 b4", 9, 99, "a1a3|b2b4"},
	    /* nobody overtakes himself: b1 waits for a1, and a1's second for b1 */
	    {"a1 b1 a1 a2", 9, 99, "a1a2|b1|a1"},
	    {"b1 a1 a2 b2", 9, 99, "b1|a1a2|b2"},
	    /* a batch holds one job of a user */
	    {"a1 a1 a1", 9, 99, "a1|a1|a1"},
	    /* jobs without a user wait for nobody */
	    {"a1 b- a- b1 a-", 9, 99, "a1a-a-|b-b1"},
	    {"a1 a2 a3 a4", 2, 99, "a1a2|a3a4"},
	    {"a1 b2 a3 a4", 9, 3, "a1a3|b2|a4"},
	    /* who has much to say keeps nobody else waiting */
	    {"a1 a1 a1 a1 b1 a2 a3", 9, 3, "a1a2a3|a1|a1|a1|b1"},
	    {"a1 b1 a1 a1 b2 a3", 9, 3, "a1a3|b1b2|a1|a1"},
	    {"", 9, 99, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[256] = "";
		struct job *jobs[16];
		struct list queue;
		size_t count;

		enqueue(&queue, rows[i].queue);
		while ((count = jobs_pick(&queue, jobs, rows[i].most, rows[i].look)) > 0) {
			if (*got)
				strcat(got, "|");
			for (size_t k = 0; k < count; k++) {
				char user = (char)jobs[k]->user_id.b[0];
				const char pair[] = {(char)jobs[k]->kind, user ? user : '-', '\0'};

				strcat(got, pair);
				job_free(jobs[k]);
			}
		}
		if (strcmp(got, rows[i].batches) != 0)
			fail_msg("\"%s\": %s", rows[i].queue, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
