/* pushd's figures: their names, which are the contract's, and that each counts what it says. */
#include "pushd/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct metrics metrics;
static struct buf out;

static int fresh(void **state)
{
	(void)state;
	memset(&metrics, 0, sizeof(metrics));
	buf_init(&out, NULL);
	return 0;
}

static int done(void **state)
{
	(void)state;
	buf_done(&out);
	return 0;
}

static void has(const char *line)
{
	if (!strstr(out.data, line))
		fail_msg("no \"%s\" in\n%s", line, out.data);
}

/* The contract's four, as they are from the first moment on. */
static void names_the_contract(void **state)
{
	static const char *const lines[] = {
	    "# TYPE websocket_connections_total gauge\nwebsocket_connections_total 0\n",
	    "# TYPE websocket_messages_sent_total counter\nwebsocket_messages_sent_total 0\n",
	    "# TYPE websocket_connection_duration_seconds histogram\n",
	    "\nwebsocket_connection_duration_seconds_count 0\n",
	    "# TYPE websocket_message_size_bytes histogram\n",
	    "\nwebsocket_message_size_bytes_bucket{le=\"+Inf\"} 0\n",
	};
	(void)state;
	metrics_print(&metrics, &out);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		has(lines[i]);
}

static void counts(void **state)
{
	static const char *const lines[] = {
	    "\nwebsocket_connections_total 2\n",
	    "\nwebsocket_messages_sent_total 2\n",
	    "\nwebsocket_message_size_bytes_bucket{le=\"64\"} 1\n",
	    "\nwebsocket_message_size_bytes_bucket{le=\"128\"} 2\n",
	    "\nwebsocket_message_size_bytes_sum 164\n",
	    "\nwebsocket_connection_duration_seconds_bucket{le=\"30\"} 0\n",
	    "\nwebsocket_connection_duration_seconds_bucket{le=\"60\"} 1\n",
	    "\nwebsocket_connection_duration_seconds_sum 31.5\n",
	    "\ninvigil_pushd_connections_closed_total 1\n",
	    "\ninvigil_pushd_commit_to_socket_seconds_bucket{le=\"0.0025\"} 2\n",
	    "\ninvigil_pushd_commit_to_socket_seconds_bucket{le=\"2.5\"} 3\n",
	    "\ninvigil_pushd_commit_to_socket_seconds_sum 2.002\n",
	    "\ninvigil_pushd_statements_total 2\n",
	    "\ninvigil_pushd_statement_failures_total 1\n",
	    "\ninvigil_pushd_batch_jobs_bucket{le=\"1\"} 1\n",
	    "\ninvigil_pushd_batch_jobs_sum 41\n",
	    "\ninvigil_pushd_statement_duration_seconds_bucket{le=\"0.005\"} 1\n",
	    "\ninvigil_pushd_statement_duration_seconds_sum 0.024\n",
	    "\ninvigil_pushd_refused_total{reason=\"AUTH_FAILED\"} 2\n",
	};
	(void)state;
	metrics.connections = 2;
	metrics_sent(&metrics, 64, metrics_size_row(64));
	metrics_sent(&metrics, 100, metrics_size_row(100));
	metrics_closed(&metrics, 31.5);
	metrics_pushed(&metrics, 2);
	metrics_pushed(&metrics, 2000);
	metrics_pushed(&metrics, -50); /* the database's clock is ahead of ours */
	metrics_batch(&metrics, 1, 4000, OK);
	metrics_batch(&metrics, 40, 20000, ERR_UNAVAILABLE);
	metrics_refused(&metrics, ERR_AUTH_FAILED);
	metrics_refused(&metrics, ERR_AUTH_FAILED);
	metrics_print(&metrics, &out);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		has(lines[i]);
}

/* Whatever it is cut off at, it is swallowed, and told by the builder. */
static void survives_no_memory(void **state)
{
	(void)state;
	out.failed = true;
	metrics_print(&metrics, &out);
	assert_null(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(names_the_contract, fresh, done),
	    cmocka_unit_test_setup_teardown(counts, fresh, done),
	    cmocka_unit_test_setup_teardown(survives_no_memory, fresh, done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
