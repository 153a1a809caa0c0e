/* Requests between an exchange, which has the socket, and a session of Engine.IO. A GET is held until there
 * is something to answer, a POST until its body has been read. */
#include "pushd/polling.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pushd/exchange.h"
#include "pushd/handshake.h"
#include "pushd/request_head.h"

#define TYPE_TEXT "text/plain; charset=UTF-8"

struct polling {
	struct transport_rules rules;
	struct exchanges *exchanges;
};

/* From its head to its answer, or its loss. */
struct request {
	const struct polling *polling;
	struct exchange *exchange;
	struct engineio_session *session; /* NULL: none, or it has been given back */
	bool is_post;			  /* else it is a GET, or is refused */
	enum engineio_refusal refusal;	  /* what a POST will be answered with, whatever its body is */
};

static struct request *request_new(const struct polling *polling, struct exchange *exchange)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->polling = polling;
	request->exchange = exchange;
	request->refusal = ENGINEIO_ACCEPTED;
	return request;
}

/* --- answers --- */

/* No header at all for a page of this site, and a program. */
static void add_cors(const struct polling *polling, const struct exchange *exchange, struct buf *out)
{
	char origin[TRANSPORT_ORIGIN];

	(void)exchange_header(exchange, "Origin", origin, sizeof(origin));
	switch (polling->rules.origin(polling->rules.owner, origin)) {
	case TRANSPORT_ANY:
		buf_adds(out, "Access-Control-Allow-Origin: *\r\n");
		break;
	case TRANSPORT_LISTED:
		buf_printf(out,
			   "Access-Control-Allow-Origin: %s\r\n"
			   "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n",
			   origin);
		break;
	case TRANSPORT_OWN:
	case TRANSPORT_REFUSED:
		break;
	}
}

/* The answer, and the end of the request. Takes the body's reference; NULL: no memory. */
static void answer(struct request *request, int status, const char *type, struct message *body)
{
	struct buf headers;

	buf_init(&headers, NULL);
	add_cors(request->polling, request->exchange, &headers);
	if (body && !headers.failed)
		exchange_answer(request->exchange, status, headers.data, type, body);
	else
		exchange_drop(request->exchange);
	buf_done(&headers);
	message_unref(body);
	free(request);
}

static void refuse(struct request *request, enum engineio_refusal refusal)
{
	const char *body = engineio_refusal_body(refusal);

	answer(request, engineio_refusal_status(refusal), "application/json",
	       message_new(body, strlen(body)));
}

/* The page may send any header it wants to: none of them means anything here. */
static void preflight(struct request *request)
{
	char wanted[TRANSPORT_ORIGIN];
	struct buf headers;

	buf_init(&headers, NULL);
	add_cors(request->polling, request->exchange, &headers);
	if (headers.len)
		buf_adds(&headers,
			 "Access-Control-Allow-Methods: GET,POST\r\nAccess-Control-Max-Age: 600\r\n");
	if (headers.len &&
	    exchange_header(request->exchange, "Access-Control-Request-Headers", wanted, sizeof(wanted)))
		buf_printf(&headers, "Access-Control-Allow-Headers: %s\r\n", wanted);
	if (headers.failed)
		exchange_drop(request->exchange);
	else
		exchange_answer(request->exchange, 204, headers.data, NULL, NULL);
	buf_done(&headers);
	free(request);
}

/* --- requests --- */

static bool read_argument(const void *exchange, const char *name, char *ret, size_t size)
{
	return exchange_argument(exchange, name, ret, size);
}

static enum engineio_refusal judge(const struct request *request, bool get,
				   struct engineio_session **ret_session)
{
	const struct transport_request asked = {.source = request->exchange, .argument = read_argument};

	return transport_judge(&request->polling->rules, &asked, get, false, ret_session);
}

static enum err open_by_get(struct request *request)
{
	const struct transport_request asked = {.source = request->exchange, .argument = read_argument};
	char peer[ADDRESS_TEXT], forwarded[TRANSPORT_FORWARDED];

