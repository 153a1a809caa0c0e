/* How a database that can't be reached is asked. */
#include "pushd/lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "db/conn.h"

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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tries_again)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
