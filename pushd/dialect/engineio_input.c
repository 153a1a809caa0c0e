/* What clients send to a session: packets, over WebSockets, the upgrade to one, and polling. */
#include <string.h>

#include "base/utf8.h"
#include "pushd/base64.h"
#include "pushd/dialect/engineio_session.h"

#define SEPARATOR  '\x1e'
#define PROBE_PING "2probe"

/* --- packets from the client: false when one is malformed --- */

static bool on_message(struct engineio_session *session, const char *data, size_t len)
{
	session->engine->hooks->text(session->context, data, len);
	return true;
}

static bool on_base64(struct engineio_session *session, const char *data, size_t len)
{
	struct buf bytes;
	bool read;

	buf_init(&bytes, NULL);
	read = base64_read(data, len, &bytes);
	if (bytes.failed)
		engineio_end(session, ENGINEIO_LOST);
	else if (read)
		session->engine->hooks->binary(session->context, bytes.data, bytes.len);
	read |= bytes.failed;
	buf_done(&bytes);
	return read;
}

/* A pong that answers nothing changes nothing: it must not put off the next ping. */
static bool on_pong(struct engineio_session *session, const char *data UNUSED, size_t len UNUSED)
{
	struct engineio *engine = session->engine;

	if (session->pinged)
		engineio_wait_in(session, &engine->resting, engine->now + engine->rules.ping_interval);
	session->pinged = false;
	return true;
}

static bool on_close(struct engineio_session *session, const char *data UNUSED, size_t len UNUSED)
{
	engineio_end(session, ENGINEIO_LEFT);
	return true;
}

static bool on_nothing(struct engineio_session *session UNUSED, const char *data UNUSED, size_t len UNUSED)
{
	return true;
}

/* A ping is missing: only the server may. */
static const struct {
	char type;
	bool (*read)(struct engineio_session *session, const char *data, size_t len);
} types[] = {
    {'4', on_message}, {'3', on_pong},	  {'b', on_base64},  {'1', on_close},
    {'0', on_nothing}, {'5', on_nothing}, {'6', on_nothing},
};

/* Any packet while a pong is due shows that the client lives; once, it gets more time for the pong. */
static void heard(struct engineio_session *session)
{
	struct engineio *engine = session->engine;

	if (!session->pinged || session->refreshed)
		return;
	session->refreshed = true;
	engineio_wait_in(session, &engine->pinged, engine->now + engine->rules.ping_timeout);
}

/* A malformed one ends the session. */
static bool read_packet(struct engineio_session *session, const char *text, size_t len)
{
	heard(session);
	for (size_t i = 0; len && i < ARRAY_LEN(types); i++)
		if (types[i].type == text[0] && types[i].read(session, text + 1, len - 1))
			return true;
	engineio_end(session, ENGINEIO_MALFORMED);
	return false;
}

/* --- WebSockets --- */

bool engineio_probe(struct engineio_session *session, void *socket, int64_t now)
{
	struct engineio *engine = session->engine;

	if (session->state != OPEN || !session->polling || session->probe)
		return false;
	session->probe = socket;
	session->probed = session->probe_full = false;
	session->probe_by = now + engine->rules.upgrade_timeout;
	list_append(&engine->probing, &session->in_probing);
	session->refs++;
	return true;
}

/* The second transport becomes the only one. */
static void upgrade(struct engineio_session *session)
{
	session->polling = false;
	session->socket = session->probe;
	session->choked = session->probe_full;
	session->probe = NULL;
	list_remove(&session->in_probing);
	engineio_make_ready(session);
	engineio_flush(session);
	engineio_route(session);
	engineio_feed(session);
}

static void answer_probe(struct engineio_session *session)
{
	struct engineio *engine = session->engine;
	struct message *pong = message_new("3probe", 6);
	enum engineio_write result = ENGINEIO_BROKEN;

	if (pong)
		result = engine->ops->write(session->probe, pong, ENGINEIO_TEXT);
	message_unref(pong);
	if (result == ENGINEIO_BROKEN) {
		engineio_refuse_probe(session);
		return;
	}
	session->probed = true;
	session->probe_full = result == ENGINEIO_CHOKED;
	if (session->probe_full)
		engine->ops->want_writable(session->probe);
	/* the client waits for its GET before it upgrades */
	engineio_make_ready(session);
}

static void read_probe(struct engineio_session *session, const char *text, size_t len)
{
	if (len == strlen(PROBE_PING) && memcmp(text, PROBE_PING, len) == 0)
		answer_probe(session);
	else if (session->probed && len && text[0] == '5')
		upgrade(session);
	else
		engineio_refuse_probe(session);
}

void engineio_text(struct engineio_session *session, void *socket, const char *text, size_t len, int64_t now)
{
	session->engine->now = now;
	if (session->state != OPEN)
		return;
	if (socket == session->probe)
		read_probe(session, text, len);
	else if (socket == session->socket && !utf8_valid(text, len))
		engineio_end(session, ENGINEIO_NOT_UTF8);
	else if (socket == session->socket)
		(void)read_packet(session, text, len);
}

