/* Every allocation from accept() to the last byte fails once: the listener's, libuv's, libwebsockets',
 * HTTP's, a WebSocket's. Real sockets, no database and no bus. Each time every client gets its answer or the
 * end of its connection, and whoever comes next finds everything as it was. */
#define _GNU_SOURCE /* memmem */
#include "pushd/server.h"

#include "tests/unit/pushd/sockets.h"

/* --- their lives --- */

/* What each of them must hear, or the end of its connection; all of it when nothing fails. */
static const char *const wanted[] = {
    "HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 101", "\"connected\"", "\"pong\"", "\"ack\"", CLOSE_FRAME,
};

/* The number of what has come; -1: one waits for ever. */
static int ask_http(const char *path, size_t first)
{
	static struct client client;
	char text[200];
	bool heard;

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	come(&client);
	say_text(&client, text);
	heard = hears(&client, wanted[first]);
	leave(&client);
	return heard ? has_got(&client, wanted[first]) : -1;
}

static int open_websocket(void)
{
	static struct client client;
	char text[2048];
	int count = 0;
	bool heard;

	snprintf(text, sizeof(text),
		 "GET /api/v1/sessions/" SESSION "/ws?token=%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
		 "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		 token);
	come(&client);
	say_text(&client, text);
	heard = hears(&client, wanted[2]) && hears(&client, wanted[3]);
	say_frame(&client, 1, "{\"type\":\"heartbeat\",\"ref\":\"1\"}");
	heard = heard && hears(&client, wanted[4]);
	say_frame(&client, 1, "{\"type\":\"tab_violation\",\"ref\":\"2\"}");
	heard = heard && hears(&client, "\"ref\":\"2\"");
	say_frame(&client, 8, "\x03\xe8");
	heard = heard && hears(&client, wanted[6]);
	leave(&client);
	for (size_t i = 2; i < ARRAY_LEN(wanted); i++)
		count += has_got(&client, wanted[i]);
	return heard ? count : -1;
}

/* How much of what is wanted has come; -1: somebody waits for ever. */
static int live(void)
{
	int live = ask_http("/health/live", 0), none = ask_http("/nowhere", 1), socket = open_websocket();

	return live < 0 || none < 0 || socket < 0 ? -1 : live + none + socket;
}

static void test_sockets(void **state)
{
	int wrongs = 0;
	bool failed = true;
	long n = 0;

	(void)state;
	assert_int_equal(live(), ARRAY_LEN(wanted));
	settle();
	while (failed) {
		int heard;

		failing_arm(++n);
		heard = live();
		failed = failing_disarm();
		settle();
		if (heard < 0) {
			print_error("somebody waits for ever without allocation %ld\n", n);
			wrongs++;
		}
		if (pushd->open) {
			print_error("%zu connections stay without allocation %ld\n", pushd->open, n);
			wrongs++;
		}
		heard = live();
		settle();
		if (heard != ARRAY_LEN(wanted)) {
			print_error("the next hear %d after allocation %ld\n", heard, n);
			wrongs++;
		}
	}
	assert_int_equal(wrongs, 0);
	print_message("%ld allocations failed\n", n - 1);
}

/* libuv's table of descriptors has to grow when they become more than a power of two: at the first connection
 * behind it. */
static void test_more_descriptors(void **state)
{
	int files[512];
	size_t count = 0;

	(void)state;
	for (long n = 1; n <= 3; n++) {
		do
			files[count] = dup(0);
		while (files[count++] < 32 << n);
		failing_arm(n);
		assert_true(live() >= 0);
		assert_true(failing_disarm());
		settle();
		assert_int_equal(live(), ARRAY_LEN(wanted));
		settle();
	}
	while (count)
		close(files[--count]);
}

/* A long head is taken whole: the rest of it would wait until somebody else says something. */
static void test_long_heads(void **state)
{
	static struct client client;
	char text[16384];

	(void)state;
	for (int len = 1000; len <= 15000; len += 1000) {
		snprintf(text, sizeof(text), "GET /nowhere HTTP/1.1\r\nHost: x\r\nX-Padding: %0*d\r\n\r\n",
			 len, 0);
		come(&client);
		say_text(&client, text);
		if (!hears(&client, wanted[1]) || !has_got(&client, wanted[1]))
			fail_msg("a head of %zu bytes isn't answered", strlen(text));
		leave(&client);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sockets),
	    cmocka_unit_test(test_more_descriptors),
	    cmocka_unit_test(test_long_heads),
	};

	return cmocka_run_group_tests_name("server allocations", tests, set_up, tear_down);
}
