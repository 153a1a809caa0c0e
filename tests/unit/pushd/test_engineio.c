/* The life of an Engine.IO session, told as what is done and what happens then. */
#include "engine.h"

/* --- who may speak to us --- */

static void test_judge(void **state)
{
	struct fixture *f = *state;
	char known[ENGINEIO_SID], upgraded[ENGINEIO_SID];
	struct engineio_session *session, *other;

	open_session(f, &f->a);
	other = f->session;
	strcpy(upgraded, engineio_sid(other));
	open_polling(f);
	strcpy(known, engineio_sid(f->session));

	const struct {
		struct engineio_request request;
		enum engineio_refusal refusal;
		bool found;
	} rows[] = {
	    {{"4", "polling", NULL, true, false}, ENGINEIO_ACCEPTED, false},
	    {{"4", "polling", "", true, false}, ENGINEIO_ACCEPTED, false},
	    {{"4", "websocket", NULL, true, true}, ENGINEIO_ACCEPTED, false},
	    {{"4", "polling", known, true, false}, ENGINEIO_ACCEPTED, true},
	    {{"4", "polling", known, false, false}, ENGINEIO_ACCEPTED, true},
	    {{"4", "websocket", known, true, true}, ENGINEIO_ACCEPTED, true},
	    {{"4", "websocket", upgraded, true, true}, ENGINEIO_ACCEPTED, true},
	    {{"4", NULL, NULL, true, false}, ENGINEIO_UNKNOWN_TRANSPORT, false},
	    {{"4", "webtransport", NULL, true, false}, ENGINEIO_UNKNOWN_TRANSPORT, false},
	    {{NULL, "polling", NULL, true, false}, ENGINEIO_UNSUPPORTED_VERSION, false},
	    {{"3", "polling", NULL, true, false}, ENGINEIO_UNSUPPORTED_VERSION, false},
	    {{"44", "websocket", NULL, true, true}, ENGINEIO_UNSUPPORTED_VERSION, false},
	    {{"4", "polling", NULL, false, false}, ENGINEIO_BAD_METHOD, false},
	    {{"4", "websocket", NULL, true, false}, ENGINEIO_BAD_REQUEST, false},
	    {{"4", "polling", NULL, true, true}, ENGINEIO_BAD_REQUEST, false},
	    {{"4", "websocket", known, true, false}, ENGINEIO_BAD_REQUEST, false},
	    {{"4", "polling", known, true, true}, ENGINEIO_BAD_REQUEST, false},
	    {{"3", "polling", known, true, false}, ENGINEIO_BAD_REQUEST, false},
	    {{"4", "polling", upgraded, true, false}, ENGINEIO_BAD_REQUEST, false},
	    {{"4", "polling", "abcdefghij0123456789", true, false}, ENGINEIO_UNKNOWN_SESSION, false},
	    {{"4", "polling", "abcdefghij012345678=", true, false}, ENGINEIO_UNKNOWN_SESSION, false},
	    {{"4", "polling", "short", true, false}, ENGINEIO_UNKNOWN_SESSION, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		session = (struct engineio_session *)f;
		if (engineio_judge(f->engine, &rows[i].request, f->now, &session) != rows[i].refusal)
			fail_msg("row %zu", i);
		if (rows[i].refusal == ENGINEIO_ACCEPTED)
			assert_int_equal(session != NULL, rows[i].found);
		else
			assert_ptr_equal(session, f);
	}
	engineio_lost(other, &f->a, true, f->now);
}

static void test_judge_ends_the_overdue(void **state)
{
	struct fixture *f = *state;
	struct engineio_session *session;
	char sid[ENGINEIO_SID];

	open_polling(f);
	strcpy(sid, engineio_sid(f->session));
	const struct engineio_request request = {"4", "polling", sid, true, false};

	wait_ms(f, 300);
	f->now += 199;
	assert_int_equal(engineio_judge(f->engine, &request, f->now, &session), ENGINEIO_ACCEPTED);
	f->now++;
	assert_int_equal(engineio_judge(f->engine, &request, f->now, &session), ENGINEIO_UNKNOWN_SESSION);
	assert_string_equal(news(), "closed:silent");
}

static void test_refusals(void **state)
{
	(void)state;
	assert_int_equal(engineio_refusal_status(ENGINEIO_FORBIDDEN), 403);
	assert_int_equal(engineio_refusal_status(ENGINEIO_BAD_METHOD), 400);
	assert_string_equal(engineio_refusal_body(ENGINEIO_UNKNOWN_SESSION),
			    "{\"code\":1,\"message\":\"Session ID unknown\"}");
}

/* --- opening --- */

static void test_open_packet(void **state)
{
	struct fixture *f = *state;
	const struct engineio_peer peer = {.address = "192.0.2.1", .token = "secret"};
	char expected[256];

	assert_int_equal(engineio_open(f->engine, &peer, &f->a, f->now, &f->session), OK);
	snprintf(expected, sizeof(expected),
		 "opened a<0{\"sid\":\"%s\",\"upgrades\":[],\"pingInterval\":300,\"pingTimeout\":200,"
		 "\"maxPayload\":1000}",
		 engineio_sid(f->session));
	assert_string_equal(news(), expected);
	assert_string_equal(engineio_peer(f->session)->address, "192.0.2.1");
	assert_string_equal(engineio_peer(f->session)->token, "secret");
	assert_int_equal(engineio_count(f->engine), 1);
	engineio_lost(f->session, &f->a, true, f->now);
	assert_string_equal(news(), "closed:left");
	assert_int_equal(engineio_count(f->engine), 0);
}

static void test_ids_differ(void **state)
{
	char first[ENGINEIO_SID], second[ENGINEIO_SID];

	(void)state;
	engineio_make_sid(first);
	engineio_make_sid(second);
	assert_int_equal(strlen(first), 20);
	assert_string_not_equal(first, second);
}

/* --- packets on a WebSocket, and what they lead to --- */

static void test_packets(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sent, *heard;
	} rows[] = {
	    {"4hello", ">hello"},
	    {"4", ">"},
	    {"4\xe2\x82\xac", ">\xe2\x82\xac"},
	    {"bYWJj", ">#abc"},
	    {"bYWI", ">#ab"},
	    {"b", ">#"},
	    {"3", ""},
	    {"3probe", ""},
	    {"0{}", ""},
	    {"5", ""},
	    {"6", ""},
	    {"1", "closed:left a!1000 by the client"},
	    {"", "closed:malformed a!1002 malformed packet"},
	    {"2", "closed:malformed a!1002 malformed packet"},
	    {"2probe", "closed:malformed a!1002 malformed packet"},
	    {"7", "closed:malformed a!1002 malformed packet"},
	    {"abc", "closed:malformed a!1002 malformed packet"},
	    {"b!", "closed:malformed a!1002 malformed packet"},
	    {"4\xff", "closed:not-utf8 a!1007 not UTF-8"},
	    {"4\xc0\x80", "closed:not-utf8 a!1007 not UTF-8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		open_session(f, &f->a);
		text(f, &f->a, rows[i].sent);
		assert_string_equal(news(), rows[i].heard);
		/* afterwards it is deaf, or goes on */
		text(f, &f->a, "4more");
		assert_string_equal(news(), strstr(rows[i].heard, "closed") ? "" : ">more");
		engineio_lost(f->session, &f->a, false, f->now);
		(void)news();
		assert_int_equal(engineio_count(f->engine), 0);
	}
}

static void test_binary(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	engineio_binary(f->session, &f->a, "abc", 3, f->now);
	assert_string_equal(news(), ">#abc");
	engineio_too_large(f->session, f->now);
	assert_string_equal(news(), "closed:too-large a!1009 message too large");
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "");
}