void engineio_binary(struct engineio_session *session, void *socket, const void *bytes, size_t len,
		     int64_t now)
{
	session->engine->now = now;
	if (session->state != OPEN)
		return;
	if (socket == session->probe) {
		engineio_refuse_probe(session);
	} else if (socket == session->socket) {
		heard(session);
		session->engine->hooks->binary(session->context, bytes, len);
	}
}

void engineio_writable(struct engineio_session *session, void *socket, int64_t now)
{
	session->engine->now = now;
	if (socket == session->probe)
		session->probe_full = false;
	if (socket != session->socket || session->state == ENDED)
		return;
	session->choked = false;
	engineio_flush(session);
	engineio_route(session);
	if (session->state == ENDING)
		engineio_settle(session);
	engineio_feed(session);
}

void engineio_too_large(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	engineio_end(session, ENGINEIO_TOO_LARGE);
}

void engineio_lost(struct engineio_session *session, void *socket, bool clean, int64_t now)
{
	session->engine->now = now;
	if (socket == session->probe) {
		session->probe = NULL;
		session->probed = false;
		list_remove(&session->in_probing);
	} else if (socket == session->socket) {
		session->socket = NULL;
		engineio_drop_queue(session);
		engineio_end(session, clean ? ENGINEIO_LEFT : ENGINEIO_LOST);
		if (session->state == ENDING)
			engineio_settle(session);
	}
	engineio_unref(session);
}

/* --- polling --- */

bool engineio_poll(struct engineio_session *session, void *request, int64_t now)
{
	session->engine->now = now;
	if (session->poll) {
		engineio_end(session, ENGINEIO_LOST);
		return false;
	}
	session->poll = request;
	session->refs++;
	engineio_feed(session);
	if (session->queue_count || session->probed || session->state != OPEN)
		engineio_make_ready(session);
	return true;
}

static void add_packet(struct buf *body, const struct packet *packet)
{
	if (body->len)
		buf_addc(body, SEPARATOR);
	if (packet->kind == ENGINEIO_TEXT) {
		buf_add(body, packet->message->text, packet->message->len);
	} else {
		buf_addc(body, 'b');
		base64_add(body, packet->message->text, packet->message->len);
	}
}

static void add_queue(struct engineio_session *session, struct buf *body)
{
	while (session->queue_count) {
		struct packet packet = engineio_take(session);

		add_packet(body, &packet);
		message_unref(packet.message);
	}
}

/* What was queued is in the body, or lost with it; a client that doesn't get it has to begin anew. */
struct message *engineio_collect(struct engineio_session *session, int64_t now)
{
	struct message *message;
	bool over = false;
	struct buf body;

	session->engine->now = now;
	buf_init(&body, NULL);
	if (session->state == ENDED)
		buf_addc(&body, engineio_farewell(session));
	else if (session->polling)
		add_queue(session, &body);
	/* the official client drops what comes in one body with a close packet: that one comes alone, in the
	 * next */
	over = session->state == ENDING && session->polling && !body.len;
	if (!body.len)
		buf_addc(&body, over ? '1' : '6');
	message = message_take(&body);
	session->poll = NULL;
	session->ready = false;
	if (!message)
		engineio_end(session, ENGINEIO_LOST);
	if (over || (!message && session->polling))
		engineio_vanish(session);
	engineio_unref(session);
	return message;
}

void engineio_poll_lost(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	session->poll = NULL;
	session->ready = false;
	if (session->polling) {
		engineio_end(session, ENGINEIO_LOST);
		engineio_vanish(session);
	}
	engineio_unref(session);
}

bool engineio_post(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	if (session->posting) {
		engineio_end(session, ENGINEIO_LOST);
		return false;
	}
	session->posting = true;
	session->refs++;
	return true;
}

static bool read_payload(struct engineio_session *session, const char *body, size_t len)
{
	const char *end = body + len, *stop;

	if (!utf8_valid(body, len)) {
		engineio_end(session, ENGINEIO_NOT_UTF8);
		return false;
	}
	for (; session->state == OPEN; body = stop + 1) {
		stop = memchr(body, SEPARATOR, (size_t)(end - body));
		if (!stop)
			return read_packet(session, body, (size_t)(end - body));
		if (!read_packet(session, body, (size_t)(stop - body)))
			return false;
	}
	return true;
}

bool engineio_posted(struct engineio_session *session, const char *body, size_t len, int64_t now)
{
	bool read;

	session->engine->now = now;
	session->posting = false;
	read = session->state != ENDED && read_payload(session, body, len);
	engineio_unref(session);
	return read;
}

void engineio_post_lost(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	session->posting = false;
	if (session->polling)
		engineio_end(session, ENGINEIO_LOST);
	engineio_unref(session);
}
