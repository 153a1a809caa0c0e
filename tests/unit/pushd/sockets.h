/* A whole pushd of one thread for tests: its loop, its sockets and its clients', without a database and
 * without a bus. For one test program: it is all static. */
#ifndef INVIGIL_TESTS_PUSHD_SOCKETS_H
#define INVIGIL_TESTS_PUSHD_SOCKETS_H

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
#include "pushd/clients.h"
#include "pushd/listener.h"
#include "pushd/polling.h"
#include "pushd/server.h"
#include "tests/support/database.h"
#include "tests/support/failing.h"

#define SESSION	    DATABASE_ID
#define CLOSE_FRAME "\x88"
#define ORIGIN	    "https://school.example"
#define PATIENCE_MS 5000 /* nothing takes so long, unless it never comes */

static uv_loop_t loop;
static uv_async_t async;
static uv_timer_t timer;
static struct config *config;
static struct token_keys *keys;
static struct settings *settings; /* both */
static struct arena *kept;
static const char *token;
static struct pushd *pushd;
static struct server *server;
static struct clients *clients;
static struct polling *polling;
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

/* Until pushd has done with all of it. */
static void settle(void)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;

	while ((lane_depth(pushd->lane) || pushd->open) && clock_monotonic() < until)
		turn();
	for (int i = 0; i < 3; i++)
		turn();
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

static bool start_clients(void)
{
	struct transport_rules rules = {
	    .path = CLIENTS_PATH,
	    .loop = &loop,
	    .metrics = &pushd->metrics,
	    .owner = pushd,
	    .origin = clients_origin,
	    .address = clients_address,
	};

	clients = clients_new(pushd, &transport_ops);
	if (!clients)
		return false;
	rules.engine = clients_engine(clients);
	polling = polling_new(&rules);
	server_serve(server, polling);
	return polling != NULL;
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
	setenv("INVIGIL_ALLOWED_ORIGINS", ORIGIN, 1);
	setenv("INVIGIL_WS_ATTEMPTS_PER_USER", "1000000", 1);
	kept = arena_new(0);
	uv_loop_init(&loop);
	uv_async_init(&loop, &async, on_wake);
	uv_timer_init(&loop, &timer);
	if (!kept || config_load(NULL, CONFIG_PUSHD, stderr, &config) ||
	    token_keys_new(config, problem, &keys) || token_issue(keys, kept, &actor, 86400, &token) ||
	    listener_new(&loop, "127.0.0.1:0", &listener_hooks, &listener) || !find_address() ||
	    !(settings = settings_new(config, keys)) || pushd_new(settings, &hooks, problem, &pushd) ||
	    server_new(pushd, &loop, &server) || !start_clients())
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
	(void)clients_dismiss(clients, SIZE_MAX);
	polling_stop(polling);
	server_end(server);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_unref((uv_handle_t *)&async);
	uv_run(&loop, UV_RUN_DEFAULT);
	clients_free(clients);
	pushd_free(pushd, 1000);
	uv_close((uv_handle_t *)&async, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_free(server);
	polling_free(polling);
	listener_free(listener);
	settings_unref(settings);
	arena_free(kept);
	return uv_loop_close(&loop);
}

#endif
