/* The sessions of Engine.IO. Their owners are counted: the engine holds one reference while a session is in
 * its map, and every socket, held GET and POST that belongs to it another. */
#include "pushd/dialect/engineio.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "pushd/base64.h"
#include "pushd/dialect/engineio_session.h"

#define SID_BYTES  15
#define POLL_BYTES 65536 /* a held GET that has so much to answer takes no more for this turn */

/* What each end means for the transports. */
static const struct {
	int code; /* of the close frame; 0: none, there is nobody to read it */
	const char *reason;
	bool flush;    /* what is queued is sent first */
	char farewell; /* the packet that answers a held GET: close, or noop to who said it himself */
} ends[] = {
    [ENGINEIO_LEFT] = {1000, "by the client", false, '6'},
    [ENGINEIO_LOST] = {0, "", false, '1'},
    [ENGINEIO_SILENT] = {1001, "no answer to pings", false, '1'},
    [ENGINEIO_MALFORMED] = {1002, "malformed packet", false, '1'},
    [ENGINEIO_NOT_UTF8] = {1007, "not UTF-8", false, '1'},
    [ENGINEIO_TOO_LARGE] = {1009, "message too large", false, '1'},
    [ENGINEIO_TOO_SLOW] = {1013, "too slow to read", false, '1'},
    [ENGINEIO_ENDED] = {1000, "by the server", true, '1'},
    [ENGINEIO_MOVED] = {1001, "going away", true, '1'},
};

static const struct {
	int status;
	const char *body;
} refusals[] = {
    [ENGINEIO_UNKNOWN_TRANSPORT] = {400, "{\"code\":0,\"message\":\"Transport unknown\"}"},
    [ENGINEIO_UNKNOWN_SESSION] = {400, "{\"code\":1,\"message\":\"Session ID unknown\"}"},
    [ENGINEIO_BAD_METHOD] = {400, "{\"code\":2,\"message\":\"Bad handshake method\"}"},
    [ENGINEIO_BAD_REQUEST] = {400, "{\"code\":3,\"message\":\"Bad request\"}"},
    [ENGINEIO_FORBIDDEN] = {403, "{\"code\":4,\"message\":\"Forbidden\"}"},
    [ENGINEIO_UNSUPPORTED_VERSION] = {400, "{\"code\":5,\"message\":\"Unsupported protocol version\"}"},
};

int engineio_refusal_status(enum engineio_refusal refusal)
{
	return refusals[refusal].status;
}

const char *engineio_refusal_body(enum engineio_refusal refusal)
{
	return refusals[refusal].body;
}

/* --- the engine --- */

struct engineio *engineio_new(const struct engineio_rules *rules, const struct engineio_ops *ops,
			      const struct engineio_hooks *hooks, void *owner)
{
	struct engineio *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return NULL;
	engine->rules = *rules;
	engine->ops = ops;
	engine->hooks = hooks;
	engine->owner = owner;
	list_init(&engine->resting);
	list_init(&engine->pinged);
	list_init(&engine->ending);
	list_init(&engine->probing);
	engine->sessions = map_new();
	engine->ping = message_new("2", 1);
	if (!engine->sessions || !engine->ping) {
		engineio_free(engine);
		return NULL;
	}
	return engine;
}

size_t engineio_count(const struct engineio *engine)
{
	return map_count(engine->sessions);
}

void engineio_set_queue(struct engineio *engine, size_t bytes)
{
	engine->rules.queue_bytes = bytes;
}

const struct engineio_rules *engineio_rules(const struct engineio *engine)
{
	return &engine->rules;
}

int64_t engineio_now(const struct engineio *engine)
{
	return engine->now;
}

void engineio_make_sid(char ret[ENGINEIO_SID])
{
	unsigned char bytes[SID_BYTES];

	/* so few bytes are never cut short; what is left is a kernel without getrandom, and an id that can be
	 * guessed would be somebody else's session */
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		abort();
	base64url_write(bytes, sizeof(bytes), ret);
}

