/* Packets of Socket.IO in and out, and who is in which namespace. */
#include "pushd/dialect/socketio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/pushd/wire.h"

struct fixture {
	struct socketio *io;
	struct engineio_session *session;
	struct socketio_socket *last; /* who connected last; a reference */
	int64_t now;
	struct end a;
	bool later;	 /* leave the connections unanswered */
	bool disconnect; /* end the session from within the next event */
};

static void on_connect(void *owner, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	struct fixture *f = owner;

	note("connect:%s%.*s", socketio_namespace(socket), (int)auth->len, auth->text);
	assert_int_equal(json_kind(auth->value), JSON_KIND_OBJECT);
	if (f->last)
		socketio_unref(f->last);
	f->last = socketio_ref(socket);
	socketio_set_context(socket, f);
	if (strcmp(socketio_namespace(socket), "/no") == 0)
		socketio_refuse(socket, "Not \"you\"", "{\"code\":1}");
	else if (!f->later)
		socketio_accept(socket, "SID", NULL);
}

static void on_event(struct socketio_socket *socket, const struct socketio_event *event)
{
	struct fixture *f = socketio_context(socket);

	note("event:%s", event->name ? event->name : "-");
	if (event->args)
		note("%zu(%.*s)", json_count(event->args), (int)event->rest_len, event->rest);
	if (event->wants_ack)
		note("ack%llu", (unsigned long long)event->ack);
	if (f->disconnect)
		socketio_disconnect(socket, true);
	for (size_t i = 0; i < event->attachment_count; i++)
		note("[%s]", event->attachments[i]->text);
}

static void on_answered(struct socketio_socket *socket UNUSED, void *question,
			const struct socketio_event *answer)
{
	char *args = answer->args ? json_dump(answer->arena, answer->args) : NULL;

	note("answer:%s=%s", (const char *)question, args ? args : "-");
}

static void on_writable(struct socketio_socket *socket)
{
	note("writable:%s", socketio_namespace(socket));
}

static void on_gone(struct socketio_socket *socket, enum engineio_end why)
{
	assert_false(socketio_is_connected(socket));
	note("gone:%s/%d", socketio_namespace(socket), (int)why);
}

static const struct socketio_app app = {
    .connect = on_connect,
    .event = on_event,
    .answered = on_answered,
    .writable = on_writable,
    .gone = on_gone,
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.now = 1000000, .a = {'a', ENGINEIO_WRITTEN}};
	fixture.io = socketio_new(&end_rules, 150, &end_ops, &app, &fixture);
	if (!fixture.io)
		return -1;
	(void)news();
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->last)
		socketio_unref(f->last);
	socketio_free(f->io);
	return 0;
}

static void open_client(struct fixture *f)
{
	const struct engineio_peer peer = {.address = "192.0.2.1"};

	assert_int_equal(engineio_open(socketio_engine(f->io), &peer, &f->a, f->now, &f->session), OK);
	(void)news();
}

static void lose(struct fixture *f)
{
	engineio_lost(f->session, &f->a, false, f->now);
	(void)news();
}

static void text(struct fixture *f, const char *sent)
{
	engineio_text(f->session, &f->a, sent, strlen(sent), f->now);
}

/* In the main namespace. */
static void join(struct fixture *f)
{
	open_client(f);
	text(f, "40");
	(void)news();
}

static void wait_ms(struct fixture *f, int64_t ms)
{
	f->now += ms;
	socketio_tick(f->io, f->now);
}

#define MALFORMED "gone://3 a!1002 malformed packet"

/* --- packets --- */

