/* Which jobs go into a batch together, and which have to wait; and how a database that can't be reached is
 * asked. */
#include "pushd/lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "db/conn.h"

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
		while ((count = lane_pick(&queue, jobs, rows[i].most, rows[i].look)) > 0) {
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

/* --- a database that can't be reached --- */

static atomic_int tries;
static int refused;
static uint64_t connect_failures;

static enum err try_database(struct domain *domain, struct job **jobs, size_t count)
{
	(void)jobs, (void)count;
	atomic_fetch_add(&tries, 1);
	return db_script(domain->db, "SELECT 1");
}

static void answered(struct job *job, void *context)
{
	(void)context;
	assert_int_equal(job->err, ERR_UNAVAILABLE);
	refused++;
}

static void wake(void *context)
{
	(void)context;
}

static void ran(void *context, const struct lane_report *report)
{
	(void)context;
	connect_failures += report->connect_failures;
}

/* However many come meanwhile: it is tried again, but not for each of them. */
static void test_tries_again(void **state)
{
	static const struct job_kind kinds[] = {{"try", try_database}};
	const struct config config = {
	    .database_url = "host=/nowhere", .database_timeout_ms = 1000, .pushd_lanes = 1};
	const struct lane_hooks hooks = {.wake = wake, .ran = ran};
	int64_t end = clock_monotonic() + 10000;
	struct settings settings = {.config = &config, .references = 1}; /* which nobody frees: it is held */
	struct lane *lane;
	int asked = 0;

	(void)state;
	assert_int_equal(lane_new(&settings, kinds, &hooks, &lane), OK);
	while (atomic_load(&tries) < 3 && clock_monotonic() < end) {
		struct job *job = job_new(sizeof(*job), 0, NULL, NULL);

		assert_non_null(job);
		job->done = answered;
		assert_true(lane_submit(lane, job));
		asked++;
		usleep(10000);
		lane_turn(lane);
	}
	lane_free(lane, 1000);
	assert_true(atomic_load(&tries) >= 3);
	assert_true(atomic_load(&tries) < asked);
	assert_int_equal(refused, asked);
	/* what came behind lane_turn is in no report */
	assert_in_range(connect_failures, 1, atomic_load(&tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pick), cmocka_unit_test(test_tries_again)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