/* --- heartbeat --- */

static void test_heartbeat(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	for (int i = 0; i < 3; i++) {
		wait_ms(f, 299);
		assert_string_equal(news(), "");
		wait_ms(f, 1);
		assert_string_equal(news(), "a<2");
		wait_ms(f, 100);
		text(f, &f->a, "3");
		assert_string_equal(news(), "");
	}
	wait_ms(f, 300);
	assert_string_equal(news(), "a<2");
	wait_ms(f, 199);
	assert_string_equal(news(), "");
	wait_ms(f, 1);
	assert_string_equal(news(), "closed:silent a!1001 no answer to pings");
	engineio_lost(f->session, &f->a, false, f->now);
}

static void test_late_tick(void **state)
{
	struct fixture *f = *state;

	/* a tick that comes 40 ms late takes nothing from the end, one that comes a minute late gives time */
	open_session(f, &f->a);
	wait_ms(f, 340);
	wait_ms(f, 159);
	assert_string_equal(news(), "a<2");
	wait_ms(f, 1);
	assert_string_equal(news(), "closed:silent a!1001 no answer to pings");
	engineio_lost(f->session, &f->a, false, f->now);
	open_session(f, &f->a);
	wait_ms(f, 60000);
	assert_string_equal(news(), "a<2");
	wait_ms(f, 99);
	assert_string_equal(news(), "");
	wait_ms(f, 1);
	assert_string_equal(news(), "closed:silent a!1001 no answer to pings");
	engineio_lost(f->session, &f->a, false, f->now);
}