static void test_connect(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sent, *heard;
	} rows[] = {
	    {"40", "connect:/{} a<40{\"sid\":\"SID\"}"},
	    {"40{\"token\":\"x\"}", "connect:/{\"token\":\"x\"} a<40{\"sid\":\"SID\"}"},
	    {"40/custom", "connect:/custom{} a<40/custom,{\"sid\":\"SID\"}"},
	    {"40/custom,", "connect:/custom{} a<40/custom,{\"sid\":\"SID\"}"},
	    {"40/custom,{\"a\":1}", "connect:/custom{\"a\":1} a<40/custom,{\"sid\":\"SID\"}"},
	    {"40/no,", "connect:/no{} a<44/no,{\"message\":\"Not \\\"you\\\"\",\"data\":{\"code\":1}}"},
	    {"40{\"a\":\"\\u0000\"}", "a<44{\"message\":\"Invalid payload\"}"},
	    {"40/x,{\"a\":1,\"a\":2}", "a<44/x,{\"message\":\"Invalid payload\"}"},
	    {"40[]", "a!1002 malformed packet"},
	    {"40\"x\"", "a!1002 malformed packet"},
	    {"40{", "a!1002 malformed packet"},
	    {"41", "a!1002 malformed packet"},
	    {"42[\"x\"]", "a!1002 malformed packet"},
	    {"430[]", "a!1002 malformed packet"},
	    {"44{}", "a!1002 malformed packet"},
	    {"451-[\"x\"]", "a!1002 malformed packet"},
	    {"47", "a!1002 malformed packet"},
	    {"4abc", "a!1002 malformed packet"},
	    {"4", "a!1002 malformed packet"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		open_client(f);
		text(f, rows[i].sent);
		assert_string_equal(news(), rows[i].heard);
		lose(f);
	}
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sent, *heard;
	} rows[] = {
	    {"42[\"x\"]", "event:x 1()"},
	    {"42[\"x\",1,\"2\",{\"3\":[true]}]", "event:x 4(1,\"2\",{\"3\":[true]})"},
	    {"42[ \"x,]\" , [ ] ]", "event:x,] 2( [ ] )"},
	    {"42[\"\"]", "event: 1()"},
	    {"42[\"x\",99999999999999999999]", "event:x 2(99999999999999999999)"},
	    {"42[7,8]", "event:7 2(8)"},
	    {"42[\"a\\\"b\",null]", "event:a\"b 2(null)"},
	    {"420[\"x\"]", "event:x 1() ack0"},
	    {"429999999999999999999[\"x\"]", MALFORMED},
	    {"42999999999999999999", MALFORMED},
	    {"4200123[\"x\"]", "event:x 1() ack123"},
	    /* JSON, but none that we read: the application tells */
	    {"42[\"x\",\"\\u0000\"]", "event:-"},
	    {"42[\"x\",\"\\ud800\"]", "event:-"},
	    {"42[\"x\",1e999]", "event:-"},
	    {"425[\"x\",{\"a\":1,\"a\":1}]", "event:- ack5"},
	    {"42", MALFORMED},
	    {"42[]", MALFORMED},
	    {"42{}", MALFORMED},
	    {"42[{}]", MALFORMED},
	    {"42[null,\"x\"]", MALFORMED},
	    {"42[\"x\"", MALFORMED},
	    {"42[\"x\"]]", MALFORMED},
	    {"42[\"connect\"]", MALFORMED},
	    {"42[\"connect_error\"]", MALFORMED},
	    {"42[\"disconnect\"]", MALFORMED},
	    {"42[\"disconnecting\"]", MALFORMED},
	    {"42[\"newListener\"]", MALFORMED},
	    {"42[\"removeListener\"]", MALFORMED},
	    {"42abc[\"x\"]", MALFORMED},
	    {"42-1[\"x\"]", MALFORMED},
	    {"42/custom,[\"x\"]", MALFORMED},
	    {"40", MALFORMED},
	    {"44{\"message\":\"x\"}", MALFORMED},
	    {"41{}", MALFORMED},
	    {"43[]", MALFORMED},
	    {"430{}", MALFORMED},
	    {"430[]", ""},
	    {"45[\"x\"]", MALFORMED},
	    {"450-[\"x\"]", MALFORMED},
	    {"4511-[\"x\"]", MALFORMED},
	    {"45001-[\"x\"]", MALFORMED},
	    {"451[\"x\"]", MALFORMED},
	    {"45-1[\"x\"]", MALFORMED},
	    {"41", "gone://0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		join(f);
		text(f, rows[i].sent);
		assert_string_equal(news(), rows[i].heard);
		lose(f);
	}
}

