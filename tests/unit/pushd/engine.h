/* An engine whose transports and hooks note what happens. For one test program: it is all static. */
#ifndef INVIGIL_TESTS_PUSHD_ENGINE_H
#define INVIGIL_TESTS_PUSHD_ENGINE_H

#include "pushd/dialect/engineio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/pushd/wire.h"

struct fixture {
	struct engineio *engine;
	struct engineio_session *session;
	int64_t now;
	struct end a, b, g, h; /* two WebSockets, two requests */
};

static const char *const why_names[] = {
    [ENGINEIO_LEFT] = "left",		[ENGINEIO_LOST] = "lost",	  [ENGINEIO_SILENT] = "silent",
    [ENGINEIO_MALFORMED] = "malformed", [ENGINEIO_NOT_UTF8] = "not-utf8", [ENGINEIO_TOO_LARGE] = "too-large",
    [ENGINEIO_TOO_SLOW] = "too-slow",	[ENGINEIO_ENDED] = "ended",	  [ENGINEIO_MOVED] = "moved",
};

static void *on_opened(void *owner, struct engineio_session *session UNUSED)
{
	note("opened");
	return owner;
}

static void on_text(void *context UNUSED, const char *text, size_t len)
{
	note(">%.*s", (int)len, text);
}

static void on_binary(void *context UNUSED, const void *bytes, size_t len)
{
	note(">#%.*s", (int)len, (const char *)bytes);
}

static void on_writable(void *context UNUSED)
{
	note("writable");
}

static void on_closed(void *context UNUSED, enum engineio_end why)
{
	note("closed:%s", why_names[why]);
}

static const struct engineio_hooks hooks = {
    .opened = on_opened,
    .text = on_text,
    .binary = on_binary,
    .writable = on_writable,
    .closed = on_closed,
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
	    .now = 1000000,
	    .a = {'a', ENGINEIO_WRITTEN},
	    .b = {'b', ENGINEIO_WRITTEN},
	    .g = {'g', ENGINEIO_WRITTEN},
	    .h = {'h', ENGINEIO_WRITTEN},
	};
	fixture.engine = engineio_new(&end_rules, &end_ops, &hooks, &fixture);
	(void)news();
	*state = &fixture;
	return fixture.engine ? 0 : -1;
}

static int teardown(void **state)
{
	engineio_free(((struct fixture *)*state)->engine);
	return 0;
}

UNUSED static void open_session(struct fixture *f, struct end *socket)
{
	const struct engineio_peer peer = {.address = "192.0.2.1", .token = "secret"};

	assert_int_equal(engineio_open(f->engine, &peer, socket, f->now, &f->session), OK);
	(void)news();
}

/* By polling, behind the first answer. */
UNUSED static void open_polling(struct fixture *f)
{
	open_session(f, NULL);
	assert_true(engineio_poll(f->session, &f->g, f->now));
	message_unref(engineio_collect(f->session, f->now));
	(void)news();
}

UNUSED static void wait_ms(struct fixture *f, int64_t ms)
{
	f->now += ms;
	engineio_tick(f->engine, f->now);
}

UNUSED static void check_collect(struct fixture *f, const char *body)
{
	struct message *message = engineio_collect(f->session, f->now);

	assert_non_null(message);
	assert_string_equal(message->text, body);
	message_unref(message);
}

UNUSED static enum engineio_write send_text(struct fixture *f, const char *text)
{
	struct message *message = message_new(text, strlen(text));
	enum engineio_write result = engineio_send(f->session, message, ENGINEIO_TEXT);

	message_unref(message);
	return result;
}

UNUSED static void text(struct fixture *f, struct end *socket, const char *sent)
{
	engineio_text(f->session, socket, sent, strlen(sent), f->now);
}

UNUSED static bool post(struct fixture *f, const char *body)
{
	assert_true(engineio_post(f->session, f->now));
	return engineio_posted(f->session, body, strlen(body), f->now);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
