/* The queue of a connection, its latch, its way through its states, its pings. */
#include "pushd/conn.h"

#include "fake.h"

static void push(struct fake *fake, const char *text)
{
	struct message *message = message_new(text, strlen(text));

	assert_non_null(message);
	conn_push(fake->conn, message);
	message_unref(message);
}

static void test_writes_straight_through(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 100);

	(void)state;
	push(fake, "one");
	push(fake, "two");
	assert_int_equal(fake->count, 2);
	assert_string_equal(fake->wrote[1], "two");
	assert_int_equal(fake->wanted, 0);
	assert_int_equal(conn_queued(fake->conn), 0);
	fake_free(fake);
}

static void test_queues_what_the_socket_does_not_take(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 1000);
	char text[16];

	(void)state;
	fake->takes = 1;
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "%03d", i);
		push(fake, text);
	}
	assert_int_equal(fake->count, 1);
	assert_int_equal(fake->wanted, 1);
	assert_int_equal(conn_queued(fake->conn), 49 * 3);
	fake_take(fake, 10);
	assert_int_equal(fake->count, 11);
	assert_int_equal(fake->drained, 0);
	/* what comes meanwhile goes behind what waits */
	push(fake, "050");
	fake_take(fake, SIZE_MAX);
	assert_int_equal(fake->count, 51);
	assert_int_equal(fake->drained, 1);
	assert_int_equal(conn_queued(fake->conn), 0);
	for (int i = 0; i < 51; i++) {
		snprintf(text, sizeof(text), "%03d", i);
		assert_string_equal(fake->wrote[i], text);
	}
	fake_free(fake);
}

static void test_a_message_is_shared_not_copied(void **state)
{
	struct fake *fakes[3];
	struct message *message = message_new("shared", 6);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fakes); i++) {
		fakes[i] = fake_new(ROLE_STUDENT, 100);
		fakes[i]->takes = 0;
		fakes[i]->conn->choked = true;
		conn_push(fakes[i]->conn, message);
	}
	assert_int_equal(message->refs, 4);
	fake_take(fakes[0], SIZE_MAX);
	assert_int_equal(message->refs, 3);
	fake_free(fakes[0]);
	fake_free(fakes[1]);
	fake_free(fakes[2]);
	assert_int_equal(message->refs, 1);
	message_unref(message);
}

static void test_the_latch(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 10);

	(void)state;
	fake->takes = 1;
	push(fake, "taken");
	push(fake, "12345");
	push(fake, "67890");
	assert_int_equal(fake->conn->state, CONN_OPENING);
	push(fake, "!");
	assert_int_equal(fake->conn->state, CONN_CLOSING);
	assert_int_equal(fake->conn->close_code, CLOSE_TOO_SLOW);
	assert_true(fake->conn->too_slow);
	assert_int_equal(fake->left, 1);
	assert_int_equal(fake->how, END_LOST);
	/* nothing that waited is sent any more, and nothing new; the close frame waits for the socket */
	push(fake, "late");
	assert_int_equal(fake->finished, 0);
	fake_take(fake, SIZE_MAX);
	assert_int_equal(fake->count, 1);
	assert_int_equal(fake->finished, 1);
	fake_free(fake);
}

static void test_close_sends_the_rest_first(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 100);

	(void)state;
	fake->takes = 1;
	push(fake, "a");
	push(fake, "b");
	conn_close(fake->conn, CLOSE_POLICY, "why", END_CLEAN);
	conn_close(fake->conn, CLOSE_NORMAL, "too late", END_LOST);
	assert_int_equal(fake->left, 1);
	assert_int_equal(fake->how, END_CLEAN);
	assert_int_equal(fake->finished, 0);
	fake_take(fake, SIZE_MAX);
	assert_int_equal(fake->count, 2);
	assert_int_equal(fake->finished, 1);
	assert_int_equal(fake->conn->close_code, CLOSE_POLICY);
	assert_string_equal(fake->conn->close_reason, "why");
	fake_free(fake);
	/* with nothing waiting it is closed at once, and the hook is called once for all */
	fake = fake_new(ROLE_STUDENT, 100);
	conn_close(fake->conn, CLOSE_NORMAL, "", END_MOVED);
	assert_int_equal(fake->finished, 1);
	assert_int_equal(fake->how, END_MOVED);
	conn_ref(fake->conn);
	conn_closed(fake->conn, END_LOST);
	assert_int_equal(fake->left, 1);
	assert_int_equal(fake->conn->state, CONN_CLOSED);
	conn_unref(fake->conn);
	conn_unref(fake->conn);
	free(fake);
}

