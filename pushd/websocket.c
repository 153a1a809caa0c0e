/* To the library's callbacks server.c's list of what libwebsockets taught us applies. */
#include "pushd/websocket.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pushd/goodbye.h"
#include "pushd/outlet.h"

_Static_assert(MESSAGE_HEADROOM >= LWS_PRE, "the library writes its frame header in front of a message");

struct websocket {
	const struct transport_rules *rules;
	struct engineio_session *session; /* NULL: none, or it has been given back */
	struct outlet outlet;
	struct buf rx;	/* a frame so far */
	bool finishing; /* LWS_CALLBACK_TIMER will close it */
	int close_code; /* with this; 0: none */
	const char *close_reason;
};

static struct websocket *websocket_new(const struct transport_rules *rules)
{
	struct websocket *ws = calloc(1, sizeof(*ws));

	if (!ws)
		return NULL;
	ws->rules = rules;
	buf_init(&ws->rx, NULL);
	return ws;
}

static void websocket_free(struct websocket *ws)
{
	buf_done(&ws->rx);
	free(ws);
}

/* It has gone away: the session gets it back. */
static void give_back(struct websocket *ws, bool clean)
{
	struct engineio_session *session = ws->session;

	ws->session = NULL;
	if (session)
		engineio_lost(session, ws, clean, clock_monotonic());
}

/* --- what the engine asks for --- */

enum engineio_write websocket_write(void *context, struct message *message, enum engineio_kind kind)
{
	static const enum engineio_write results[] = {[OUTLET_WRITTEN] = ENGINEIO_WRITTEN,
						      [OUTLET_CHOKED] = ENGINEIO_CHOKED,
						      [OUTLET_BROKEN] = ENGINEIO_BROKEN};
	struct websocket *ws = context;

	return results[outlet_write(&ws->outlet, message, kind == ENGINEIO_TEXT)];
}

void websocket_want_writable(void *context)
{
	lws_callback_on_writable(((struct websocket *)context)->outlet.wsi);
}

void websocket_finish(void *context, int code, const char *reason)
{
	struct websocket *ws = context;

	if (ws->finishing)
		return;
	ws->finishing = true;
	ws->close_code = code;
	ws->close_reason = reason;
	lws_set_timer_usecs(ws->outlet.wsi, 1);
	/* timers are looked at after input or output only: make some */
	lws_callback_on_writable(ws->outlet.wsi);
}

void websocket_kill(void *context)
{
	struct websocket *ws = context;

	lws_set_timeout(ws->outlet.wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
	lws_cancel_service(lws_get_context(ws->outlet.wsi));
}

const struct outlet *websocket_outlet(void *context)
{
	return &((struct websocket *)context)->outlet;
}

/* --- the callbacks --- */

/* "" when there is none, or it is too long to be anybody's. */
static void read_header(struct lws *wsi, enum lws_token_indexes token, char *ret, int size)
{
	if (lws_hdr_copy(wsi, ret, size, token) <= 0)
		*ret = '\0';
}

/* Cut to fit. */
static bool read_argument(const void *wsi, const char *name, char *ret, size_t size)
{
	char text[TRANSPORT_ARGUMENT], start[64];
	const char *found;

	snprintf(start, sizeof(start), "%s=", name);
	/* the library gives up at the first argument that doesn't fit */
	found = lws_get_urlarg_by_name((struct lws *)(uintptr_t)wsi, start, text, sizeof(text));
	if (found)
		snprintf(ret, size, "%s", found);
	explicit_bzero(text, sizeof(text));
	return found != NULL;
}

static enum engineio_refusal judge(const struct transport_rules *rules, struct lws *wsi,
				   struct engineio_session **ret_session)
{
	const struct transport_request request = {.source = wsi, .argument = read_argument};

	return transport_judge(rules, &request, true, true, ret_session);
}

bool websocket_serves(const struct transport_rules *rules, const char *path)
{
	size_t len = strlen(rules->path);

	return strcmp(path, rules->path) == 0 ||
	       (strlen(path) == len - 1 && strncmp(path, rules->path, len - 1) == 0);
}

static enum engineio_refusal judge_upgrade(const struct transport_rules *rules, struct lws *wsi)
{
	struct engineio_session *session;
	char origin[TRANSPORT_ORIGIN];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) >= TRANSPORT_ORIGIN)
		return ENGINEIO_FORBIDDEN;
	read_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin));
	if (rules->origin(rules->owner, origin) == TRANSPORT_REFUSED)
		return ENGINEIO_FORBIDDEN;
	return judge(rules, wsi, &session);
}

