/* Every allocation in the lives of two clients of Socket.IO, one with a WebSocket and one that polls first,
 * fails once. Each time at most one of them loses its session, and has heard nothing wrong until then; the
 * other hears what it hears when nothing fails; and no block is lost. */
#include "pushd/dialect/socketio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/failing.h"

#define PEOPLE 2

/* One client, and what it has heard. */
struct person {
	struct engineio_session *session; /* while there is a WebSocket, which holds it */
	char sid[ENGINEIO_SID];
	struct socketio_socket *socket; /* in the main namespace; a reference */
	bool polls, polling, ready, upgrading, closing, choked;
	bool ended;
	size_t ended_at; /* what was heard until then */
	char heard[4096];
	size_t len;
};

static struct person people[PEOPLE];
static struct socketio *io;
static int64_t now;
static bool parting; /* all ends are wanted */

static void PRINTF_LIKE(2, 3) hear(struct person *person, const char *format, ...)
{
	size_t room = sizeof(person->heard) - person->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(person->heard + person->len, room, format, args);
	va_end(args);
	assert_true(len >= 0 && (size_t)len < room);
	person->len += (size_t)len;
}

static void end(struct person *person)
{
	if (parting || person->ended)
		return;
	person->ended = true;
	person->ended_at = person->len;
}

/* --- the transports --- */

/* The first packet tells an id that is new each time. */
static void hear_packet(struct person *person, const char *text, size_t len)
{
	hear(person, "%.*s\n", len && text[0] == '0' ? 1 : (int)len, text);
}

static enum engineio_write on_write(void *socket, struct message *message, enum engineio_kind kind)
{
	struct person *person = socket;

	if (kind == ENGINEIO_BINARY)
		hear(person, "binary %zu\n", message->len);
	else
		hear_packet(person, message->text, message->len);
	return person->choked ? ENGINEIO_CHOKED : ENGINEIO_WRITTEN;
}

static void on_want(void *socket UNUSED)
{
}

static void on_finish(void *socket, int code UNUSED, const char *reason UNUSED)
{
	struct person *person = socket;

	end(person);
	person->closing = true;
}

static void on_kill(void *socket)
{
	on_finish(socket, 0, "");
}

static void on_ready(void *request)
{
	((struct person *)request)->ready = true;
}

static const struct engineio_ops ops = {
    .write = on_write,
    .want_writable = on_want,
    .finish = on_finish,
    .kill = on_kill,
    .ready = on_ready,
};

static void collect(struct person *person)
{
	struct message *body = engineio_collect(person->session, now);

	person->ready = person->polling = false;
	if (!body || strcmp(body->text, "1") == 0)
		end(person);
	else
		hear_packet(person, body->text, body->len);
	message_unref(body);
}

/* What the loop does after everything that happens. */
static void turn(void)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		struct person *person = &people[i];

		if (person->polling && person->ready)
			collect(person);
		if (person->closing && person->session) {
			engineio_lost(person->session, person, false, now);
			person->session = NULL;
		}
		person->closing = false;
	}
}

/* The session that his request is for; NULL: it is no more. */
static struct engineio_session *judge(struct person *person, const char *transport, bool get)
{
	bool upgrade = strcmp(transport, "websocket") == 0;
	const struct engineio_request request = {
	    .version = "4", .transport = transport, .sid = person->sid, .get = get, .upgrade = upgrade};
	struct engineio_session *session = NULL;

	if (person->ended)
		return NULL;
	if (engineio_judge(socketio_engine(io), &request, now, &session) == ENGINEIO_ACCEPTED)
		return session;
	end(person);
	return NULL;
}

static void poll_once(struct person *person)
{
	struct engineio_session *session = judge(person, "polling", true);

	if (!session || person->polling)
		return;
	person->polling = engineio_poll(session, person, now);
	if (person->polling)
		person->session = session;
	turn();
	if (!person->polling)
		person->session = NULL;
}