static void test_pongs_out_of_turn(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	wait_ms(f, 200);
	text(f, &f->a, "3");
	wait_ms(f, 100);
	assert_string_equal(news(), "a<2");
	engineio_lost(f->session, &f->a, false, f->now);
}

static void test_a_sign_of_life(void **state)
{
	struct fixture *f = *state;

	/* any packet puts the end off, but only one */
	open_session(f, &f->a);
	wait_ms(f, 300);
	wait_ms(f, 150);
	text(f, &f->a, "4a");
	wait_ms(f, 150);
	text(f, &f->a, "4b");
	wait_ms(f, 49);
	assert_string_equal(news(), "a<2 >a >b");
	wait_ms(f, 1);
	assert_string_equal(news(), "closed:silent a!1001 no answer to pings");
	engineio_lost(f->session, &f->a, false, f->now);
}

/* --- the queue of a WebSocket --- */

static void test_choked(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	assert_true(engineio_is_writable(f->session));
	assert_int_equal(send_text(f, "41"), ENGINEIO_WRITTEN);
	f->a.takes = ENGINEIO_CHOKED;
	assert_int_equal(send_text(f, "42"), ENGINEIO_CHOKED);
	assert_false(engineio_is_writable(f->session));
	assert_int_equal(send_text(f, "43"), ENGINEIO_CHOKED);
	assert_int_equal(send_text(f, "44"), ENGINEIO_CHOKED);
	assert_string_equal(news(), "a<41 a<42 a?");
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "a<43 a?");
	f->a.takes = ENGINEIO_WRITTEN;
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "a<44 writable");
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "");
	engineio_lost(f->session, &f->a, false, f->now);
}

static void test_too_slow(void **state)
{
	struct fixture *f = *state;
	char text_of_120[121] = "4";

	memset(text_of_120 + 1, 'x', 119);
	open_session(f, &f->a);
	f->a.takes = ENGINEIO_CHOKED;
	(void)send_text(f, "4a");
	assert_int_equal(send_text(f, text_of_120), ENGINEIO_CHOKED);
	(void)news();
	assert_int_equal(send_text(f, text_of_120), ENGINEIO_BROKEN);
	assert_string_equal(news(), "closed:too-slow");
	assert_int_equal(send_text(f, "4b"), ENGINEIO_BROKEN);
	/* nothing more is sent; the close frame goes out once the socket takes it … */
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "a!1013 too slow to read");
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "");
}

