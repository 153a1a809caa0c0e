/* Links between Engine.IO's sessions and what carries them. The first half is WebSockets, to which server.c's
 * list of what libwebsockets taught us applies; the second is HTTP. */
#include "pushd/polling.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pushd/exchange.h"
#include "pushd/goodbye.h"
#include "pushd/handshake.h"
#include "pushd/outlet.h"
#include "pushd/request_head.h"

#define ARGUMENT_TEXT 8448 /* the library gives up at the first argument that doesn't fit */
#define WORD_TEXT     64   /* of the arguments that Engine.IO has */
#define ORIGIN_TEXT   512
#define TYPE_TEXT     "text/plain; charset=UTF-8"

_Static_assert(MESSAGE_HEADROOM >= LWS_PRE, "the library writes its frame header in front of a message");

struct polling {
	struct polling_rules rules;
	struct exchanges *exchanges;
};

enum kind { SOCKET, GET, POST };

struct polling_link {
	const struct polling *polling;
	enum kind kind;
	struct engineio_session *session; /* NULL: none, or it has been given back */

	/* GET, POST */
	struct exchange *exchange;
	enum engineio_refusal refusal; /* what a POST will be answered with, whatever its body is */

	/* SOCKET */
	struct outlet outlet;
	struct buf rx;	/* a frame so far */
	bool finishing; /* LWS_CALLBACK_TIMER will close it */
	int close_code; /* with this; 0: none */
	const char *close_reason;
};

static struct polling_link *link_new(const struct polling *polling, enum kind kind)
{
	struct polling_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->polling = polling;
	link->kind = kind;
	link->refusal = ENGINEIO_ACCEPTED;
	buf_init(&link->rx, NULL);
	return link;
}

static void link_free(struct polling_link *link)
{
	buf_done(&link->rx);
	free(link);
}

/* What it was for has gone away: the session gets it back. */
static void give_back(struct polling_link *link, bool clean)
{
	struct engineio_session *session = link->session;
	int64_t now = clock_monotonic();

	link->session = NULL;
	if (!session)
		return;
	if (link->kind == SOCKET)
		engineio_lost(session, link, clean, now);
	else if (link->kind == GET)
		engineio_poll_lost(session, now);
	else
		engineio_post_lost(session, now);
}

/* --- what the engine asks for --- */

static enum engineio_write socket_write(void *socket, struct message *message, enum engineio_kind kind)
{
	static const enum engineio_write results[] = {[OUTLET_WRITTEN] = ENGINEIO_WRITTEN,
						      [OUTLET_CHOKED] = ENGINEIO_CHOKED,
						      [OUTLET_BROKEN] = ENGINEIO_BROKEN};
	struct polling_link *link = socket;

	return results[outlet_write(&link->outlet, message, kind == ENGINEIO_TEXT)];
}

static void socket_want_writable(void *socket)
{
	lws_callback_on_writable(((struct polling_link *)socket)->outlet.wsi);
}

static void socket_finish(void *socket, int code, const char *reason)
{
	struct polling_link *link = socket;

	if (link->finishing)
		return;
	link->finishing = true;
	link->close_code = code;
	link->close_reason = reason;
	lws_set_timer_usecs(link->outlet.wsi, 1);
	/* timers are looked at after input or output only: make some */
	lws_callback_on_writable(link->outlet.wsi);
}