/* He polls again at once, as clients do. */
static void post(struct person *person, const char *body)
{
	struct engineio_session *session = judge(person, "polling", false);

	if (session && engineio_post(session, now) && !engineio_posted(session, body, strlen(body), now))
		end(person);
	turn();
	if (!person->polling)
		poll_once(person);
}

static void say(struct person *person, const char *text)
{
	if (!person->session)
		return;
	engineio_text(person->session, person, text, strlen(text), now);
	turn();
}

static void say_binary(struct person *person, const char *bytes, size_t len)
{
	if (!person->session)
		return;
	engineio_binary(person->session, person, bytes, len, now);
	turn();
}

static void come(size_t who, bool polls)
{
	const struct engineio_peer peer = {.address = "192.0.2.1", .token = who ? "b" : "a"};
	struct person *person = &people[who];
	struct engineio_session *session;

	person->polls = polls;
	if (engineio_open(socketio_engine(io), &peer, polls ? NULL : person, now, &session)) {
		end(person);
		return;
	}
	memcpy(person->sid, engineio_sid(session), sizeof(person->sid));
	if (!polls)
		person->session = session;
	turn();
	if (polls)
		poll_once(person);
}

/* From the held GET to a WebSocket. */
static void upgrade(struct person *person)
{
	struct engineio_session *session;

	if (person->ended)
		return;
	session = judge(person, "websocket", true);
	if (!session)
		return;
	person->session = session;
	if (!engineio_probe(session, person, now)) {
		person->session = NULL;
		end(person);
		return;
	}
	say(person, "2probe");
	say(person, "5");
}

/* --- the application: an echo --- */

static struct person *person_of(const struct socketio_socket *socket)
{
	return &people[strcmp(socketio_peer(socket)->token, "b") == 0];
}

static void on_connect(void *owner UNUSED, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	struct person *person = person_of(socket);

	socketio_set_context(socket, person);
	if (strcmp(socketio_namespace(socket), "/no") == 0) {
		socketio_refuse(socket, "Not \"you\"", "{\"code\":1}");
		return;
	}
	person->socket = socketio_ref(socket);
	socketio_accept(socket, "SID", "PID");
	hear(person, "came with %.*s\n", (int)auth->len, auth->text);
	socketio_ask(socket, "how", "\"are you\"", person);
}

static void send_back(struct socketio_socket *socket, const struct socketio_event *event, const char *args)
{
	const struct socketio_packet packet = {.namespace = socketio_namespace(socket),
					       .event = "back",
					       .args = args,
					       .attachments = event->attachment_count};
	struct message *encoded = socketio_encode(&packet);

	if (encoded)
		(void)socketio_send_binary(socket, encoded, event->attachments, event->attachment_count);
	message_unref(encoded);
	if (!encoded) {
		end(socketio_context(socket));
		socketio_disconnect(socket, true);
	}
}

static void on_event(struct socketio_socket *socket, const struct socketio_event *event)
{
	const char *args = event->args ? arena_strndup(event->arena, event->rest, event->rest_len) : NULL;

	if (!event->args) {
		hear(socketio_context(socket), "refused\n");
	} else if (!args) {
		end(socketio_context(socket));
		socketio_disconnect(socket, true);
	} else if (event->wants_ack) {
		socketio_ack(socket, event->ack, args);
	} else {
		send_back(socket, event, args);
	}
}

static void on_answered(struct socketio_socket *socket, void *question, const struct socketio_event *answer)
{
	struct person *person = question;

	assert_ptr_equal(person, socketio_context(socket));
	if (answer->args)
		hear(person, "answered %zu\n", json_count(answer->args));
	else
		end(person);
}

static void on_gone(struct socketio_socket *socket, enum engineio_end why UNUSED)
{
	end(socketio_context(socket));
}

static const struct socketio_app app = {
    .connect = on_connect,
    .event = on_event,
    .answered = on_answered,
    .gone = on_gone,
};

/* --- the lives --- */

