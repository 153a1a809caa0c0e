/* Engine.IO's transports without a network: WebSockets that note what is written, GETs that are held until
 * there is something to answer. The input is a script: a byte says what happens, a second one to whom, and
 * what follows up to U+001F is what was sent. Whoever includes this gives the packets a meaning, and checks
 * what is written. */
#ifndef INVIGIL_TESTS_FUZZ_TRANSPORT_H
#define INVIGIL_TESTS_FUZZ_TRANSPORT_H

#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "pushd/dialect/engineio.h"

#define END_OF_STEP    '\x1f'
#define TRANSPORTS_MAX 24
#define SIDS_MAX       8

enum transport_kind { TRANSPORT_NONE, TRANSPORT_SOCKET, TRANSPORT_GET };

struct transport {
	enum transport_kind kind;
	struct engineio_session *session;
	bool choked; /* takes one more, and then wants to be asked */
	bool broken;
	bool wanted;
	bool due; /* its turn has something to do: collect, or close */
};

static struct transport transports[TRANSPORTS_MAX];
static char sids[SIDS_MAX][ENGINEIO_SID];
static size_t sid_count;
static int64_t transport_now;

/* The includer's: a packet that a client reads. */
static void packet_written(const char *text, size_t len);

static enum engineio_write transport_write(void *socket, struct message *message, enum engineio_kind kind)
{
	struct transport *transport = socket;

	if (transport->broken)
		return ENGINEIO_BROKEN;
	if (kind == ENGINEIO_TEXT) {
		MUST(utf8_valid(message->text, message->len));
		packet_written(message->text, message->len);
	}
	return transport->choked ? ENGINEIO_CHOKED : ENGINEIO_WRITTEN;
}

static void transport_want(void *socket)
{
	((struct transport *)socket)->wanted = true;
}

static void transport_finish(void *socket, int code UNUSED, const char *reason UNUSED)
{
	((struct transport *)socket)->due = true;
}

static void transport_due(void *socket)
{
	((struct transport *)socket)->due = true;
}

static const struct engineio_ops transport_ops = {
    .write = transport_write,
    .want_writable = transport_want,
    .finish = transport_finish,
    .kill = transport_due,
    .ready = transport_due,
};

static struct transport *transport_new(enum transport_kind kind, bool choked)
{
	for (size_t i = 0; i < TRANSPORTS_MAX; i++) {
		if (transports[i].kind != TRANSPORT_NONE)
			continue;
		transports[i] = (struct transport){.kind = kind, .choked = choked};
		return &transports[i];
	}
	return NULL;
}

/* Packets of an answered GET stand between separators. */
static void answer_read(const struct message *message)
{
	const char *at = message->text, *end = at + message->len, *stop;

	for (; at <= end; at = stop + 1) {
		stop = memchr(at, '\x1e', (size_t)(end - at));
		if (!stop)
			stop = end;
		MUST(stop > at && strchr("01246b", *at));
		if (*at != 'b')
			packet_written(at, (size_t)(stop - at));
	}
}

static void transport_end(struct transport *transport, bool clean)
{
	struct engineio_session *session = transport->session;
	enum transport_kind kind = transport->kind;

	transport->kind = TRANSPORT_NONE;
	if (kind == TRANSPORT_SOCKET)
		engineio_lost(session, transport, clean, transport_now);
	else
		engineio_poll_lost(session, transport_now);
}

static void transport_collect(struct transport *transport)
{
	struct message *message = engineio_collect(transport->session, transport_now);

	MUST(message);
	transport->kind = TRANSPORT_NONE;
	answer_read(message);
	message_unref(message);
}

/* What the loop does after each step. */
static void transports_turn(void)
{
	for (size_t i = 0; i < TRANSPORTS_MAX; i++) {
		struct transport *transport = &transports[i];

		if (transport->kind == TRANSPORT_NONE || !transport->due)
			continue;
		transport->due = false;
		if (transport->kind == TRANSPORT_GET)
			transport_collect(transport);
		else
			transport_end(transport, true);
	}
}

/* --- what clients do --- */

struct step {
	struct engineio *engine;
	unsigned whom;
	const char *text;
	size_t len;
};

static struct engineio_session *transport_judge(const struct step *step, const char *transport, bool get,
						bool upgrade)
{
	const struct engineio_request request = {
	    .version = "4",
	    .transport = transport,
	    .sid = sid_count ? sids[step->whom % sid_count] : "none",
	    .get = get,
	    .upgrade = upgrade,
	};
	struct engineio_session *session = NULL;

	return engineio_judge(step->engine, &request, transport_now, &session) == ENGINEIO_ACCEPTED ? session
												    : NULL;
}

static void hold_get(struct engineio_session *session)
{
	struct transport *transport = transport_new(TRANSPORT_GET, false);

	if (!transport)
		return;
	transport->session = session;
	if (!engineio_poll(session, transport, transport_now))
		transport->kind = TRANSPORT_NONE;
}