static void test_namespace_names(void **state)
{
	struct fixture *f = *state;
	char packet[128] = "40/", *end = packet + 3 + 63;

	memset(packet + 3, 'x', 63);
	strcpy(end, ",");
	open_client(f);
	text(f, packet);
	assert_non_null(strstr(news(), "connect:/xxx"));
	lose(f);
	strcpy(end, "x,");
	open_client(f);
	text(f, packet);
	assert_string_equal(news(), "a!1002 malformed packet");
	lose(f);
	open_client(f);
	engineio_text(f->session, &f->a, "40/a\0b,", 7, f->now);
	assert_string_equal(news(), "a!1002 malformed packet");
	lose(f);
}

static void binary(struct fixture *f, const char *bytes)
{
	engineio_binary(f->session, &f->a, bytes, strlen(bytes), f->now);
}

static void test_attachments(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sent, *first, *second, *heard;
	} rows[] = {
	    {"451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "abc", NULL,
	     "event:x 2({\"_placeholder\":true,\"num\":0}) [abc]"},
	    {"452-7[\"x\",[{\"_placeholder\":true,\"num\":1}],{\"a\":{\"_placeholder\":true,\"num\":0}}]",
	     "a", "b",
	     "event:x 3([{\"_placeholder\":true,\"num\":1}],{\"a\":{\"_placeholder\":true,\"num\":0}}) ack7 "
	     "[a] "
	     "[b]"},
	    {"451-[\"x\",{\"_placeholder\":false,\"num\":9}]", "abc", NULL,
	     "event:x 2({\"_placeholder\":false,\"num\":9}) [abc]"},
	    {"451-[\"x\",{\"_placeholder\":true,\"num\":1}]", "abc", NULL, MALFORMED},
	    {"451-[\"x\",{\"_placeholder\":true,\"num\":-1}]", "abc", NULL, MALFORMED},
	    {"451-[\"x\",{\"_placeholder\":true,\"num\":\"0\"}]", "abc", NULL, MALFORMED},
	    {"451-[\"x\",{\"_placeholder\":true}]", "abc", NULL, MALFORMED},
	    {"451-[\"x\",{\"a\":[{\"_placeholder\":true,\"num\":0.5}]}]", "abc", NULL, MALFORMED},
	    {"451-{}", "abc", NULL, MALFORMED},
	    {"452-[\"x\"]", "abc", NULL, ""},
	    {"42[\"x\"]", "abc", NULL, "event:x 1() " MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		join(f);
		text(f, rows[i].sent);
		binary(f, rows[i].first);
		if (rows[i].second)
			binary(f, rows[i].second);
		assert_string_equal(news(), rows[i].heard);
		lose(f);
	}
	join(f);
	text(f, "452-[\"x\"]");
	binary(f, "abc");
	text(f, "42[\"x\"]");
	assert_string_equal(news(), MALFORMED);
	lose(f);
}

static void test_attachments_are_bounded(void **state)
{
	struct fixture *f = *state;
	char bytes[600];

	memset(bytes, 'x', sizeof(bytes));
	join(f);
	text(f, "452-[\"x\"]");
	engineio_binary(f->session, &f->a, bytes, 500, f->now);
	engineio_binary(f->session, &f->a, bytes, 494, f->now);
	assert_non_null(strstr(news(), "event:x"));
	text(f, "452-[\"x\"]");
	engineio_binary(f->session, &f->a, bytes, 500, f->now);
	engineio_binary(f->session, &f->a, bytes, 496, f->now);
	assert_string_equal(news(), "gone://5 a!1009 message too large");
	lose(f);
}

/* --- what we send --- */