static void socket_kill(void *socket)
{
	struct polling_link *link = socket;

	lws_set_timeout(link->outlet.wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
	lws_cancel_service(lws_get_context(link->outlet.wsi));
}

static void request_ready(void *request)
{
	exchange_wake(((struct polling_link *)request)->exchange);
}

static const struct outlet *socket_outlet(void *socket)
{
	return &((struct polling_link *)socket)->outlet;
}

const struct engineio_ops polling_ops = {
    .write = socket_write,
    .want_writable = socket_want_writable,
    .finish = socket_finish,
    .kill = socket_kill,
    .ready = request_ready,
    .outlet = socket_outlet,
};

/* --- what a request says, in either way --- */

/* Where a request's arguments and headers are: one of the two is NULL. */
struct asked {
	struct lws *wsi;
	const struct exchange *exchange;
};

/* Cut to fit: then it is longer than any that we know, and so none of them. */
static bool read_argument(struct asked asked, const char *name, char *ret, size_t size)
{
	char text[ARGUMENT_TEXT], start[WORD_TEXT];
	const char *found;

	if (asked.exchange)
		return exchange_argument(asked.exchange, name, ret, size);
	snprintf(start, sizeof(start), "%s=", name);
	found = lws_get_urlarg_by_name(asked.wsi, start, text, sizeof(text));
	if (found)
		snprintf(ret, size, "%s", found);
	explicit_bzero(text, sizeof(text));
	return found != NULL;
}

static enum engineio_refusal judge(const struct polling *polling, struct asked asked, bool get,
				   struct engineio_session **ret_session)
{
	char version[WORD_TEXT], transport[WORD_TEXT], sid[WORD_TEXT];
	struct engineio_request request = {.get = get, .upgrade = asked.wsi != NULL};

	if (read_argument(asked, "EIO", version, sizeof(version)))
		request.version = version;
	if (read_argument(asked, "transport", transport, sizeof(transport)))
		request.transport = transport;
	if (read_argument(asked, "sid", sid, sizeof(sid)))
		request.sid = sid;
	return engineio_judge(polling->rules.engine, &request, clock_monotonic(), ret_session);
}

/* `socket` NULL: by polling. */
static enum err open_session(const struct polling *polling, struct asked asked, struct polling_link *socket,
			     const char *peer, const char *forwarded, struct engineio_session **ret)
{
	char address[ADDRESS_TEXT] = "", token[ARGUMENT_TEXT];
	struct engineio_peer opener = {.address = address};
	enum err err;

	polling->rules.address(polling->rules.owner, peer, *forwarded ? forwarded : NULL, address);
	if (read_argument(asked, "token", token, sizeof(token)))
		opener.token = token;
	err = engineio_open(polling->rules.engine, &opener, socket, clock_monotonic(), ret);
	explicit_bzero(token, sizeof(token));
	return err;
}

/* --- WebSockets --- */

/* "" when there is none, or it is too long to be anybody's. */
static void read_header(struct lws *wsi, enum lws_token_indexes token, char *ret, int size)
{
	if (lws_hdr_copy(wsi, ret, size, token) <= 0)
		*ret = '\0';
}

bool polling_serves(const struct polling *polling, const char *path)
{
	size_t len = strlen(polling->rules.path);

	return strcmp(path, polling->rules.path) == 0 ||
	       (strlen(path) == len - 1 && strncmp(path, polling->rules.path, len - 1) == 0);
}

static enum engineio_refusal judge_upgrade(const struct polling *polling, struct lws *wsi)
{
	struct engineio_session *session;
	char origin[ORIGIN_TEXT];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) >= ORIGIN_TEXT)
		return ENGINEIO_FORBIDDEN;
	read_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin));
	if (polling->rules.origin(polling->rules.owner, origin) == POLLING_REFUSED)
		return ENGINEIO_FORBIDDEN;
	return judge(polling, (struct asked){.wsi = wsi}, true, &session);
}

int polling_filter(struct polling *polling, struct lws *wsi)
{
	enum engineio_refusal refusal = judge_upgrade(polling, wsi);

	if (refusal == ENGINEIO_ACCEPTED)
		return 0;
	lws_return_http_status(wsi, (unsigned int)engineio_refusal_status(refusal),
			       engineio_refusal_body(refusal));
	return 1;
}

static enum err open_by_socket(struct polling_link *link)
{
	char peer[64] = "", forwarded[1024];

	lws_get_peer_simple(link->outlet.wsi, peer, sizeof(peer));
	read_header(link->outlet.wsi, WSI_TOKEN_X_FORWARDED_FOR, forwarded, sizeof(forwarded));
	return open_session(link->polling, (struct asked){.wsi = link->outlet.wsi}, link, peer, forwarded,
			    &link->session);
}

/* It was judged before the upgrade, but that is a while ago. */
int polling_opened(struct polling *polling, struct lws *wsi, struct polling_link **ret)
{
	struct engineio_session *session = NULL;
	struct polling_link *link;

	if (judge(polling, (struct asked){.wsi = wsi}, true, &session) != ENGINEIO_ACCEPTED)
		return -1;
	link = link_new(polling, SOCKET);
	if (!link)
		return -1;
	*ret = link;
	outlet_open(&link->outlet, wsi, polling->rules.metrics);
	if (!session)
		return open_by_socket(link) ? -1 : 0;
	if (engineio_probe(session, link, clock_monotonic()))
		link->session = session;
	else
		socket_finish(link, LWS_CLOSE_STATUS_POLICY_VIOLATION, "one WebSocket a session");
	return 0;
}

static void take_frame(struct polling_link *link, bool binary)
{
	const char *bytes = link->rx.data ? link->rx.data : "";
	int64_t now = clock_monotonic();

	if (link->rx.failed)
		give_back(link, false);
	else if (binary)
		engineio_binary(link->session, link, bytes, link->rx.len, now);
	else
		engineio_text(link->session, link, bytes, link->rx.len, now);
	/* most connections are silent: they keep no buffer */
	buf_done(&link->rx);
	buf_init(&link->rx, NULL);
}