static void test_a_broken_socket(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 100);

	(void)state;
	fake->broken = true;
	push(fake, "x");
	assert_int_equal(fake->conn->state, CONN_CLOSING);
	assert_int_equal(fake->conn->close_code, 0);
	assert_int_equal(fake->how, END_LOST);
	fake_free(fake);
}

static void test_no_memory_closes(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 100);

	(void)state;
	conn_tell(fake->conn, NULL);
	assert_int_equal(fake->conn->close_code, CLOSE_SERVER_ERROR);
	fake_free(fake);
}

/* What happens to a connection as time goes by; times are milliseconds after it was opened. */
static void test_check(void **state)
{
	enum what { CHECK, HEARD, CLOSE };
	static const struct {
		int64_t at;
		enum what what;
		enum conn_verdict verdict;
		int pings; /* sent so far */
	} rows[] = {
	    {0, CHECK, CONN_FINE, 0},
	    {9999, CHECK, CONN_FINE, 0},
	    {10000, CHECK, CONN_FINE, 1},
	    {10500, HEARD, CONN_FINE, 1},
	    {19999, CHECK, CONN_FINE, 1},
	    {20000, CHECK, CONN_FINE, 2},
	    {24999, CHECK, CONN_FINE, 2},
	    {25000, CHECK, CONN_FINE, 3},
	    {29999, CHECK, CONN_FINE, 3},
	    {30000, CHECK, CONN_DEAD, 3},
	    {30000, HEARD, CONN_FINE, 3},
	    {300000 + 30000, CHECK, CONN_FINE, 4},
	    {300000 + 30001, CHECK, CONN_IDLE, 4},
	    {300000 + 30002, HEARD, CONN_FINE, 4},
	    {400000, CHECK, CONN_FINE, 5},
	    {500000, CHECK, CONN_EXPIRED, 5},
	    {500000, CLOSE, CONN_FINE, 5},
	};
	struct fake *fake = fake_new(ROLE_STUDENT, 100);
	int64_t start = fake->conn->opened_at;

	(void)state;
	fake->conn->expires_at = 500000;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct conn_rules rules = {
		    .now = start + rows[i].at, .wall = rows[i].at, .ping_seconds = 10, .idle_seconds = 300};

		if (rows[i].what == HEARD)
			conn_heard(fake->conn, rules.now);
		else if (rows[i].what == CLOSE)
			conn_close(fake->conn, CLOSE_POLICY, "", END_CLEAN);
		else if (conn_check(fake->conn, &rules) != rows[i].verdict)
			fail_msg("row %zu: another verdict", i);
		if (fake->pings != rows[i].pings)
			fail_msg("row %zu: %d pings", i, fake->pings);
	}
	for (int64_t ms = 60000; ms <= 60001; ms++) {
		const struct conn_rules rules = {.now = fake->conn->closing_at + ms, .ping_seconds = 10};

		assert_int_equal(conn_check(fake->conn, &rules), ms == 60000 ? CONN_FINE : CONN_STUCK);
	}
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_writes_straight_through),
	    cmocka_unit_test(test_queues_what_the_socket_does_not_take),
	    cmocka_unit_test(test_a_message_is_shared_not_copied),
	    cmocka_unit_test(test_the_latch),
	    cmocka_unit_test(test_close_sends_the_rest_first),
	    cmocka_unit_test(test_a_broken_socket),
	    cmocka_unit_test(test_no_memory_closes),
	    cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