static void test_encode(void **state)
{
	static const struct {
		struct socketio_packet packet;
		const char *text;
	} rows[] = {
	    {{.event = "x"}, "42[\"x\"]"},
	    {{.event = "x", .namespace = "/"}, "42[\"x\"]"},
	    {{.event = "x", .namespace = "/custom", .args = "1,{}"}, "42/custom,[\"x\",1,{}]"},
	    {{.event = "\"\n", .args = ""}, "42[\"\\\"\\n\"]"},
	    {{.event = "x", .args = "1", .offset = "o-7"}, "42[\"x\",1,\"o-7\"]"},
	    {{.event = "x", .offset = "o-7"}, "42[\"x\",\"o-7\"]"},
	    {{.event = "x", .has_ack = true}, "420[\"x\"]"},
	    {{.event = "x", .has_ack = true, .ack = 12, .namespace = "/c"}, "42/c,12[\"x\"]"},
	    {{.event = "x", .attachments = 2, .args = "1"}, "452-[\"x\",1]"},
	    {{.ack = 7}, "437[]"},
	    {{.ack = 7, .args = "1,2"}, "437[1,2]"},
	    {{.ack = 7, .attachments = 1, .args = "1", .namespace = "/c"}, "461-/c,7[1]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct message *message = socketio_encode(&rows[i].packet);

		assert_non_null(message);
		assert_string_equal(message->text, rows[i].text);
		message_unref(message);
	}
}

static void test_send(void **state)
{
	struct fixture *f = *state;
	const struct socketio_packet packet = {.event = "x", .attachments = 2};
	struct message *shared = socketio_encode(&packet);
	struct message *attachments[] = {message_new("ab", 2), message_new("cd", 2)};

	join(f);
	socketio_emit(f->last, "x", "1");
	socketio_ack(f->last, 9, NULL);
	assert_int_equal(socketio_send_binary(f->last, shared, attachments, 2), ENGINEIO_WRITTEN);
	assert_string_equal(news(), "a<42[\"x\",1] a<439[] a<452-[\"x\"] a<#6162 a<#6364");
	/* one text, whoever gets it */
	assert_int_equal(shared->refs, 1);
	f->a.takes = ENGINEIO_CHOKED;
	assert_int_equal(socketio_send(f->last, attachments[0]), ENGINEIO_CHOKED);
	socketio_send_volatile(f->last, shared);
	assert_string_equal(news(), "a<ab a?");
	f->a.takes = ENGINEIO_WRITTEN;
	engineio_writable(f->session, &f->a, f->now);
	assert_string_equal(news(), "writable:/");
	socketio_send_volatile(f->last, shared);
	assert_string_equal(news(), "a<452-[\"x\"]");
	lose(f);
	assert_int_equal(socketio_send(f->last, shared), ENGINEIO_BROKEN);
	socketio_emit(f->last, "x", "1");
	assert_string_equal(news(), "");
	message_unref(shared);
	message_unref(attachments[0]);
	message_unref(attachments[1]);
}

/* --- questions --- */

static void test_ask(void **state)
{
	struct fixture *f = *state;
	char first[] = "first", second[] = "second", third[] = "third";

	join(f);
	socketio_ask(f->last, "q", "1", first);
	socketio_ask(f->last, "q", NULL, second);
	assert_string_equal(news(), "a<420[\"q\",1] a<421[\"q\"]");
	text(f, "431[\"yes\",2]");
	assert_string_equal(news(), "answer:second=[\"yes\",2]");
	/* once, and only what was asked */
	text(f, "431[]");
	text(f, "439[]");
	assert_string_equal(news(), "");
	socketio_ask(f->last, "q", NULL, third);
	text(f, "432[\"\\u0000\"]");
	assert_string_equal(news(), "a<422[\"q\"] answer:third=-");
	/* whoever goes answers nothing */
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "answer:first=- gone://1");
	socketio_ask(f->last, "q", NULL, second);
	assert_string_equal(news(), "answer:second=-");
}

static void test_questions_are_bounded(void **state)
{
	struct fixture *f = *state;
	char question[] = "q";

	join(f);
	for (int i = 0; i < SOCKETIO_QUESTIONS; i++)
		socketio_ask(f->last, "q", NULL, question);
	(void)news();
	socketio_ask(f->last, "q", NULL, question);
	assert_string_equal(news(), "answer:q=-");
	lose(f);
}

/* --- coming and going --- */

