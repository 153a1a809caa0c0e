/* The least that libwebsockets does for a client: takes the upgrade, says one thing, and listens. The best of
 * its ways, as pushd uses it too: a foreign libuv loop, no timers of its own, small buffers. Prints its port.
 *
 *   accept BYTES
 * BYTES: how long the one thing is. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <uv.h>

#include "tests/bench/wire.h"

static unsigned char greeting[LWS_PRE + 65536];
static size_t greeting_len;

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user, (void)in, (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED)
		return lws_write(wsi, greeting + LWS_PRE, greeting_len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	return 0;
}

static const struct lws_protocols protocols[] = {
    {"bare", callback, 0, 1024, 0, NULL, 65536},
    {"bearer", callback, 0, 1024, 0, NULL, 65536},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	static const char text[] = "{\"type\":\"connected\",\"last_event_id\":0,\"filling\":\"";
	static const lws_retry_bo_t no_timers;
	struct lws_context_creation_info info = {0};
	struct lws_vhost *vhost;
	uv_loop_t uv;
	void *loops[1] = {&uv};

	greeting_len = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (greeting_len < sizeof text || greeting_len > 65536) {
		fprintf(stderr, "usage: accept BYTES\n");
		return 2;
	}
	memset(greeting + LWS_PRE, '.', greeting_len);
	memcpy(greeting + LWS_PRE, text, sizeof text - 1);
	memcpy(greeting + LWS_PRE + greeting_len - 2, "\"}", 2);
	raise_descriptors();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	uv_loop_init(&uv);
	lws_set_log_level(LLL_ERR, NULL);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV;
	info.foreign_loops = loops;
	info.retry_and_idle_policy = &no_timers;
	info.max_http_header_data = 4096;
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	vhost = lws_get_vhost_by_name(lws_create_context(&info), "default");
	if (!vhost)
		die("listen");
	printf("%d\n", lws_get_vhost_listen_port(vhost));
	fflush(stdout);
	return uv_run(&uv, UV_RUN_DEFAULT);
}
