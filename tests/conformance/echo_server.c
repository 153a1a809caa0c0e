/* The loop of the echo programs. */
#include "tests/conformance/echo_server.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "pushd/listener.h"
#include "pushd/polling.h"
#include "pushd/websocket.h"

#define TICK_MS 20

struct echo {
	const struct echo_server *server;
	struct polling *polling;
	struct listener *listener;
	struct lws_context *context;
	uv_loop_t loop;
	uv_timer_t tick;
	uv_signal_t terminate, interrupt;
};

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct echo *echo = lws_context_user(lws_get_context(wsi));
	struct websocket **websocket = user;
	char path[256] = "";

	if (websocket && *websocket)
		return websocket_callback(websocket, reason, in, len);
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		if (lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) > 0 &&
		    websocket_serves(polling_rules(echo->polling), path))
			return websocket_filter(polling_rules(echo->polling), wsi);
		return 1;
	case LWS_CALLBACK_ESTABLISHED:
		return websocket_opened(polling_rules(echo->polling), wsi, websocket);
	case LWS_CALLBACK_HTTP:
		return -1;
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_TIMER:
	case LWS_CALLBACK_CLOSED:
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

static const struct lws_protocols protocols[] = {
    {"echo", callback, sizeof(struct websocket *), 1024, 0, NULL, 64 * 1024 * 1024},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static void arrived(void *context, int fd, const char *bytes, size_t len)
{
	struct echo *echo = context;
	struct lws_vhost *vhost = lws_get_vhost_by_name(echo->context, "default");

	if (!polling_takes(echo->polling, fd, bytes, len))
		(void)lws_adopt_socket_vhost_readbuf(vhost, fd, bytes, len);
}

static void on_tick(uv_timer_t *timer)
{
	const struct echo *echo = timer->data;

	echo->server->tick(echo->server->context, clock_monotonic());
	polling_tick(echo->polling, clock_monotonic());
}

static void on_signal(uv_signal_t *handle, int number UNUSED)
{
	struct echo *echo = handle->data;

	listener_stop(echo->listener);
	polling_stop(echo->polling);
	lws_context_destroy(echo->context);
	uv_close((uv_handle_t *)&echo->tick, NULL);
	uv_close((uv_handle_t *)&echo->terminate, NULL);
	uv_close((uv_handle_t *)&echo->interrupt, NULL);
}

static enum transport_origin any_origin(void *owner UNUSED, const char *origin UNUSED)
{
	return TRANSPORT_ANY;
}

static void peer_address(void *owner UNUSED, const char *peer, const char *forwarded UNUSED,
			 char ret[ADDRESS_TEXT])
{
	snprintf(ret, ADDRESS_TEXT, "%s", peer);
}

static struct lws_context *context_new(struct echo *echo)
{
	static const lws_retry_bo_t no_timers;
	void *loops[1] = {&echo->loop};
	struct lws_context_creation_info info = {
	    .port = CONTEXT_PORT_NO_LISTEN_SERVER,
	    .protocols = protocols,
	    .options = LWS_SERVER_OPTION_LIBUV,
	    .foreign_loops = loops,
	    .user = echo,
	    .retry_and_idle_policy = &no_timers,
	    .gid = (gid_t)-1,
	    .uid = (uid_t)-1,
	};

	lws_set_log_level(0, NULL);
	return lws_create_context(&info);
}

static void init_loop(struct echo *echo)
{
	uv_loop_init(&echo->loop);
	uv_timer_init(&echo->loop, &echo->tick);
	uv_signal_init(&echo->loop, &echo->terminate);
	uv_signal_init(&echo->loop, &echo->interrupt);
	echo->tick.data = echo->terminate.data = echo->interrupt.data = echo;
	uv_timer_start(&echo->tick, on_tick, TICK_MS, TICK_MS);
	uv_signal_start(&echo->terminate, on_signal, SIGTERM);
	uv_signal_start(&echo->interrupt, on_signal, SIGINT);
}

bool echo_arguments(int argc, char **argv, struct engineio_rules *ret_rules)
{
	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: %s PORT [PING_INTERVAL_MS PING_TIMEOUT_MS]\n", argv[0]);
		return false;
	}
	*ret_rules = (struct engineio_rules){
	    .ping_interval = argc == 4 ? atol(argv[2]) : 300,
	    .ping_timeout = argc == 4 ? atol(argv[3]) : 200,
	    .upgrade_timeout = 10000,
	    .linger = 5000,
	    .max_payload = 1000000,
	    .queue_bytes = 16 * 1024 * 1024,
	};
	return true;
}

int echo_serve(const struct echo_server *server, const char *port)
{
	static struct metrics metrics;
	struct echo echo = {.server = server};
	const struct transport_rules rules = {
	    .path = server->path,
	    .loop = &echo.loop,
	    .engine = server->engine,
	    .metrics = &metrics,
	    .origin = any_origin,
	    .address = peer_address,
	};
	const struct listener_hooks hooks = {.context = &echo, .arrived = arrived};
	char address[32];

	snprintf(address, sizeof(address), "127.0.0.1:%s", port);
	init_loop(&echo);
	echo.polling = polling_new(&rules);
	echo.context = context_new(&echo);
	if (!echo.polling || !echo.context || listener_new(&echo.loop, address, &hooks, &echo.listener)) {
		fprintf(stderr, "cannot listen at %s\n", address);
		return 1;
	}
	printf("listening at %s%s\n", address, server->path);
	fflush(stdout);
	uv_run(&echo.loop, UV_RUN_DEFAULT);
	/* what the library began when it was told to end, it finishes when it is told again */
	lws_context_destroy(echo.context);
	listener_free(echo.listener);
	polling_free(echo.polling);
	uv_loop_close(&echo.loop);
	return 0;
}