int websocket_filter(const struct transport_rules *rules, struct lws *wsi)
{
	enum engineio_refusal refusal = judge_upgrade(rules, wsi);

	if (refusal == ENGINEIO_ACCEPTED)
		return 0;
	lws_return_http_status(wsi, (unsigned int)engineio_refusal_status(refusal),
			       engineio_refusal_body(refusal));
	return 1;
}

static enum err open_session(struct websocket *ws)
{
	const struct transport_request request = {.source = ws->outlet.wsi, .argument = read_argument};
	char peer[64] = "", forwarded[TRANSPORT_FORWARDED];

	lws_get_peer_simple(ws->outlet.wsi, peer, sizeof(peer));
	read_header(ws->outlet.wsi, WSI_TOKEN_X_FORWARDED_FOR, forwarded, sizeof(forwarded));
	return transport_open(ws->rules, &request, ws, peer, forwarded, &ws->session);
}

/* It was judged before the upgrade, but that is a while ago. */
int websocket_opened(const struct transport_rules *rules, struct lws *wsi, struct websocket **ret)
{
	struct engineio_session *session = NULL;
	struct websocket *ws;

	if (judge(rules, wsi, &session) != ENGINEIO_ACCEPTED)
		return -1;
	ws = websocket_new(rules);
	if (!ws)
		return -1;
	*ret = ws;
	outlet_open(&ws->outlet, wsi, rules->metrics);
	if (!session)
		return open_session(ws) ? -1 : 0;
	if (engineio_probe(session, ws, clock_monotonic()))
		ws->session = session;
	else
		websocket_finish(ws, LWS_CLOSE_STATUS_POLICY_VIOLATION, "one WebSocket a session");
	return 0;
}

static void take_frame(struct websocket *ws, bool binary)
{
	const char *bytes = ws->rx.data ? ws->rx.data : "";
	int64_t now = clock_monotonic();

	if (ws->rx.failed)
		give_back(ws, false);
	else if (binary)
		engineio_binary(ws->session, ws, bytes, ws->rx.len, now);
	else
		engineio_text(ws->session, ws, bytes, ws->rx.len, now);
	/* most connections are silent: they keep no buffer */
	buf_done(&ws->rx);
	buf_init(&ws->rx, NULL);
}

static int received(struct websocket *ws, const void *in, size_t len)
{
	const size_t most = engineio_rules(ws->rules->engine)->max_payload;

	if (!ws->session || ws->finishing)
		return 0;
	if (ws->rx.len + len > most) {
		engineio_too_large(ws->session, clock_monotonic());
		return 0;
	}
	buf_add(&ws->rx, in, len);
	if (lws_is_final_fragment(ws->outlet.wsi) && !lws_remaining_packet_payload(ws->outlet.wsi))
		take_frame(ws, lws_frame_is_binary(ws->outlet.wsi));
	return ws->session ? 0 : -1;
}

/* The library would echo a faulty close, unless it is left at once. */
static int peer_closes(struct websocket *ws, const unsigned char *in, size_t len)
{
	const struct goodbye goodbye = goodbye_read(in, len);

	ws->finishing = true;
	give_back(ws, goodbye.clean);
	if (!goodbye.fault)
		return 0;
	lws_close_reason(ws->outlet.wsi, (enum lws_close_status)goodbye.fault, NULL, 0);
	return -1;
}

static int finish(struct websocket *ws)
{
	if (!ws->finishing)
		return 0;
	if (ws->close_code)
		lws_close_reason(ws->outlet.wsi, (enum lws_close_status)ws->close_code,
				 (unsigned char *)(uintptr_t)ws->close_reason, strlen(ws->close_reason));
	return -1;
}

int websocket_callback(struct websocket **ws, int reason, const void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		return received(*ws, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if ((*ws)->session)
			engineio_writable((*ws)->session, *ws, clock_monotonic());
		return 0;
	case LWS_CALLBACK_TIMER:
		return finish(*ws);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return peer_closes(*ws, in, len);
	case LWS_CALLBACK_CLOSED:
		give_back(*ws, false);
		websocket_free(*ws);
		*ws = NULL;
		return 0;
	default:
		return 0;
	}
}
