/* HTTP exchanges over a pair of sockets: what answers look like, who is lost. */
#include "pushd/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <uv.h>

#include "base/clock.h"

struct fixture {
	uv_loop_t loop;
	struct exchanges *exchanges;
	struct exchange *exchange; /* the last one begun */
	int client;		   /* the other end of its socket */
	int begun, read, woken, lost;
};

static void on_begun(void *owner, struct exchange *exchange)
{
	struct fixture *f = owner;

	f->begun++;
	f->exchange = exchange;
	exchange_set_context(exchange, f);
}

static void on_read(void *context, struct exchange *exchange UNUSED)
{
	((struct fixture *)context)->read++;
}

static void on_woken(void *context, struct exchange *exchange UNUSED)
{
	((struct fixture *)context)->woken++;
}

static void on_lost(void *context)
{
	((struct fixture *)context)->lost++;
}

static const struct exchange_hooks hooks = {on_begun, on_read, on_woken, on_lost};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.client = -1};
	uv_loop_init(&fixture.loop);
	fixture.exchanges = exchanges_new(&fixture.loop, &hooks, &fixture);
	*state = &fixture;
	return fixture.exchanges ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	exchanges_stop(f->exchanges);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	exchanges_free(f->exchanges);
	if (f->client >= 0)
		close(f->client);
	return uv_loop_close(&f->loop);
}

static void turn(struct fixture *f)
{
	for (int i = 0; i < 4; i++)
		uv_run(&f->loop, UV_RUN_NOWAIT);
}

static void ask(struct fixture *f, const char *request)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	if (f->client >= 0)
		close(f->client);
	f->client = ends[1];
	f->exchange = NULL;
	exchanges_take(f->exchanges, ends[0], request, strlen(request));
	turn(f);
}

