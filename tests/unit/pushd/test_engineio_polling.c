/* The life of Engine.IO sessions that begin by polling, and may go on by a WebSocket. */
#include "engine.h"

/* --- polling --- */

static void test_poll_collects_a_turn(void **state)
{
	struct fixture *f = *state;
	struct message *binary = message_new("abc", 3);

	open_polling(f);
	/* nobody waits: queued */
	assert_int_equal(send_text(f, "41"), ENGINEIO_CHOKED);
	assert_int_equal(engineio_send(f->session, binary, ENGINEIO_BINARY), ENGINEIO_CHOKED);
	message_unref(binary);
	assert_string_equal(news(), "");
	/* the request first lets those speak who were told to wait, then is answered with all of it */
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "writable g*");
	assert_int_equal(send_text(f, "42"), ENGINEIO_WRITTEN);
	check_collect(f, "41\x1e"
			 "bYWJj\x1e"
			 "42");
	/* and one that is held is ready with the first word */
	assert_true(engineio_poll(f->session, &f->h, f->now));
	assert_string_equal(news(), "");
	assert_int_equal(send_text(f, "43"), ENGINEIO_WRITTEN);
	assert_int_equal(send_text(f, "44"), ENGINEIO_WRITTEN);
	assert_string_equal(news(), "h*");
	check_collect(f, "43\x1e"
			 "44");
	engineio_end(f->session, ENGINEIO_LEFT);
	assert_string_equal(news(), "closed:left");
}

static void test_poll_heartbeat(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	wait_ms(f, 300);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "g*");
	check_collect(f, "2");
	assert_true(post(f, "3"));
	assert_true(engineio_poll(f->session, &f->g, f->now));
	wait_ms(f, 300);
	assert_string_equal(news(), "g*");
	check_collect(f, "2");
	assert_true(engineio_poll(f->session, &f->g, f->now));
	wait_ms(f, 200);
	assert_string_equal(news(), "closed:silent g*");
	check_collect(f, "1");
}

static void test_poll_overlap(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_false(engineio_poll(f->session, &f->h, f->now));
	assert_string_equal(news(), "closed:lost g*");
	assert_int_equal(engineio_count(f->engine), 0);
	check_collect(f, "1");
}

static void test_poll_lost(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	engineio_poll_lost(f->session, f->now);
	assert_string_equal(news(), "closed:lost");
	assert_int_equal(engineio_count(f->engine), 0);
}

static void test_payloads(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *body;
		bool read;
		const char *heard;
	} rows[] = {
	    {"4hello", true, ">hello"},
	    {"4a\x1e"
	     "4b\x1e"
	     "4c",
	     true, ">a >b >c"},
	    {"4a\x1e"
	     "bYWJj\x1e"
	     "3",
	     true, ">a >#abc"},
	    {"1", true, "closed:left"},
	    {"4a\x1e"
	     "1\x1e"
	     "4b",
	     true, ">a closed:left"},
	    {"", false, "closed:malformed"},
	    {"abc", false, "closed:malformed"},
	    {"4a\x1e", false, ">a closed:malformed"},
	    {"\x1e"
	     "4a",
	     false, "closed:malformed"},
	    {"4a\x1e"
	     "2\x1e"
	     "4b",
	     false, ">a closed:malformed"},
	    {"4a\x1e"
	     "4\xff",
	     false, "closed:not-utf8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		open_polling(f);
		assert_int_equal(post(f, rows[i].body), rows[i].read);
		assert_string_equal(news(), rows[i].heard);
		if (!strstr(rows[i].heard, "closed"))
			engineio_end(f->session, ENGINEIO_LEFT);
		(void)news();
		assert_int_equal(engineio_count(f->engine), 0);
	}
}

static void test_post_overlap(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_post(f->session, f->now));
	assert_false(engineio_post(f->session, f->now));
	assert_string_equal(news(), "closed:lost");
	assert_false(engineio_posted(f->session, "4a", 2, f->now));
	assert_string_equal(news(), "");
}

static void test_post_lost(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_post(f->session, f->now));
	engineio_post_lost(f->session, f->now);
	assert_string_equal(news(), "closed:lost");
}

static void test_client_closes(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_true(post(f, "1"));
	assert_string_equal(news(), "closed:left g*");
	check_collect(f, "6");
}

static void test_server_ends(void **state)
{
	struct fixture *f = *state;

	/* with a request held, and without one: it gets the rest, the one after it the close packet; all
	 * within a time */
	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	(void)send_text(f, "4bye");
	engineio_end(f->session, ENGINEIO_ENDED);
	assert_string_equal(news(), "g* closed:ended");
	check_collect(f, "4bye");
	assert_int_equal(engineio_count(f->engine), 1);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "g*");
	check_collect(f, "1");
	assert_int_equal(engineio_count(f->engine), 0);

	open_polling(f);
	(void)send_text(f, "4bye");
	engineio_end(f->session, ENGINEIO_MOVED);
	wait_ms(f, 499);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "closed:moved g*");
	check_collect(f, "4bye");
	assert_int_equal(engineio_count(f->engine), 1);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "g*");
	check_collect(f, "1");
	assert_int_equal(engineio_count(f->engine), 0);

	open_polling(f);
	engineio_end(f->session, ENGINEIO_ENDED);
	wait_ms(f, 500);
	assert_int_equal(engineio_count(f->engine), 0);
}