/* --- the end --- */

void engineio_vanish(struct engineio_session *session)
{
	if (session->state == ENDED)
		return;
	session->state = ENDED;
	list_remove(&session->in_turn);
	map_remove(session->engine->sessions, &session->key);
	engineio_unref(session);
}

void engineio_make_ready(struct engineio_session *session)
{
	if (session->poll && !session->ready) {
		session->ready = true;
		session->engine->ops->ready(session->poll);
	}
}

void engineio_settle(struct engineio_session *session)
{
	if (session->polling && ends[session->why].flush) {
		/* the next GET gets the rest and the close packet */
		engineio_make_ready(session);
		return;
	}
	engineio_make_ready(session);
	if (session->socket && (session->choked || session->queue_count))
		return;
	if (session->socket)
		session->engine->ops->finish(session->socket, ends[session->why].code,
					     ends[session->why].reason);
	engineio_vanish(session);
}

void engineio_wait_in(struct engineio_session *session, struct list *list, int64_t deadline)
{
	list_remove(&session->in_turn);
	list_append(list, &session->in_turn);
	session->deadline = deadline;
}

void engineio_refuse_probe(struct engineio_session *session)
{
	void *probe = session->probe;

	if (!probe)
		return;
	session->probe = NULL;
	session->probed = false;
	list_remove(&session->in_probing);
	session->engine->ops->finish(probe, 1000, "not upgraded");
}

void engineio_end(struct engineio_session *session, enum engineio_end why)
{
	struct engineio *engine = session->engine;

	if (session->state != OPEN)
		return;
	session->state = ENDING;
	session->why = why;
	engineio_wait_in(session, &engine->ending, engine->now + engine->rules.linger);
	engineio_refuse_probe(session);
	engineio_route(session);
	if (!ends[why].flush)
		engineio_drop_queue(session);
	session->refs++;
	engine->hooks->closed(session->context, why);
	engineio_settle(session);
	engineio_unref(session);
}

char engineio_farewell(const struct engineio_session *session)
{
	return ends[session->why].farewell;
}

/* --- sending --- */

void engineio_route(struct engineio_session *session)
{
	const struct engineio *engine = session->engine;
	bool may = session->state == OPEN && session->socket && !session->choked && !session->queue_count;

	if (may == session->routed || !engine->ops->outlet || !engine->hooks->routed)
		return;
	session->routed = may;
	engine->hooks->routed(session->context, may ? engine->ops->outlet(session->socket) : NULL);
}

static void choke(struct engineio_session *session)
{
	session->choked = true;
	session->engine->ops->want_writable(session->socket);
	engineio_route(session);
}

void engineio_choked(struct engineio_session *session)
{
	if (!session->routed)
		return;
	session->starved = true;
	choke(session);
}

static enum engineio_write write_socket(struct engineio_session *session, struct message *message,
					enum engineio_kind kind)
{
	enum engineio_write result = session->engine->ops->write(session->socket, message, kind);

	if (result == ENGINEIO_CHOKED) {
		choke(session);
	} else if (result == ENGINEIO_BROKEN) {
		engineio_drop_queue(session);
		engineio_end(session, ENGINEIO_LOST);
	}
	return result;
}

void engineio_flush(struct engineio_session *session)
{
	while (session->socket && session->queue_count && !session->choked) {
		struct packet packet = engineio_take(session);

		(void)write_socket(session, packet.message, packet.kind);
		message_unref(packet.message);
	}
}

bool engineio_is_writable(const struct engineio_session *session)
{
	if (session->state != OPEN)
		return false;
	if (session->polling)
		return session->poll && session->queue_bytes < POLL_BYTES;
	return !session->choked && !session->queue_count;
}