static void test_stuck(void **state)
{
	struct fixture *f = *state;

	/* … or not at all */
	open_session(f, &f->a);
	f->a.takes = ENGINEIO_CHOKED;
	(void)send_text(f, "4a");
	(void)send_text(f, "4b");
	(void)news();
	engineio_end(f->session, ENGINEIO_ENDED);
	wait_ms(f, 499);
	assert_string_equal(news(), "closed:ended");
	wait_ms(f, 1);
	assert_string_equal(news(), "a!!");
	assert_int_equal(engineio_count(f->engine), 0);
	engineio_lost(f->session, &f->a, false, f->now);
}

static void test_broken(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	f->a.takes = ENGINEIO_BROKEN;
	assert_int_equal(send_text(f, "4a"), ENGINEIO_BROKEN);
	assert_string_equal(news(), "a<4a closed:lost a!0 ");
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "");
}

static void test_end_after_the_queue(void **state)
{
	struct fixture *f = *state;

	open_session(f, &f->a);
	f->a.takes = ENGINEIO_CHOKED;
	(void)send_text(f, "4a");
	(void)send_text(f, "4b");
	engineio_end(f->session, ENGINEIO_ENDED);
	assert_string_equal(news(), "a<4a a? closed:ended");
	f->a.takes = ENGINEIO_WRITTEN;
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "a<4b a!1000 by the server");
	engineio_end(f->session, ENGINEIO_MALFORMED);
	engineio_lost(f->session, &f->a, true, f->now);
	assert_string_equal(news(), "");
}

/* --- all of them --- */

static void test_dismiss(void **state)
{
	struct fixture *f = *state;
	struct engineio_session *first;

	open_session(f, &f->a);
	first = f->session;
	open_session(f, &f->b);
	assert_false(engineio_dismiss(f->engine, 1, f->now));
	assert_string_equal(news(), "closed:moved a!1001 going away");
	assert_true(engineio_dismiss(f->engine, 5, f->now));
	assert_string_equal(news(), "closed:moved b!1001 going away");
	engineio_lost(first, &f->a, true, f->now);
	engineio_lost(f->session, &f->b, true, f->now);
}

static void test_dismiss_polling(void **state)
{
	struct fixture *f = *state;

	/* between two requests: nobody waits for the next, and who comes in time is told */
	open_polling(f);
	assert_true(engineio_dismiss(f->engine, 5, f->now));
	assert_string_equal(news(), "closed:moved");
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_string_equal(news(), "g*");
	check_collect(f, "1");
	/* one is held: until it has been answered */
	open_polling(f);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	assert_false(engineio_dismiss(f->engine, 5, f->now));
	assert_string_equal(news(), "closed:moved g*");
	check_collect(f, "1");
	assert_true(engineio_dismiss(f->engine, 5, f->now));
}

static void test_free_ends_what_is_left(void **state)
{
	struct fixture *f = *state;

	open_polling(f);
	open_polling(f);
	engineio_end(f->session, ENGINEIO_ENDED);
	open_polling(f);
	(void)news();
	engineio_free(f->engine);
	f->engine = NULL;
	assert_string_equal(news(), "closed:moved closed:moved");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(test_judge),
	    ROW(test_judge_ends_the_overdue),
	    ROW(test_refusals),
	    ROW(test_open_packet),
	    ROW(test_ids_differ),
	    ROW(test_packets),
	    ROW(test_binary),
	    ROW(test_heartbeat),
	    ROW(test_late_tick),
	    ROW(test_pongs_out_of_turn),
	    ROW(test_a_sign_of_life),
	    ROW(test_choked),
	    ROW(test_too_slow),
	    ROW(test_stuck),
	    ROW(test_broken),
	    ROW(test_end_after_the_queue),
	    ROW(test_dismiss),
	    ROW(test_dismiss_polling),
	    ROW(test_free_ends_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