static void test_answer_later(void **state)
{
	struct fixture *f = *state;

	f->later = true;
	open_client(f);
	text(f, "40");
	text(f, "40");
	assert_string_equal(news(), "connect:/{}");
	assert_string_equal(socketio_peer(f->last)->address, "192.0.2.1");
	/* to be judged takes as long as it takes */
	wait_ms(f, 149);
	wait_ms(f, 149);
	assert_string_equal(news(), "");
	socketio_emit(f->last, "x", NULL);
	assert_string_equal(news(), "");
	socketio_accept(f->last, NULL, "PID");
	char expected[128];
	snprintf(expected, sizeof(expected), "a<40{\"sid\":\"%s\",\"pid\":\"PID\"}", socketio_sid(f->last));
	assert_string_equal(news(), expected);
	socketio_accept(f->last, NULL, NULL);
	socketio_refuse(f->last, "no", NULL);
	assert_string_equal(news(), "");
	lose(f);
	assert_null(socketio_peer(f->last));
}

static void test_gone_before_the_answer(void **state)
{
	struct fixture *f = *state;

	f->later = true;
	open_client(f);
	text(f, "40");
	engineio_lost(f->session, &f->a, false, f->now);
	assert_string_equal(news(), "connect:/{} gone://1");
	socketio_accept(f->last, NULL, NULL);
	socketio_disconnect(f->last, true);
	assert_string_equal(news(), "");
	/* an event before the answer is one too early */
	open_client(f);
	text(f, "40");
	text(f, "42[\"x\"]");
	assert_string_equal(news(), "connect:/{} " MALFORMED);
	lose(f);
}

static void test_homeless(void **state)
{
	struct fixture *f = *state;

	open_client(f);
	wait_ms(f, 149);
	assert_string_equal(news(), "");
	wait_ms(f, 1);
	assert_string_equal(news(), "a!1000 by the server");
	lose(f);
	/* a refusal gives no more time, a stay does */
	open_client(f);
	wait_ms(f, 100);
	text(f, "40/no");
	wait_ms(f, 50);
	assert_non_null(strstr(news(), "a!1000 by the server"));
	lose(f);
	join(f);
	wait_ms(f, 250);
	text(f, "41");
	wait_ms(f, 100);
	assert_string_equal(news(), "gone://0 a<2");
	wait_ms(f, 50);
	assert_string_equal(news(), "a!1000 by the server");
	lose(f);
}

/* By polling, with nothing said yet. */
static struct engineio_session *open_stranger(struct fixture *f)
{
	const struct engineio_peer peer = {.address = "192.0.2.1"};
	struct engineio_session *session;

	assert_int_equal(engineio_open(socketio_engine(f->io), &peer, NULL, f->now, &session), OK);
	return session;
}

static bool is_known(struct fixture *f, const char *sid)
{
	const struct engineio_request request = {
	    .version = "4", .transport = "polling", .sid = sid, .get = true};
	struct engineio_session *session;

	return engineio_judge(socketio_engine(f->io), &request, f->now, &session) == ENGINEIO_ACCEPTED;
}

static void post(struct fixture *f, struct engineio_session *session, const char *body)
{
	assert_true(engineio_post(session, f->now));
	assert_true(engineio_posted(session, body, strlen(body), f->now));
	(void)news();
}

/* Whoever opens session after session costs the one who has been there longest his, but nobody who is
 * somebody. */
static void test_strangers_are_bounded(void **state)
{
	struct fixture *f = *state;
	char member[ENGINEIO_SID], refused[ENGINEIO_SID], first[ENGINEIO_SID], second[ENGINEIO_SID];
	struct engineio_session *session = open_stranger(f);

	snprintf(member, sizeof(member), "%s", engineio_sid(session));
	post(f, session, "40");
	session = open_stranger(f);
	snprintf(refused, sizeof(refused), "%s", engineio_sid(session));
	snprintf(first, sizeof(first), "%s", engineio_sid(open_stranger(f)));
	snprintf(second, sizeof(second), "%s", engineio_sid(open_stranger(f)));
	post(f, session, "40/no");
	for (int i = 3; i < SOCKETIO_STRANGERS; i++)
		(void)open_stranger(f);
	assert_true(is_known(f, first));
	(void)open_stranger(f);
	assert_false(is_known(f, first));
	assert_true(is_known(f, second));
	(void)open_stranger(f);
	assert_false(is_known(f, second));
	assert_true(is_known(f, refused));
	(void)open_stranger(f);
	assert_false(is_known(f, refused));
	assert_true(is_known(f, member));
	assert_int_equal(engineio_count(socketio_engine(f->io)), SOCKETIO_STRANGERS + 1);
}