static void test_poll_too_slow(void **state)
{
	struct fixture *f = *state;
	char text_of_120[121] = "4";

	memset(text_of_120 + 1, 'x', 119);
	open_polling(f);
	(void)send_text(f, text_of_120);
	assert_int_equal(send_text(f, text_of_120), ENGINEIO_BROKEN);
	assert_string_equal(news(), "closed:too-slow");
	assert_int_equal(engineio_count(f->engine), 0);
}

/* --- upgrade --- */

static void probe(struct fixture *f)
{
	assert_true(engineio_probe(f->session, &f->a, f->now));
	text(f, &f->a, "2probe");
	text(f, &f->a, "5");
	(void)news();
}

static void test_upgrade(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_true(engineio_probe(f->session, &f->a, f->now));
	assert_string_equal(news(), "");
	text(f, &f->a, "2probe");
	assert_string_equal(news(), "a<3probe g*");
	check_collect(f, "6");
	/* what is said now waits for the new transport */
	(void)send_text(f, "41");
	text(f, &f->a, "5");
	assert_string_equal(news(), "a<41 writable");
	text(f, &f->a, "4hello");
	assert_string_equal(news(), ">hello");
	wait_ms(f, 300);
	assert_string_equal(news(), "a<2");
	assert_false(engineio_probe(f->session, &f->b, f->now));
	engineio_lost(f->session, &f->a, true, f->now);
	assert_string_equal(news(), "closed:left");
}

static void test_upgrade_with_a_request_held(void **state)
{
	struct fixture *f = *state;

	/* a client that doesn't wait: its request gets nothing but its end */
	open_polling(f);
	assert_true(engineio_probe(f->session, &f->a, f->now));
	assert_true(engineio_poll(f->session, &f->g, f->now));
	text(f, &f->a, "2probe");
	(void)send_text(f, "41");
	text(f, &f->a, "5");
	assert_string_equal(news(), "a<3probe g* a<41");
	check_collect(f, "6");
	engineio_lost(f->session, &f->a, true, f->now);
}

static void test_request_of_an_upgraded_is_lost(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	probe(f);
	engineio_poll_lost(f->session, f->now);
	assert_string_equal(news(), "");
	text(f, &f->a, "4hello");
	assert_string_equal(news(), ">hello");
	engineio_lost(f->session, &f->a, true, f->now);
}

static void test_bad_probes(void **state)
{
	struct fixture *f = *state;
	static const char *const rows[] = {"5", "2", "2probes", "4hello", "", "1"};

	open_polling(f);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(engineio_probe(f->session, &f->a, f->now));
		text(f, &f->a, rows[i]);
		assert_string_equal(news(), "a!1000 not upgraded");
		engineio_lost(f->session, &f->a, true, f->now);
	}
	assert_true(engineio_probe(f->session, &f->a, f->now));
	engineio_binary(f->session, &f->a, "x", 1, f->now);
	assert_string_equal(news(), "a!1000 not upgraded");
	engineio_lost(f->session, &f->a, true, f->now);
	assert_true(post(f, "4still here"));
	assert_string_equal(news(), ">still here");
	engineio_end(f->session, ENGINEIO_LEFT);
}

static void test_second_probe(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_probe(f->session, &f->a, f->now));
	assert_false(engineio_probe(f->session, &f->b, f->now));
	/* the end of the session is the end of both */
	engineio_end(f->session, ENGINEIO_MALFORMED);
	assert_string_equal(news(), "a!1000 not upgraded closed:malformed");
	engineio_lost(f->session, &f->a, true, f->now);
}

static void test_probe_takes_too_long(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_probe(f->session, &f->a, f->now));
	for (int i = 0; i < 3; i++) {
		wait_ms(f, 300);
		assert_true(post(f, "3"));
		wait_ms(f, 33);
	}
	assert_string_equal(news(), "");
	wait_ms(f, 1);
	assert_string_equal(news(), "a!1000 not upgraded");
	engineio_lost(f->session, &f->a, false, f->now);
	engineio_end(f->session, ENGINEIO_LEFT);
}

static void test_lost_probe(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_probe(f->session, &f->a, f->now));
	text(f, &f->a, "2probe");
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "a<3probe");
	/* requests are held again */
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "");
	engineio_end(f->session, ENGINEIO_LEFT);
	check_collect(f, "6");
}

static void test_choked_probe(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	assert_true(engineio_probe(f->session, &f->a, f->now));
	f->a.takes = ENGINEIO_CHOKED;
	text(f, &f->a, "2probe");
	text(f, &f->a, "5");
	assert_string_equal(news(), "a<3probe a?");
	assert_int_equal(send_text(f, "41"), ENGINEIO_CHOKED);
	assert_string_equal(news(), "");
	f->a.takes = ENGINEIO_WRITTEN;
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "a<41 writable");
	engineio_lost(f->session, &f->a, false, f->now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(test_poll_collects_a_turn),
	    ROW(test_poll_heartbeat),
	    ROW(test_poll_overlap),
	    ROW(test_poll_lost),
	    ROW(test_payloads),
	    ROW(test_post_overlap),
	    ROW(test_post_lost),
	    ROW(test_client_closes),
	    ROW(test_server_ends),
	    ROW(test_poll_too_slow),
	    ROW(test_upgrade),
	    ROW(test_upgrade_with_a_request_held),
	    ROW(test_request_of_an_upgraded_is_lost),
	    ROW(test_bad_probes),
	    ROW(test_second_probe),
	    ROW(test_probe_takes_too_long),
	    ROW(test_lost_probe),
	    ROW(test_choked_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