static enum engineio_write transmit(struct engineio_session *session, struct message *message,
				    enum engineio_kind kind)
{
	if (session->state != OPEN)
		return ENGINEIO_BROKEN;
	if (!session->polling && !session->choked && !session->queue_count)
		return write_socket(session, message, kind);
	if (!engineio_enqueue(session, message, kind)) {
		engineio_end(session, ENGINEIO_TOO_SLOW);
		return ENGINEIO_BROKEN;
	}
	engineio_make_ready(session);
	return engineio_is_writable(session) ? ENGINEIO_WRITTEN : ENGINEIO_CHOKED;
}

enum engineio_write engineio_send(struct engineio_session *session, struct message *message,
				  enum engineio_kind kind)
{
	enum engineio_write result = transmit(session, message, kind);

	/* after ENGINEIO_BROKEN there may be no session any more */
	if (result == ENGINEIO_CHOKED)
		session->starved = true;
	return result;
}

void engineio_feed(struct engineio_session *session)
{
	if (session->state == OPEN && session->starved && engineio_is_writable(session)) {
		session->starved = false;
		session->engine->hooks->writable(session->context);
	}
}

/* --- the clock --- */

static struct engineio_session *overdue(const struct list *list, int64_t now)
{
	struct engineio_session *session = list_entry(list->next, struct engineio_session, in_turn);

	return !list_empty(list) && session->deadline <= now ? session : NULL;
}

/* The answer is due from when the ping was, and not from when we got round to it; but when we come very late,
 * because the machine slept, nobody else shall pay for it. */
static void ping(struct engineio_session *session)
{
	struct engineio *engine = session->engine;
	int64_t due = session->deadline + engine->rules.ping_timeout;
	int64_t least = engine->now + engine->rules.ping_timeout / 2;

	engineio_wait_in(session, &engine->pinged, due > least ? due : least);
	session->pinged = true;
	session->refreshed = false;
	(void)transmit(session, engine->ping, ENGINEIO_TEXT);
}

static void give_up(struct engineio_session *session)
{
	if (session->socket)
		session->engine->ops->kill(session->socket);
	engineio_vanish(session);
}

void engineio_tick(struct engineio *engine, int64_t now)
{
	struct engineio_session *session;

	engine->now = now;
	while ((session = overdue(&engine->resting, now)))
		ping(session);
	while ((session = overdue(&engine->pinged, now)))
		engineio_end(session, ENGINEIO_SILENT);
	while ((session = overdue(&engine->ending, now)))
		give_up(session);
	while (!list_empty(&engine->probing)) {
		session = list_entry(engine->probing.next, struct engineio_session, in_probing);
		if (session->probe_by > now)
			break;
		engineio_refuse_probe(session);
	}
}

static bool dismiss_first(struct list *list)
{
	if (list_empty(list))
		return false;
	engineio_end(list_entry(list->next, struct engineio_session, in_turn), ENGINEIO_MOVED);
	return true;
}

/* One that is between two requests isn't waited for: its next one reaches whoever comes after us. */
static bool is_anybody_there(const struct engineio *engine)
{
	if (!list_empty(&engine->resting) || !list_empty(&engine->pinged))
		return true;
	list_each (node, &engine->ending) {
		const struct engineio_session *session = list_entry(node, struct engineio_session, in_turn);

		if (session->socket || session->poll)
			return true;
	}
	return false;
}

bool engineio_dismiss(struct engineio *engine, size_t most, int64_t now)
{
	engine->now = now;
	while (most-- && (dismiss_first(&engine->resting) || dismiss_first(&engine->pinged)))
		;
	return !is_anybody_there(engine);
}

void engineio_free(struct engineio *engine)
{
	if (!engine)
		return;
	while (dismiss_first(&engine->resting) || dismiss_first(&engine->pinged))
		;
	while (!list_empty(&engine->ending))
		engineio_vanish(list_entry(engine->ending.next, struct engineio_session, in_turn));
	map_free(engine->sessions);
	message_unref(engine->ping);
	free(engine);
}

/* --- requests --- */

static struct engineio_session *find(const struct engineio *engine, const char *sid)
{
	struct id key = ID_NIL;