	exchange_peer(request->exchange, peer);
	(void)exchange_header(request->exchange, "X-Forwarded-For", forwarded, sizeof(forwarded));
	return transport_open(&request->polling->rules, &asked, NULL, peer, forwarded, &request->session);
}

/* Holds it. */
static void begin_get(struct request *request)
{
	enum engineio_refusal refusal = judge(request, true, &request->session);

	if (refusal != ENGINEIO_ACCEPTED) {
		refuse(request, refusal);
	} else if (!request->session && open_by_get(request)) {
		exchange_drop(request->exchange);
		free(request);
	} else if (!engineio_poll(request->session, request, clock_monotonic())) {
		refuse(request, ENGINEIO_BAD_REQUEST);
	}
}

static void begin_post(struct request *request)
{
	size_t len = exchange_length(request->exchange);
	struct engineio_session *session = NULL;

	request->is_post = true;
	request->refusal = judge(request, false, &session);
	if (len > engineio_rules(request->polling->rules.engine)->max_payload) {
		if (session)
			engineio_too_large(session, clock_monotonic());
		answer(request, len == SIZE_MAX ? 411 : 413, TYPE_TEXT, message_new("", 0));
		return;
	}
	if (session && engineio_post(session, clock_monotonic()))
		request->session = session;
	else if (session)
		request->refusal = ENGINEIO_BAD_REQUEST;
	exchange_read(request->exchange);
}

/* The method's word: an origin that isn't welcome gets none. */
static void begun(void *owner, struct exchange *exchange)
{
	struct polling *polling = owner;
	struct request *request = request_new(polling, exchange);
	const char *method = exchange_method(exchange);
	char origin[TRANSPORT_ORIGIN];

	if (!request) {
		exchange_drop(exchange);
		return;
	}
	exchange_set_context(exchange, request);
	(void)exchange_header(exchange, "Origin", origin, sizeof(origin));
	if (polling->rules.origin(polling->rules.owner, origin) == TRANSPORT_REFUSED)
		refuse(request, ENGINEIO_FORBIDDEN);
	else if (strcmp(method, "GET") == 0)
		begin_get(request);
	else if (strcmp(method, "POST") == 0)
		begin_post(request);
	else if (strcmp(method, "OPTIONS") == 0)
		preflight(request);
	else
		refuse(request, ENGINEIO_BAD_METHOD);
}

/* A POST's body. */
static void body_read(void *context, struct exchange *exchange)
{
	struct request *request = context;
	struct engineio_session *session = request->session;
	size_t len;
	const char *body = exchange_body(exchange, &len);

	request->session = NULL;
	if (session && !engineio_posted(session, body, len, clock_monotonic()))
		request->refusal = ENGINEIO_BAD_REQUEST;
	if (request->refusal == ENGINEIO_ACCEPTED)
		answer(request, 200, "text/html", message_new("ok", 2));
	else
		refuse(request, request->refusal);
}

/* A GET that has something to answer. */
static void woken(void *context, struct exchange *exchange UNUSED)
{
	struct request *request = context;
	struct engineio_session *session = request->session;
	struct message *body;

	request->session = NULL;
	body = engineio_collect(session, clock_monotonic());
	if (body)
		metrics_sent(request->polling->rules.metrics, body->len, body->size_row);
	answer(request, 200, TYPE_TEXT, body);
}

/* The session gets it back. */
static void lost(void *context)
{
	struct request *request = context;
	struct engineio_session *session = request->session;

	request->session = NULL;
	if (session && request->is_post)
		engineio_post_lost(session, clock_monotonic());
	else if (session)
		engineio_poll_lost(session, clock_monotonic());
	free(request);
}

static const struct exchange_hooks hooks = {
    .begun = begun,
    .read = body_read,
    .woken = woken,
    .lost = lost,
};

void polling_ready(void *request)
{
	exchange_wake(((struct request *)request)->exchange);
}

/* --- all of it --- */

struct polling *polling_new(const struct transport_rules *rules)
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

const struct transport_rules *polling_rules(const struct polling *polling)
{
	return &polling->rules;
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