static void live_on_websocket(struct person *a)
{
	static const char *const said[] = {
	    "40{\"token\":\"\\u00e4\"}",
	    "40/no,{\"x\":1}",
	    "42[\"x\",1,{\"deep\":[true,null]}]",
	    "4212[\"y\",\"z\"]",
	    "430[\"fine\",2]",
	    "452-[\"two\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		say(a, said[i]);
	say_binary(a, "\0\1\2", 3);
	say_binary(a, "\3", 1);
	/* one who doesn't read for a while */
	a->choked = true;
	for (int i = 0; i < 12; i++)
		say(a, "42[\"more\",\"0123456789\"]");
	a->choked = false;
	if (a->session)
		engineio_writable(a->session, a, now);
	turn();
}

static void live_on_polling(struct person *b)
{
	post(b, "40");
	post(b, "42[\"x\",\"\xc3\xa4\"]\x1e"
		"421[\"y\"]");
	post(b, "451-[\"one\",{\"_placeholder\":true,\"num\":0}]\x1e"
		"bAQID");
	upgrade(b);
	say(b, "42[\"z\"]");
	say(b, "430[]");
}

static void ping(void)
{
	now += 25000;
	socketio_tick(io, now);
	turn();
	for (size_t i = 0; i < PEOPLE; i++)
		say(&people[i], "3");
}

static void part(void)
{
	parting = true;
	for (size_t i = 0; i < PEOPLE; i++) {
		struct person *person = &people[i];

		if (person->polling)
			engineio_poll_lost(person->session, now);
		else if (person->session)
			engineio_lost(person->session, person, i == 0, now);
		person->session = NULL;
		person->polling = false;
		if (person->socket)
			socketio_unref(person->socket);
	}
	socketio_free(io);
}

/* True: the n-th allocation was made, and failed. */
static bool live(long n)
{
	static const struct engineio_rules rules = {.ping_interval = 25000,
						    .ping_timeout = 20000,
						    .upgrade_timeout = 10000,
						    .linger = 5000,
						    .max_payload = 65536,
						    .queue_bytes = 65536};
	long before = failing_blocks();
	bool failed;

	memset(people, 0, sizeof(people));
	parting = false;
	now = 1000;
	io = socketio_new(&rules, 60000, &ops, &app, NULL);
	assert_non_null(io);
	failing_arm(n);
	come(0, false);
	come(1, true);
	live_on_websocket(&people[0]);
	live_on_polling(&people[1]);
	ping();
	failed = failing_disarm();
	part();
	if (failing_blocks() != before)
		fail_msg("%ld blocks are lost with allocation %ld", failing_blocks() - before, n);
	return failed;
}

static void check(const struct person good[PEOPLE], long n)
{
	int ended = 0;

	for (size_t i = 0; i < PEOPLE; i++) {
		const struct person *person = &people[i];
		size_t len = person->ended ? person->ended_at : good[i].len;

		ended += person->ended;
		if (len > good[i].len || person->len < len || memcmp(person->heard, good[i].heard, len) != 0)
			fail_msg("%c hears this without allocation %ld:\n%sinstead of\n%s", (int)('a' + i), n,
				 person->heard, good[i].heard);
	}
	if (ended > 1)
		fail_msg("both sessions end without allocation %ld", n);
}

static void test_lives(void **state)
{
	static struct person good[PEOPLE];
	long n = 0;

	(void)state;
	assert_false(live(0));
	memcpy(good, people, sizeof(good));
	for (size_t i = 0; i < PEOPLE; i++) {
		assert_false(good[i].ended);
		assert_non_null(strstr(good[i].heard, "answered"));
		assert_non_null(strstr(good[i].heard, "[\"back\""));
		assert_string_equal(good[i].heard + good[i].len - 3, "\n2\n");
	}
	while (live(++n))
		check(good, n);
	check(good, n);
	print_message("%ld allocations failed\n", n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests_name("socketio allocations", tests, NULL, NULL);
}