static void step_open(const struct step *step)
{
	struct transport *transport = step->whom & 1 ? transport_new(TRANSPORT_SOCKET, step->whom & 2) : NULL;
	const struct engineio_peer peer = {.address = "192.0.2.1", .token = step->text};
	struct engineio_session *session;

	if (sid_count == SIDS_MAX)
		sid_count = 0;
	if (engineio_open(step->engine, &peer, transport, transport_now, &session) != OK) {
		MUST(!"without memory");
		return;
	}
	strcpy(sids[sid_count++], engineio_sid(session));
	if (transport)
		transport->session = session;
	else
		hold_get(session);
}

static void step_get(const struct step *step)
{
	struct engineio_session *session = transport_judge(step, "polling", true, false);

	if (session)
		hold_get(session);
}

static void step_post(const struct step *step)
{
	struct engineio_session *session = transport_judge(step, "polling", false, false);
	char *body = exact(step->text, step->len);

	if (session && engineio_post(session, transport_now)) {
		if (step->whom & 8)
			engineio_post_lost(session, transport_now);
		else
			(void)engineio_posted(session, body, step->len, transport_now);
	}
	free(body);
}

static void step_probe(const struct step *step)
{
	struct engineio_session *session = transport_judge(step, "websocket", true, true);
	struct transport *transport = session ? transport_new(TRANSPORT_SOCKET, step->whom & 8) : NULL;

	if (!transport)
		return;
	transport->session = session;
	if (!engineio_probe(session, transport, transport_now))
		transport->kind = TRANSPORT_NONE;
}

static struct transport *transport_of(const struct step *step, enum transport_kind kind)
{
	for (size_t i = 0; i < TRANSPORTS_MAX; i++) {
		struct transport *transport = &transports[(step->whom + i) % TRANSPORTS_MAX];

		if (transport->kind == kind)
			return transport;
	}
	return NULL;
}

static void step_frame(const struct step *step, bool binary)
{
	struct transport *transport = transport_of(step, TRANSPORT_SOCKET);
	char *bytes = exact(step->text, step->len);

	if (transport && binary)
		engineio_binary(transport->session, transport, bytes, step->len, transport_now);
	else if (transport)
		engineio_text(transport->session, transport, bytes, step->len, transport_now);
	free(bytes);
}

static void step_text(const struct step *step)
{
	step_frame(step, false);
}

static void step_binary(const struct step *step)
{
	step_frame(step, true);
}

static void step_writable(const struct step *step)
{
	struct transport *transport = transport_of(step, TRANSPORT_SOCKET);

	if (!transport || !transport->wanted)
		return;
	transport->wanted = false;
	transport->choked = step->len > 0;
	engineio_writable(transport->session, transport, transport_now);
}

static void step_lose(const struct step *step)
{
	struct transport *transport = transport_of(step, step->len & 1 ? TRANSPORT_SOCKET : TRANSPORT_GET);

	if (transport)
		transport_end(transport, step->len & 2);
}

static void step_break(const struct step *step)
{
	struct transport *transport = transport_of(step, TRANSPORT_SOCKET);

	if (transport)
		transport->broken = true;
}

static void step_large(const struct step *step)
{
	struct transport *transport = transport_of(step, TRANSPORT_SOCKET);

	if (transport)
		engineio_too_large(transport->session, transport_now);
}

static void step_wait(const struct step *step)
{
	transport_now += (int64_t)(step->whom + 1) * 100;
	engineio_tick(step->engine, transport_now);
}

static void step_dismiss(const struct step *step)
{
	(void)engineio_dismiss(step->engine, step->whom, transport_now);
}

static void (*const steps[])(const struct step *step) = {
    step_open,	 step_get,	step_post, step_probe, step_text,  step_text, step_post,
    step_binary, step_writable, step_lose, step_break, step_large, step_wait, step_dismiss};

static void transports_play(struct engineio *engine, struct rest *rest)
{
	while (rest->size) {
		unsigned what = take_byte(rest) % ARRAY_LEN(steps);
		struct step step = {
		    .engine = engine, .whom = take_byte(rest), .text = (const char *)rest->data};
		const uint8_t *stop = rest->size ? memchr(rest->data, END_OF_STEP, rest->size) : NULL;
		char *copy;

		step.len = stop ? (size_t)(stop - rest->data) : rest->size;
		copy = malloc(step.len + 1);
		MUST(copy);
		memcpy(copy, step.text, step.len);
		copy[step.len] = '\0';
		rest->data += step.len + (stop != NULL);
		rest->size -= step.len + (stop != NULL);
		step.text = copy;
		steps[what](&step);
		transports_turn();
		free(copy);
	}
}

/* Everybody goes; the engine can be freed then. */
static void transports_done(void)
{
	for (size_t i = 0; i < TRANSPORTS_MAX; i++)
		if (transports[i].kind != TRANSPORT_NONE)
			transport_end(&transports[i], false);
	sid_count = 0;
	transport_now = 0;
}

static const struct engineio_rules transport_rules = {
    .ping_interval = 25000,
    .ping_timeout = 20000,
    .upgrade_timeout = 10000,
    .linger = 5000,
    .max_payload = 65536,
    .queue_bytes = 8192,
};

#endif
