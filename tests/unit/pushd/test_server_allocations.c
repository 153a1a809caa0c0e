/* Every allocation from accept() to the last byte fails once: the listener's, libuv's, libwebsockets',
 * HTTP's, a WebSocket's. Real sockets, no database and no bus. Each time every client gets its answer or the
 * end of its connection, and whoever comes next finds everything as it was. */
#define _GNU_SOURCE /* memmem */
#include "pushd/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/ballast.h"
#include "base/clock.h"
#include "core/log.h"
#include "pushd/listener.h"
#include "tests/support/database.h"
#include "tests/support/failing.h"

#define SESSION	    DATABASE_ID
#define CLOSE_FRAME "\x88"
#define PATIENCE_MS 5000 /* nothing takes so long, unless it never comes */

static uv_loop_t loop;
static uv_async_t async;
static uv_timer_t timer;
static struct config *config;
static struct token_keys *keys;
static struct arena *kept;
static const char *token;
static struct pushd *pushd;
static struct server *server;
static struct listener *listener;
static struct sockaddr_in address;

/* --- the loop, as in main.c --- */

static void on_wake(uv_async_t *handle UNUSED)
{
	pushd_wake(pushd);
}

static void on_alarm(uv_timer_t *handle UNUSED)
{
	pushd_fill(pushd);
}

static void wake(void *context UNUSED)
{
	uv_async_send(&async);
}

static void alarm_in(void *context UNUSED, int ms)
{
	uv_timer_start(&timer, on_alarm, (uint64_t)ms, 0);
}

static void on_arrival(void *context UNUSED, int fd, const char *bytes, size_t len)
{
	server_adopt(server, fd, bytes, len);
}

/* --- clients --- */

struct client {
	int fd;
	char got[16384];
	size_t len;
	bool ended; /* by the server */
};

static void turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void come(struct client *client)
{
	client->len = 0;
	client->ended = false;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(client->fd >= 0);
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)))
		assert_int_equal(errno, EINPROGRESS);
}

static void leave(struct client *client)
{
	close(client->fd);
	for (int i = 0; i < 3; i++)
		turn();
}

static void read_some(struct client *client)
{
	ssize_t got = recv(client->fd, client->got + client->len, sizeof(client->got) - client->len - 1, 0);

	if (got > 0)
		client->len += (size_t)got;
	else if (got == 0 || errno != EAGAIN)
		client->ended = true;
	/* a close frame is the end, too: all that is said before it is ASCII */
	client->ended |= memchr(client->got, CLOSE_FRAME[0], client->len) != NULL;
}

/* Whether these bytes have come; a frame may have a NUL in its head. */
static bool has_got(const struct client *client, const char *what)
{
	return memmem(client->got, client->len, what, strlen(what)) != NULL;
}

/* Until this has come, or the end. False: neither has. */
static bool hears(struct client *client, const char *what)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;

	while (!client->ended && !has_got(client, what)) {
		struct pollfd pfd = {.fd = client->fd, .events = POLLIN};

		if (clock_monotonic() > until)
			return false;
		turn();
		if (poll(&pfd, 1, 0) > 0)
			read_some(client);
	}
	return true;
}

/* The same for what it says: the socket takes so little at once. */
static void say(struct client *client, const void *bytes, size_t len)
{
	struct pollfd pfd = {.fd = client->fd, .events = POLLOUT};

	while (!client->ended && poll(&pfd, 1, 0) == 0)
		turn();
	if (!client->ended && send(client->fd, bytes, len, MSG_NOSIGNAL) < 0)
		client->ended = true;
}

static void say_text(struct client *client, const char *text)
{
	say(client, text, strlen(text));
}

/* A text frame of at most 125 bytes, masked by zeroes. */
static void say_frame(struct client *client, unsigned char opcode, const char *text)
{
	unsigned char frame[6 + 125] = {0x80 | opcode, (unsigned char)(0x80 | strlen(text))};

	memcpy(frame + 6, text, strlen(text));
	say(client, frame, 6 + strlen(text));
}

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

/* Until pushd has done with all of it. */
static void settle(void)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;

	while ((lane_depth(pushd->lane) || pushd->open) && clock_monotonic() < until)
		turn();
	for (int i = 0; i < 3; i++)
		turn();
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

/* --- the daemon --- */

/* The listener keeps its port to itself: it is the only socket that listens. */
static bool find_address(void)
{
	for (int fd = 3; fd < 100; fd++) {
		socklen_t len = sizeof(address);
		int listens = 0;
		socklen_t size = sizeof(listens);

		if (!getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens)
			return getsockname(fd, (struct sockaddr *)&address, &len) == 0;
	}
	return false;
}

static int set_up(void **state)
{
	const struct actor actor = {.user_id = {.b = {1}}, .role = ROLE_STUDENT};
	const struct loop_hooks hooks = {.wake = wake, .alarm = alarm_in};
	const struct listener_hooks listener_hooks = {.arrived = on_arrival};
	char problem[200];

	(void)state;
	uv_replace_allocator(ballast_malloc, ballast_realloc, ballast_calloc, free);
	log_setup("test", (enum log_level)(LOG_ERROR + 1), LOG_LOGFMT);
	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_PUSHD_LANES", "1", 1);
	setenv("INVIGIL_WS_ATTEMPTS_PER_USER", "1000000", 1);
	kept = arena_new(0);
	uv_loop_init(&loop);
	uv_async_init(&loop, &async, on_wake);
	uv_timer_init(&loop, &timer);
	if (!kept || config_load(NULL, CONFIG_PUSHD, stderr, &config) ||
	    token_keys_new(config, problem, &keys) || token_issue(keys, kept, &actor, 86400, &token) ||
	    listener_new(&loop, "127.0.0.1:0", &listener_hooks, &listener) || !find_address() ||
	    pushd_new(config, keys, &hooks, problem, &pushd) || server_new(pushd, &loop, &server))
		return -1;
	for (int i = 0; i < 1000 && !pushd->adopted; i++) {
		pushd->clock.second_at = 0;
		pushd_tick(pushd);
		turn();
		usleep(1000);
	}
	return pushd->adopted ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	listener_stop(listener);
	server_end(server);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_unref((uv_handle_t *)&async);
	uv_run(&loop, UV_RUN_DEFAULT);
	pushd_free(pushd, 1000);
	uv_close((uv_handle_t *)&async, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_free(server);
	listener_free(listener);
	token_keys_free(keys);
	config_free(config);
	arena_free(kept);
	return uv_loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sockets),
	    cmocka_unit_test(test_more_descriptors),
	};

	return cmocka_run_group_tests_name("server allocations", tests, set_up, tear_down);
}