static int received(struct polling_link *link, const void *in, size_t len)
{
	const struct engineio_rules *rules = engineio_rules(link->polling->rules.engine);

	if (!link->session || link->finishing)
		return 0;
	if (link->rx.len + len > rules->max_payload) {
		engineio_too_large(link->session, clock_monotonic());
		return 0;
	}
	buf_add(&link->rx, in, len);
	if (lws_is_final_fragment(link->outlet.wsi) && !lws_remaining_packet_payload(link->outlet.wsi))
		take_frame(link, lws_frame_is_binary(link->outlet.wsi));
	return link->session ? 0 : -1;
}

/* The library would echo a faulty close, unless it is left at once. */
static int peer_closes(struct polling_link *link, const unsigned char *in, size_t len)
{
	const struct goodbye goodbye = goodbye_read(in, len);

	link->finishing = true;
	give_back(link, goodbye.clean);
	if (!goodbye.fault)
		return 0;
	lws_close_reason(link->outlet.wsi, (enum lws_close_status)goodbye.fault, NULL, 0);
	return -1;
}

static int finish(struct polling_link *link)
{
	if (!link->finishing)
		return 0;
	if (link->close_code)
		lws_close_reason(link->outlet.wsi, (enum lws_close_status)link->close_code,
				 (unsigned char *)(uintptr_t)link->close_reason, strlen(link->close_reason));
	return -1;
}

int polling_callback(struct polling_link **link, int reason, const void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		return received(*link, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if ((*link)->session)
			engineio_writable((*link)->session, *link, clock_monotonic());
		return 0;
	case LWS_CALLBACK_TIMER:
		return finish(*link);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return peer_closes(*link, in, len);
	case LWS_CALLBACK_CLOSED:
		give_back(*link, false);
		link_free(*link);
		*link = NULL;
		return 0;
	default:
		return 0;
	}
}

/* --- HTTP --- */

/* No header at all for a page of this site, and a program. */
static void add_cors(const struct polling *polling, const struct exchange *exchange, struct buf *out)
{
	char origin[ORIGIN_TEXT];

	(void)exchange_header(exchange, "Origin", origin, sizeof(origin));
	switch (polling->rules.origin(polling->rules.owner, origin)) {
	case POLLING_ANY:
		buf_adds(out, "Access-Control-Allow-Origin: *\r\n");
		break;
	case POLLING_LISTED:
		buf_printf(out,
			   "Access-Control-Allow-Origin: %s\r\n"
			   "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n",
			   origin);
		break;
	case POLLING_OWN:
	case POLLING_REFUSED:
		break;
	}
}

/* The answer, and the end of the link. Takes the body's reference; NULL: no memory. */
static void answer(struct polling_link *link, int status, const char *type, struct message *body)
{
	struct buf headers;

	buf_init(&headers, NULL);
	add_cors(link->polling, link->exchange, &headers);
	if (body && !headers.failed)
		exchange_answer(link->exchange, status, headers.data, type, body);
	else
		exchange_drop(link->exchange);
	buf_done(&headers);
	message_unref(body);
	link_free(link);
}

static void refuse(struct polling_link *link, enum engineio_refusal refusal)
{
	const char *body = engineio_refusal_body(refusal);

	answer(link, engineio_refusal_status(refusal), "application/json", message_new(body, strlen(body)));
}

/* The page may send any header it wants to: none of them means anything here. */
static void preflight(struct polling_link *link)
{
	char wanted[ORIGIN_TEXT];
	struct buf headers;

	buf_init(&headers, NULL);
	add_cors(link->polling, link->exchange, &headers);
	if (headers.len)
		buf_adds(&headers,
			 "Access-Control-Allow-Methods: GET,POST\r\nAccess-Control-Max-Age: 600\r\n");
	if (headers.len &&
	    exchange_header(link->exchange, "Access-Control-Request-Headers", wanted, sizeof(wanted)))
		buf_printf(&headers, "Access-Control-Allow-Headers: %s\r\n", wanted);
	if (headers.failed)
		exchange_drop(link->exchange);
	else
		exchange_answer(link->exchange, 204, headers.data, NULL, NULL);
	buf_done(&headers);
	link_free(link);
}

static enum err open_by_get(struct polling_link *link)
{
	char peer[ADDRESS_TEXT], forwarded[1024];

	exchange_peer(link->exchange, peer);
	(void)exchange_header(link->exchange, "X-Forwarded-For", forwarded, sizeof(forwarded));
	return open_session(link->polling, (struct asked){.exchange = link->exchange}, NULL, peer, forwarded,
			    &link->session);
}