static void test_refusals_are_bounded(void **state)
{
	struct fixture *f = *state;

	open_client(f);
	for (int i = 0; i < SOCKETIO_REFUSALS; i++)
		text(f, "40/no");
	assert_null(strstr(news(), "a!"));
	text(f, "40/no");
	assert_non_null(strstr(news(), "a!0 "));
	lose(f);
	/* who is let in begins anew */
	open_client(f);
	for (int i = 0; i < SOCKETIO_REFUSALS; i++)
		text(f, "40/no");
	text(f, "40");
	(void)news();
	text(f, "40/no");
	assert_null(strstr(news(), "a!"));
	lose(f);
}

static void test_namespaces(void **state)
{
	struct fixture *f = *state;

	join(f);
	text(f, "40/b");
	text(f, "42[\"x\"]");
	text(f, "42/b,[\"y\"]");
	text(f, "41");
	text(f, "42/b,[\"z\"]");
	assert_string_equal(news(), "connect:/b{} a<40/b,{\"sid\":\"SID\"} event:x 1() event:y 1() gone://0 "
				    "event:z 1()");
	text(f, "40");
	assert_string_equal(news(), "connect:/{} a<40{\"sid\":\"SID\"}");
	engineio_lost(f->session, &f->a, true, f->now);
	assert_string_equal(news(), "gone:/b/0 gone://0");
}

static void test_namespaces_are_bounded(void **state)
{
	struct fixture *f = *state;
	char packet[] = "40/a,";

	open_client(f);
	for (int i = 0; i < SOCKETIO_NAMESPACES; i++) {
		packet[3] = (char)('a' + i);
		text(f, packet);
	}
	(void)news();
	packet[3] = 'z';
	text(f, packet);
	assert_non_null(strstr(news(), "a!1002 malformed packet"));
	lose(f);
}

static void test_disconnect(void **state)
{
	struct fixture *f = *state;

	join(f);
	socketio_disconnect(f->last, false);
	socketio_disconnect(f->last, false);
	assert_string_equal(news(), "a<41 gone://7");
	text(f, "40/b");
	(void)news();
	socketio_disconnect(f->last, true);
	assert_string_equal(news(), "a<41/b, gone:/b/7 a!1000 by the server");
	lose(f);
}

/* The application may end the session from within; what the event brought stays until it returns. */
static void test_disconnect_within(void **state)
{
	struct fixture *f = *state;

	join(f);
	f->disconnect = true;
	text(f, "451-[\"x\"]");
	binary(f, "abc");
	assert_string_equal(news(), "event:x 1() a<41 gone://7 a!1000 by the server [abc]");
	lose(f);
}

static void test_broken_within(void **state)
{
	struct fixture *f = *state;

	join(f);
	f->a.takes = ENGINEIO_BROKEN;
	socketio_disconnect(f->last, true);
	assert_string_equal(news(), "a<41 gone://1 a!0 ");
	lose(f);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(test_connect),
	    ROW(test_events),
	    ROW(test_namespace_names),
	    ROW(test_attachments),
	    ROW(test_attachments_are_bounded),
	    ROW(test_encode),
	    ROW(test_send),
	    ROW(test_ask),
	    ROW(test_questions_are_bounded),
	    ROW(test_answer_later),
	    ROW(test_gone_before_the_answer),
	    ROW(test_homeless),
	    ROW(test_strangers_are_bounded),
	    ROW(test_refusals_are_bounded),
	    ROW(test_namespaces),
	    ROW(test_namespaces_are_bounded),
	    ROW(test_disconnect),
	    ROW(test_disconnect_within),
	    ROW(test_broken_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
