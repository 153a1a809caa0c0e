/* Places are added up, classes of routes told apart, and nothing is lost with whoever counted it. */
#include "fcgi-app/tally.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define WORKERS 3

static struct tally *tally;
static struct buf out;

static int fresh(void **state)
{
	(void)state;
	tally = tally_new(WORKERS);
	buf_init(&out, NULL);
	return tally ? 0 : -1;
}

static int done(void **state)
{
	(void)state;
	tally_free(tally);
	buf_done(&out);
	return 0;
}

static void has(const char *line)
{
	if (!strstr(out.data, line))
		fail_msg("no \"%s\" in\n%s", line, out.data);
}

static void print(void)
{
	buf_clear(&out);
	tally_print(tally, &out);
	assert_false(out.failed);
}

static void adds_the_places_up(void **state)
{
	(void)state;
	for (int i = 0; i < WORKERS; i++) {
		struct tally_place *place = tally_place(tally, i);
		tally_request(place, &ROUTES[ROUTE_attempt_answer], 200, 1500);
		tally_request(place, &ROUTES[ROUTE_account_login], 401, 60000);
		tally_request(place, NULL, 404, 10);
		tally_statement(place, 700, i == 0 ? ERR_UNAVAILABLE : i == 1 ? ERR_RETRY : OK);
		tally_add(place, TALLY_REFUSED + REFUSED_FULL);
		tally_add(place, TALLY_CONNECTS);
	}
	tally_set(tally_place(tally, 2), TALLY_WORKERS, 7);
	tally_set(tally_place(tally, 2), TALLY_WORKERS, 2);
	print();
	static const char *const lines[] = {
	    "{method=\"POST\",route=\"/attempts/{id}/answers\",status=\"2xx\"} 3\n",
	    "{method=\"POST\",route=\"/attempts/{id}/answers\",status=\"5xx\"} 0\n",
	    "{method=\"POST\",route=\"/auth/login\",status=\"4xx\"} 3\n",
	    "{method=\"other\",route=\"other\",status=\"4xx\"} 3\n",
	    "\ninvigil_app_request_duration_seconds_bucket{kind=\"hot\",le=\"0.001\"} 0\n",
	    "\ninvigil_app_request_duration_seconds_bucket{kind=\"hot\",le=\"0.0025\"} 3\n",
	    "\ninvigil_app_request_duration_seconds_sum{kind=\"hot\"} 0.0045\n",
	    "\ninvigil_app_request_duration_seconds_count{kind=\"slow\"} 3\n",
	    "\ninvigil_app_request_duration_seconds_count{kind=\"other\"} 3\n",
	    "\ninvigil_app_statement_duration_seconds_bucket{le=\"0.001\"} 3\n",
	    "\ninvigil_app_statement_failures_total{reason=\"unavailable\"} 1\n",
	    "\ninvigil_app_statement_failures_total{reason=\"retry\"} 1\n",
	    "\ninvigil_app_statement_failures_total{reason=\"other\"} 0\n",
	    "\ninvigil_app_requests_refused_total{reason=\"rate\"} 0\n",
	    "\ninvigil_app_requests_refused_total{reason=\"full\"} 3\n",
	    "\ninvigil_app_database_connects_total 3\n",
	    "\ninvigil_app_workers 2\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		has(lines[i]);
	/* nobody asked for it */
	assert_null(strstr(out.data, "\"/auth/logout\""));
}

static void knows_the_classes(void **state)
{
	static const struct {
		int status;
		const char *line;
	} rows[] = {
	    {200, "status=\"2xx\"} 1\n"}, {204, "status=\"2xx\"} 2\n"}, {304, "status=\"3xx\"} 1\n"},
	    {400, "status=\"4xx\"} 1\n"}, {429, "status=\"4xx\"} 2\n"}, {500, "status=\"5xx\"} 1\n"},
	    {503, "status=\"5xx\"} 2\n"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		tally_request(tally_place(tally, 0), NULL, rows[i].status, 0);
		print();
		has(rows[i].line);
	}
}

/* A child that counts and is killed: what it counted stays, and its place is gone on with. */
static void outlives_who_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		int told[2];
		char c;
		assert_int_equal(pipe(told), 0);
		const pid_t pid = fork();
		if (pid == 0) {
			tally_request(tally_place(tally, 1), &ROUTES[ROUTE_attempt_answer], 200, 1);
			(void)!write(told[1], "!", 1);
			pause();
			_exit(0);
		}
		assert_int_equal(read(told[0], &c, 1), 1);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		close(told[0]);
		close(told[1]);
	}
	print();
	has("{method=\"POST\",route=\"/attempts/{id}/answers\",status=\"2xx\"} 2\n");
}

static void says_that_there_is_none(void **state)
{
	(void)state;
	tally_request(tally_place(NULL, 0), NULL, 200, 1);
	tally_statement(tally_place(NULL, 0), 1, OK);
	tally_print(NULL, &out);
	has("\ninvigil_app_build_info{");
	has("\n# No more:");
	assert_null(strstr(out.data, "requests_total"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(adds_the_places_up, fresh, done),
	    cmocka_unit_test_setup_teardown(knows_the_classes, fresh, done),
	    cmocka_unit_test_setup_teardown(outlives_who_counted, fresh, done),
	    cmocka_unit_test_setup_teardown(says_that_there_is_none, fresh, done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
