/* Every allocation in a connection's life fails once: at the gate, in the lanes, in the rooms, in what is
 * said and heard. Each time pushd goes on, at most one connection ends, everybody else has heard every event,
 * once and in order, and got an answer to all that wants one; and when the same life is lived again nothing
 * fails and no block is lost. There are sockets that note what is written, a bus that the test fills, and a
 * database that always answers. */
#include "pushd/pushd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"
#include "core/log.h"
#include "pushd/command.h"
#include "pushd/dialect/dialect.h"
#include "pushd/gate.h"
#include "tests/support/bus.h"
#include "tests/support/database.h"
#include "tests/support/failing.h"
#include "wire/event.h"

#define SESSION	   DATABASE_ID
#define EVENTS_MAX 64
#define FIRST	   8 /* the database's streams have seven events */

/* --- whoever is connected --- */

enum who { STUDENT, TEACHER, INBOX, RETURNING, PEOPLE };

/* What one of them has heard. */
struct socket {
	struct conn *conn;
	bool refused; /* there was no memory for a connection */
	bool ended;   /* by pushd */
	int code;     /* and how */
	bool choked;
	uint64_t events[EVENTS_MAX];
	size_t event_count;
	unsigned answers; /* acks, and errors that bear a ref */
	unsigned greetings, snapshots, states;
	bool misled; /* an error that says something else than that it can't be done now */
};

static struct socket sockets[PEOPLE];
static struct config *config;
static struct token_keys *keys;
static struct settings *settings; /* both */
static struct arena *kept;
static const char *tokens[PEOPLE];
static struct pushd *pushd;
static bool alarmed;