	if (strlen(sid) != ENGINEIO_SID - 1 || !base64url_read(sid, ENGINEIO_SID - 1, key.b))
		return NULL;
	return map_find(engine->sessions, &key);
}

static enum engineio_refusal judge_known(const struct engineio_session *session,
					 const struct engineio_request *request, bool websocket)
{
	if (websocket != request->upgrade || (!websocket && !session->polling))
		return ENGINEIO_BAD_REQUEST;
	if (!request->version || strcmp(request->version, "4") != 0)
		return ENGINEIO_BAD_REQUEST;
	return ENGINEIO_ACCEPTED;
}

static enum engineio_refusal judge_new(const struct engineio_request *request, bool websocket)
{
	if (!request->get)
		return ENGINEIO_BAD_METHOD;
	if (websocket != request->upgrade)
		return ENGINEIO_BAD_REQUEST;
	if (!request->version || strcmp(request->version, "4") != 0)
		return ENGINEIO_UNSUPPORTED_VERSION;
	return ENGINEIO_ACCEPTED;
}

enum engineio_refusal engineio_judge(struct engineio *engine, const struct engineio_request *request,
				     int64_t now, struct engineio_session **ret_session)
{
	const char *transport = request->transport ? request->transport : "";
	bool websocket = strcmp(transport, "websocket") == 0;
	struct engineio_session *session = NULL;
	enum engineio_refusal refusal;

	/* whoever is overdue at this moment is gone, whether or not the tick has come round to him */
	engineio_tick(engine, now);
	if (!websocket && strcmp(transport, "polling") != 0)
		return ENGINEIO_UNKNOWN_TRANSPORT;
	if (request->sid && *request->sid) {
		session = find(engine, request->sid);
		if (!session)
			return ENGINEIO_UNKNOWN_SESSION;
		refusal = judge_known(session, request, websocket);
	} else {
		refusal = judge_new(request, websocket);
	}
	if (refusal == ENGINEIO_ACCEPTED)
		*ret_session = session;
	return refusal;
}

/* --- opening --- */

static struct message *open_packet(const struct engineio_session *session)
{
	const struct engineio_rules *rules = &session->engine->rules;
	struct buf text;

	buf_init(&text, NULL);
	buf_printf(&text,
		   "0{\"sid\":\"%s\",\"upgrades\":[%s],\"pingInterval\":%lld,\"pingTimeout\":%lld,"
		   "\"maxPayload\":%zu}",
		   session->sid, session->polling ? "\"websocket\"" : "", (long long)rules->ping_interval,
		   (long long)rules->ping_timeout, rules->max_payload);
	return message_take(&text);
}

enum err engineio_open(struct engineio *engine, const struct engineio_peer *peer, void *socket, int64_t now,
		       struct engineio_session **ret)
{
	struct engineio_session *session = engineio_session_new(engine, peer);
	struct message *hello = NULL;
	bool gone;

	engine->now = now;
	if (!session)
		return ERR_MEMORY;
	session->polling = !socket;
	hello = open_packet(session);
	if (hello && map_put(engine->sessions, &session->key, session))
		session->context = engine->hooks->opened(engine->owner, session);
	if (!hello || !session->context) {
		message_unref(hello);
		engineio_vanish(session);
		return ERR_MEMORY;
	}
	engineio_wait_in(session, &engine->resting, now + engine->rules.ping_interval);
	session->socket = socket;
	session->refs += socket != NULL;
	session->refs++;
	(void)transmit(session, hello, ENGINEIO_TEXT);
	engineio_route(session);
	message_unref(hello);
	/* without a socket that is given back later, a session that has ended already is nobody's */
	gone = !socket && session->state == ENDED;
	engineio_unref(session);
	if (gone)
		return ERR_MEMORY;
	*ret = session;
	return OK;
}

const struct engineio_peer *engineio_peer(const struct engineio_session *session)
{
	return &session->peer;
}

const char *engineio_sid(const struct engineio_session *session)
{
	return session->sid;
}

bool engineio_is_polling(const struct engineio_session *session)
{
	return session->polling;
}