/* What the client has got; "EOF" at its end when the connection is closed. */
static const char *got(struct fixture *f)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;

	turn(f);
	while ((n = recv(f->client, text + len, sizeof(text) - len - 4, 0)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return n == 0 ? strcat(text, "EOF") : text;
}

static void answer(struct fixture *f, const char *text)
{
	struct message *body = message_new(text, strlen(text));

	exchange_answer(f->exchange, 200, NULL, "text/plain", body);
	message_unref(body);
}

/* --- bodies --- */

static void check_body(struct fixture *f, const char *expected)
{
	size_t len;
	const char *body = exchange_body(f->exchange, &len);

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(body, expected, len);
}

static void test_body_with_its_head(void **state)
{
	struct fixture *f = *state;

	ask(f, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
	exchange_read(f->exchange);
	assert_int_equal(f->read, 1);
	check_body(f, "abc");
	answer(f, "ok");
	assert_non_null(strstr(got(f), "\r\n\r\nokEOF"));
}

static void test_body_in_pieces(void **state)
{
	struct fixture *f = *state;

	ask(f, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na");
	exchange_read(f->exchange);
	assert_int_equal(send(f->client, "bc", 2, 0), 2);
	turn(f);
	assert_int_equal(f->read, 0);
	assert_int_equal(send(f->client, "de", 2, 0), 2);
	turn(f);
	assert_int_equal(f->read, 1);
	check_body(f, "abcde");
	exchange_drop(f->exchange);
	assert_string_equal(got(f), "EOF");
	assert_int_equal(f->lost, 0);
}

static void test_body_given_up(void **state)
{
	struct fixture *f = *state;

	ask(f, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na");
	exchange_read(f->exchange);
	close(f->client);
	f->client = -1;
	turn(f);
	assert_int_equal(f->read, 0);
	assert_int_equal(f->lost, 1);
}

/* --- answers --- */

static void test_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(f->begun, 1);
	exchange_answer(f->exchange, 204, "X-Own: 1\r\n", NULL, NULL);
	assert_string_equal(got(f),
			    "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nConnection: close\r\n"
			    "X-Own: 1\r\n\r\nEOF");
	ask(f, "GET / HTTP/1.1\r\n\r\n");
	answer(f, "hello");
	assert_string_equal(got(f), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
				    "Cache-Control: no-store\r\nConnection: close\r\n\r\nhelloEOF");
	assert_int_equal(f->lost, 0);
}

static void test_large_answer(void **state)
{
	struct fixture *f = *state;
	size_t len = 3000000, received = 0;
	char *text = calloc(1, len + 1), piece[65536];
	ssize_t n = 1;

	memset(text, 'x', len);
	ask(f, "GET / HTTP/1.1\r\n\r\n");
	answer(f, text);
	while (n > 0) {
		turn(f);
		while ((n = recv(f->client, piece, sizeof(piece), 0)) > 0)
			received += (size_t)n;
		n = n == 0 ? 0 : 1;
	}
	assert_true(received > len && received < len + 200);
	free(text);
}

/* The rest of a body that nobody wants is taken, so that the answer arrives. */
static void test_answer_before_the_body(void **state)
{
	struct fixture *f = *state;

	ask(f, "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\nabc");
	answer(f, "no");
	assert_int_equal(send(f->client, "more", 4, MSG_NOSIGNAL), 4);
	assert_non_null(strstr(got(f), "\r\n\r\nnoEOF"));
	assert_int_equal(send(f->client, "more", 4, MSG_NOSIGNAL), 4);
	turn(f);
	exchanges_tick(f->exchanges, clock_monotonic() + 2001);
	turn(f);
	assert_int_equal(send(f->client, "more", 4, MSG_NOSIGNAL), -1);
	assert_int_equal(f->lost, 0);
}

/* --- holding --- */

static void test_held(void **state)
{
	struct fixture *f = *state;

	ask(f, "GET / HTTP/1.1\r\n\r\n");
	exchanges_tick(f->exchanges, clock_monotonic() + 3600000);
	assert_string_equal(got(f), "");
	exchange_wake(f->exchange);
	exchange_wake(f->exchange);
	assert_int_equal(f->woken, 0);
	turn(f);
	assert_int_equal(f->woken, 1);
	answer(f, "now");
	assert_non_null(strstr(got(f), "nowEOF"));
}

static void test_held_and_lost(void **state)
{
	struct fixture *f = *state;

	ask(f, "GET / HTTP/1.1\r\n\r\n");
	close(f->client);
	f->client = -1;
	turn(f);
	assert_int_equal(f->lost, 1);
	/* whoever goes on talking breaks the rules */
	ask(f, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(send(f->client, "GET", 3, 0), 3);
	turn(f);
	assert_int_equal(f->lost, 2);
}

static void test_slow(void **state)
{
	struct fixture *f = *state;

	ask(f, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na");
	exchange_read(f->exchange);
	exchanges_tick(f->exchanges, clock_monotonic() + 19000);
	assert_int_equal(f->lost, 0);
	exchanges_tick(f->exchanges, clock_monotonic() + 20001);
	assert_int_equal(f->lost, 1);
	assert_string_equal(got(f), "EOF");
}

static void test_stop(void **state)
{
	struct fixture *f = *state;

	ask(f, "GET / HTTP/1.1\r\n\r\n");
	exchanges_stop(f->exchanges);
	assert_int_equal(f->lost, 1);
	assert_string_equal(got(f), "EOF");
}

static void test_no_http(void **state)
{
	struct fixture *f = *state;

	ask(f, "nonsense\r\n\r\n");
	assert_int_equal(f->begun, 0);
	assert_string_equal(got(f), "EOF");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(test_body_with_its_head),
	    ROW(test_body_in_pieces),
	    ROW(test_body_given_up),
	    ROW(test_answer),
	    ROW(test_large_answer),
	    ROW(test_answer_before_the_body),
	    ROW(test_held),
	    ROW(test_held_and_lost),
	    ROW(test_slow),
	    ROW(test_stop),
	    ROW(test_no_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