static bool has(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

static void hear(struct socket *socket, const char *text)
{
	const char *id = strstr(text, "\"event_id\":");

	if (id && socket->event_count < EVENTS_MAX)
		socket->events[socket->event_count++] = strtoull(id + 11, NULL, 10);
	socket->greetings += has(text, "\"type\":\"connected\"");
	socket->snapshots += has(text, "\"type\":\"monitor_snapshot\"");
	socket->states += has(text, "\"type\":\"state_sync_response\"");
	socket->answers += has(text, "\"ref\":") && (has(text, "\"type\":\"ack\"") || has(text, "\"error\""));
	/* the last two messages are meant to be refused */
	if (has(text, "\"error\"") && !has(text, "SERVICE_UNAVAILABLE") && !has(text, "INTERNAL_ERROR") &&
	    !has(text, "\"ref\":\"meant\"") && !has(text, "\"code\":1011"))
		socket->misled = true;
}

static enum conn_write socket_write(void *context, struct message *message)
{
	struct socket *socket = context;

	hear(socket, message->text);
	return socket->choked ? CONN_CHOKED : CONN_WRITTEN;
}

static void socket_nothing(void *context UNUSED)
{
}

static void socket_finish(void *context)
{
	struct socket *socket = context;

	socket->ended = true;
}

static const struct conn_ops socket_ops = {
    .write = socket_write,
    .want_writable = socket_nothing,
    .ping = socket_nothing,
    .finish = socket_finish,
    .kill = socket_finish,
};

/* --- the loop --- */

static void wake(void *context UNUSED)
{
}

static void alarm_in(void *context UNUSED, int ms UNUSED)
{
	alarmed = true;
}

static void nap(void)
{
	const struct timespec ts = {.tv_nsec = 10000};

	nanosleep(&ts, NULL);
}

/* A turn of the loop; true: it began when nobody else was at work, and brought nothing. */
static bool turn(void)
{
	bool quiet = lane_depth(pushd->lane) == 0 && bus_waits() && !alarmed;
	uint64_t batches = pushd->metrics.batches;

	pushd_wake(pushd);
	if (alarmed) {
		alarmed = false;
		pushd_fill(pushd);
	}
	return quiet && pushd->metrics.batches == batches;
}

/* Turns the loop until nobody has anything left to do: what a turn has begun, the next one sees. */
static void settle(void)
{
	for (int quiet = 0; quiet < 2;) {
		if (turn()) {
			quiet++;
			continue;
		}
		quiet = 0;
		nap();
	}
}

/* What the clock does every second. */
static void tick(void)
{
	pushd->clock.expire_at = pushd->clock.second_at = 0;
	pushd_tick(pushd);
	settle();
}

/* --- a life --- */

static void come(enum who who, const char *path, const char *last_event_id)
{
	const struct handshake handshake = {
	    .path = path, .token = tokens[who], .last_event_id = last_event_id, .address = "192.0.2.1"};
	struct socket *socket = &sockets[who];

	*socket = (struct socket){.conn = NULL};
	socket->conn = gate_open(pushd, &handshake, &socket_ops, socket);
	socket->refused = !socket->conn;
	settle();
}

static void go(enum who who, enum conn_end how)
{
	struct socket *socket = &sockets[who];

	if (!socket->conn)
		return;
	socket->code = socket->conn->close_code;
	gate_closed(pushd, socket->conn, how);
	socket->conn = NULL;
}

static void say(enum who who, const char *text)
{
	if (sockets[who].conn && !sockets[who].ended)
		command_message(pushd, sockets[who].conn, text, strlen(text));
}

/* While no lane runs. */
static void set_head(uint64_t event_id)
{
	snprintf(database_head, sizeof(database_head), "%llu", (unsigned long long)event_id);
}

/* An event of the session, committed, and published by a worker. */
static void publish(uint64_t event_id, enum event_type type, const char *payload)
{
	static char room[1024];
	struct event event = {.event_id = event_id,
			      .type = type,
			      .audience = event_type_audience(type),
			      .created_at = 1,
			      .payload = payload,
			      .payload_len = strlen(payload)};
	struct buf out = {.data = room, .cap = sizeof(room)};

	database_events[event_id] = (struct database_event){event_type_name(type), payload};
	set_head(event_id);
	assert_true(id_parse(SESSION, &event.session_id));
	event_encode(&event, &out);
	bus_put(out.data, out.len);
}

static void say_everything(void)
{
	static const char *const said[] = {
	    "{\"type\":\"heartbeat\",\"ref\":\"1\"}",
	    "{\"type\":\"answer_submitted\",\"ref\":\"2\",\"question_id\":\"" SESSION
	    "\",\"answer\":\"\\u00e4\\\"B\"}",
	    "{\"type\":\"progress_update\",\"ref\":\"3\",\"passage_index\":0,\"question_index\":1}",
	    "{\"type\":\"text_highlighted\",\"ref\":\"4\",\"data\":{\"text\":\"word\",\"passage_id\":"
	    "\"" SESSION "\",\"position_start\":0,\"position_end\":4}}",
	    "{\"type\":\"tab_violation\",\"ref\":\"5\"}",
	    "{\"type\":\"send_message\",\"ref\":\"6\",\"message\":\"hello\"}",
	    "{\"type\":\"update_presence\",\"ref\":\"7\",\"status\":\"idle\"}",
	    "{\"type\":\"state_sync_request\",\"ref\":\"8\"}",
	    "{\"type\":\"submit_attempt\",\"ref\":\"9\"}",
	    "{\"type\":\"update_presence\",\"ref\":\"meant\",\"status\":\"odd\"}",
	    "{\"type\":\"nonsense\",\"ref\":\"meant\"}",
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		say(STUDENT, said[i]);
		settle();
	}
	say(TEACHER, "{\"type\":\"state_sync_request\",\"ref\":\"1\"}");
	settle();
}

static void live(void)
{
	static const char group[] = "{\"group\":{\"id\":\"" SESSION
				    "\",\"name\":\"g\",\"student_ids\":[\"" SESSION "\"]},\"deleted\":false}";

	set_head(FIRST - 1);
	come(STUDENT, "/api/v1/sessions/" SESSION "/ws", NULL);
	come(TEACHER, "/ws/sessions/" SESSION, NULL);
	come(INBOX, "/ws", "3");
	say_everything();
	publish(FIRST, EVENT_STUDENT_PROGRESS, "{}");
	publish(FIRST + 1, EVENT_GROUP_UPDATED, group);
	settle();
	/* one is lost */
	publish(FIRST + 3, EVENT_PARTICIPANT_JOINED, "{}");
	settle();
	/* one doesn't read */
	sockets[TEACHER].choked = true;
	for (uint64_t i = 4; i < 16; i++)
		publish(FIRST + i, EVENT_VIOLATION, "{\"n\":1}");
	settle();
	sockets[TEACHER].choked = false;
	if (sockets[TEACHER].conn)
		conn_writable(sockets[TEACHER].conn);
	/* one comes back: from the room's memory, and from the table what is older */
	come(RETURNING, "/api/v1/sessions/" SESSION "/ws", "2");
	tick();
}

/* Everybody goes, and what was left undone is done. */
static void part(void)
{
	for (enum who who = 0; who < PEOPLE; who++)
		go(who, END_CLEAN);
	settle();
	tick();
}

/* --- what must hold --- */

static int wrongs;
static bool warming; /* and then nothing is */

static void PRINTF_LIKE(1, 2) wrong(const char *format, ...)
{
	va_list args;

	if (warming)
		return;
	va_start(args, format);
	vprint_error(format, args);
	va_end(args);
	wrongs++;
}

static bool same_events(const struct socket *a, const struct socket *b)
{
	return a->event_count == b->event_count &&
	       memcmp(a->events, b->events, a->event_count * sizeof(*a->events)) == 0;
}

static bool is_fair(int code)
{
	return code == CLOSE_SERVER_ERROR || code == CLOSE_TOO_SLOW;
}

/* How one fared against how he fares when nothing fails. True: he has lost his connection. */
static bool check(const struct socket *good, const struct socket *socket, enum who who, long n)
{
	if (socket->misled)
		wrong("%d is told something wrong without allocation %ld\n", who, n);
	if (socket->refused)
		return true;
	if (socket->ended) {
		if (!is_fair(socket->code))
			wrong("%d is closed with %d without allocation %ld\n", who, socket->code, n);
		return true;
	}
	if (!same_events(good, socket))
		wrong("%d hears %zu events instead of %zu without allocation %ld\n", who, socket->event_count,
		      good->event_count, n);
	if (socket->answers != good->answers)
		wrong("%d gets %u answers instead of %u without allocation %ld\n", who, socket->answers,
		      good->answers, n);
	return false;
}

static void live_well(struct socket good[PEOPLE])
{
	live();
	part();
	memcpy(good, sockets, sizeof(sockets));
	for (enum who who = 0; who < PEOPLE; who++)
		if (sockets[who].refused || sockets[who].ended || sockets[who].misled)
			fail_msg("%d fares badly: refused %d, ended %d with %d, misled %d", who,
				 sockets[who].refused, sockets[who].ended, sockets[who].code,
				 sockets[who].misled);
	assert_int_equal(sockets[STUDENT].greetings, 1);
	assert_int_equal(sockets[TEACHER].snapshots, 1);
}

/* False: there are fewer allocations than that. */
static bool live_badly(const struct socket good[PEOPLE], long n)
{
	int ended = 0;
	bool failed;

	failing_arm(n);
	live();
	failed = failing_disarm();
	part();
	for (enum who who = 0; who < PEOPLE; who++)
		ended += check(&good[who], &sockets[who], who, n);
	if (ended > 1)
		wrong("%d connections end without allocation %ld\n", ended, n);
	return failed;
}

static void test_life(void **state)
{
	struct socket good[PEOPLE], again[PEOPLE];
	long n = 0, before;

	(void)state;
	/* what is kept for the next time is kept before anything is counted; OpenSSL remembers sixteen errors
	 */
	warming = true;
	live_well(good);
	for (long i = 1; i < 200; i++)
		(void)live_badly(good, i);
	warming = false;
	live_well(good);
	/* the last one of before, and all that were published */
	assert_int_equal(good[TEACHER].event_count, 17);
	before = failing_blocks();
	while (live_badly(good, ++n)) {
		live_well(again);
		if (failing_blocks() != before)
			wrong("%ld blocks are lost with allocation %ld\n", failing_blocks() - before, n);
		before = failing_blocks();
	}
	assert_int_equal(wrongs, 0);
	print_message("%ld allocations failed\n", n - 1);
}

/* --- the daemon --- */

static bool make_tokens(void)
{
	static const enum role roles[PEOPLE] = {ROLE_STUDENT, ROLE_TEACHER, ROLE_STUDENT, ROLE_STUDENT};

	for (size_t i = 0; i < PEOPLE; i++) {
		const struct actor actor = {.user_id = {.b = {(uint8_t)(i + 1)}}, .role = roles[i]};

		if (token_issue(keys, kept, &actor, 86400, &tokens[i]))
			return false;
	}
	return true;
}

static int set_up(void **state)
{
	const struct loop_hooks hooks = {.wake = wake, .alarm = alarm_in};
	char problem[200];

	(void)state;
	log_setup("test", (enum log_level)(LOG_ERROR + 1), LOG_LOGFMT);
	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_PUSHD_LANES", "1", 1);
	setenv("INVIGIL_WS_ATTEMPTS_PER_USER", "1000000", 1);
	kept = arena_new(0);
	if (!kept || config_load(NULL, CONFIG_PUSHD, stderr, &config) ||
	    token_keys_new(config, problem, &keys) || !make_tokens() ||
	    !(settings = settings_new(config, keys)) || pushd_new(settings, &hooks, problem, &pushd))
		return -1;
	for (int i = 0; i < 100 && !pushd->adopted; i++)
		tick();
	return pushd->adopted ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pushd_free(pushd, 1000);
	settings_unref(settings);
	arena_free(kept);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_life),
	};

	return cmocka_run_group_tests_name("allocations", tests, set_up, tear_down);
}