/* Holds it. */
static void begin_get(struct polling_link *link)
{
	struct asked asked = {.exchange = link->exchange};
	enum engineio_refusal refusal = judge(link->polling, asked, true, &link->session);

	link->kind = GET;
	if (refusal != ENGINEIO_ACCEPTED) {
		refuse(link, refusal);
	} else if (!link->session && open_by_get(link)) {
		exchange_drop(link->exchange);
		link_free(link);
	} else if (!engineio_poll(link->session, link, clock_monotonic())) {
		refuse(link, ENGINEIO_BAD_REQUEST);
	}
}

static void begin_post(struct polling_link *link)
{
	struct asked asked = {.exchange = link->exchange};
	size_t len = exchange_length(link->exchange);
	struct engineio_session *session = NULL;

	link->kind = POST;
	link->refusal = judge(link->polling, asked, false, &session);
	if (len > engineio_rules(link->polling->rules.engine)->max_payload) {
		if (session)
			engineio_too_large(session, clock_monotonic());
		answer(link, len == SIZE_MAX ? 411 : 413, TYPE_TEXT, message_new("", 0));
		return;
	}
	if (session && engineio_post(session, clock_monotonic()))
		link->session = session;
	else if (session)
		link->refusal = ENGINEIO_BAD_REQUEST;
	exchange_read(link->exchange);
}

/* The method's word: an origin that isn't welcome gets none. */
static void begun(void *owner, struct exchange *exchange)
{
	struct polling *polling = owner;
	struct polling_link *link = link_new(polling, GET);
	const char *method = exchange_method(exchange);
	char origin[ORIGIN_TEXT];

	if (!link) {
		exchange_drop(exchange);
		return;
	}
	link->exchange = exchange;
	exchange_set_context(exchange, link);
	(void)exchange_header(exchange, "Origin", origin, sizeof(origin));
	if (polling->rules.origin(polling->rules.owner, origin) == POLLING_REFUSED)
		refuse(link, ENGINEIO_FORBIDDEN);
	else if (strcmp(method, "GET") == 0)
		begin_get(link);
	else if (strcmp(method, "POST") == 0)
		begin_post(link);
	else if (strcmp(method, "OPTIONS") == 0)
		preflight(link);
	else
		refuse(link, ENGINEIO_BAD_METHOD);
}

/* A POST's body. */
static void body_read(void *context, struct exchange *exchange)
{
	struct polling_link *link = context;
	struct engineio_session *session = link->session;
	size_t len;
	const char *body = exchange_body(exchange, &len);

	link->session = NULL;
	if (session && !engineio_posted(session, body, len, clock_monotonic()))
		link->refusal = ENGINEIO_BAD_REQUEST;
	if (link->refusal == ENGINEIO_ACCEPTED)
		answer(link, 200, "text/html", message_new("ok", 2));
	else
		refuse(link, link->refusal);
}

/* A GET that has something to answer. */
static void woken(void *context, struct exchange *exchange UNUSED)
{
	struct polling_link *link = context;
	struct engineio_session *session = link->session;
	struct message *body;

	link->session = NULL;
	body = engineio_collect(session, clock_monotonic());
	if (body)
		metrics_sent(link->polling->rules.metrics, body->len, body->size_row);
	answer(link, 200, TYPE_TEXT, body);
}

static void lost(void *context)
{
	struct polling_link *link = context;

	give_back(link, false);
	link_free(link);
}

static const struct exchange_hooks hooks = {
    .begun = begun,
    .read = body_read,
    .woken = woken,
    .lost = lost,
};

/* --- all of it --- */

struct polling *polling_new(const struct polling_rules *rules)
{
	struct polling *polling = calloc(1, sizeof(*polling));

	if (!polling)
		return NULL;
	polling->rules = *rules;
	polling->exchanges = exchanges_new(rules->loop, &hooks, polling);
	if (!polling->exchanges) {
		free(polling);
		return NULL;
	}
	return polling;
}

void polling_tick(struct polling *polling, int64_t now)
{
	exchanges_tick(polling->exchanges, now);
}

bool polling_idle(const struct polling *polling)
{
	return exchanges_idle(polling->exchanges);
}

void polling_stop(struct polling *polling)
{
	exchanges_stop(polling->exchanges);
}

void polling_free(struct polling *polling)
{
	if (!polling)
		return;
	exchanges_free(polling->exchanges);
	free(polling);
}

bool polling_takes(struct polling *polling, int fd, const char *bytes, size_t len)
{
	const struct request_head head = {bytes, handshake_end(bytes, len)};

	if (!request_head_is_for(head, polling->rules.path))
		return false;
	exchanges_take(polling->exchanges, fd, bytes, len);
	return true;
}
