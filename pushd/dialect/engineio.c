/* The sessions of Engine.IO. Their owners are counted: the engine holds one reference while a session is in
 * its map, and every socket, held GET and POST that belongs to it another. */
#define _GNU_SOURCE
#include "pushd/dialect/engineio.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/id.h"
#include "base/list.h"
#include "base/map.h"
#include "base/utf8.h"
#include "pushd/base64.h"

#define SID_BYTES   15
#define POLL_BYTES  65536 /* a held GET that has so much to answer takes no more for this turn */
#define SEPARATOR   '\x1e'
#define PROBE_PING  "2probe"
#define QUEUE_FIRST 8

enum state {
	OPEN,
	ENDING, /* what is queued goes out, then it ends */
	ENDED,	/* nobody finds it any more; only references keep the struct */
};

/* What waits to be sent. */
struct packet {
	struct message *message;
	enum engineio_kind kind;
};

struct engineio {
	struct engineio_rules rules;
	const struct engineio_ops *ops;
	const struct engineio_hooks *hooks;
	void *owner;
	int64_t now;	      /* the last that we were told */
	struct map *sessions; /* by the bytes of their id; those not ENDED */
	struct list resting;  /* sessions until their next ping, by deadline */
	struct list pinged;   /* until its pong */
	struct list ending;   /* until the rest is fetched */
	struct list probing;  /* those with a second transport, by probe_by */
	struct message *ping;
};

struct engineio_session {
	unsigned refs;
	struct engineio *engine;
	enum state state;
	enum engineio_end why; /* once it isn't OPEN */
	struct id key;
	char sid[ENGINEIO_SID];
	struct engineio_peer peer; /* the texts are the session's */
	void *context;		   /* the hooks' */

	struct list in_turn; /* the engine's resting, pinged or ending … */
	int64_t deadline;    /* … until then */
	bool pinged;	     /* and that is for the pong */
	bool refreshed;	     /* one packet that isn't the pong has put the deadline off */

	bool polling;	 /* false: it has a WebSocket, or had one */
	void *socket;	 /* that WebSocket; NULL: gone */
	bool choked;	 /* and it takes nothing until engineio_writable */
	void *poll;	 /* the held GET; NULL: none */
	bool ready;	 /* engineio_collect will be called for it */
	bool posting;	 /* a POST's body is being read */
	void *probe;	 /* a second transport; NULL: none */
	bool probed;	 /* and it has been tried: `upgrade` may follow */
	bool probe_full; /* it takes nothing for now */
	struct list in_probing;
	int64_t probe_by;

	bool starved; /* somebody was told ENGINEIO_CHOKED */

	struct packet *queue; /* a ring */
	size_t queue_cap, queue_head, queue_count;
	size_t queue_bytes;
};

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

/* --- the queue --- */

static struct packet take(struct engineio_session *session)
{
	struct packet packet = session->queue[session->queue_head];

	session->queue_head = (session->queue_head + 1) % session->queue_cap;
	session->queue_count--;
	session->queue_bytes -= packet.message->len;
	return packet;
}

static void drop_queue(struct engineio_session *session)
{
	while (session->queue_count)
		message_unref(take(session).message);
	free(session->queue);
	session->queue = NULL;
	session->queue_cap = session->queue_head = 0;
}

static bool grow(struct engineio_session *session)
{
	size_t cap = session->queue_cap ? session->queue_cap * 2 : QUEUE_FIRST;
	struct packet *queue = calloc(cap, sizeof(*queue));

	if (!queue)
		return false;
	for (size_t i = 0; i < session->queue_count; i++)
		queue[i] = session->queue[(session->queue_head + i) % session->queue_cap];
	free(session->queue);
	session->queue = queue;
	session->queue_cap = cap;
	session->queue_head = 0;
	return true;
}

/* False: it is full. */
static bool enqueue(struct engineio_session *session, struct message *message, enum engineio_kind kind)
{
	size_t at;

	if (session->queue_bytes + message->len > session->engine->rules.queue_bytes ||
	    (session->queue_count == session->queue_cap && !grow(session)))
		return false;
	at = (session->queue_head + session->queue_count++) % session->queue_cap;
	session->queue[at] = (struct packet){message_ref(message), kind};
	session->queue_bytes += message->len;
	return true;
}

/* --- the end --- */

static void unref(struct engineio_session *session)
{
	if (--session->refs)
		return;
	assert(session->state == ENDED);
	drop_queue(session);
	if (session->peer.token)
		explicit_bzero((char *)(uintptr_t)session->peer.token, strlen(session->peer.token));
	free((char *)(uintptr_t)session->peer.token);
	free((char *)(uintptr_t)session->peer.address);
	free(session);
}

/* Nobody finds it any more. */
static void vanish(struct engineio_session *session)
{
	if (session->state == ENDED)
		return;
	session->state = ENDED;
	list_remove(&session->in_turn);
	map_remove(session->engine->sessions, &session->key);
	unref(session);
}

static void make_ready(struct engineio_session *session)
{
	if (session->poll && !session->ready) {
		session->ready = true;
		session->engine->ops->ready(session->poll);
	}
}

/* Whether an ending session has anything left to do; if not, it is over. */
static void settle(struct engineio_session *session)
{
	if (session->polling && ends[session->why].flush) {
		/* the next GET gets the rest and the close packet */
		make_ready(session);
		return;
	}
	make_ready(session);
	if (session->socket && (session->choked || session->queue_count))
		return;
	if (session->socket)
		session->engine->ops->finish(session->socket, ends[session->why].code,
					     ends[session->why].reason);
	vanish(session);
}

static void wait_in(struct engineio_session *session, struct list *list, int64_t deadline)
{
	list_remove(&session->in_turn);
	list_append(list, &session->in_turn);
	session->deadline = deadline;
}

/* Lets the second transport go, if there is one. */
static void refuse_probe(struct engineio_session *session)
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
	wait_in(session, &engine->ending, engine->now + engine->rules.linger);
	refuse_probe(session);
	if (!ends[why].flush)
		drop_queue(session);
	session->refs++;
	engine->hooks->closed(session->context, why);
	settle(session);
	unref(session);
}

/* --- sending --- */

static enum engineio_write write_socket(struct engineio_session *session, struct message *message,
					enum engineio_kind kind)
{
	enum engineio_write result = session->engine->ops->write(session->socket, message, kind);

	if (result == ENGINEIO_CHOKED) {
		session->choked = true;
		session->engine->ops->want_writable(session->socket);
	} else if (result == ENGINEIO_BROKEN) {
		drop_queue(session);
		engineio_end(session, ENGINEIO_LOST);
	}
	return result;
}

static void flush(struct engineio_session *session)
{
	while (session->socket && session->queue_count && !session->choked) {
		struct packet packet = take(session);

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
	if (!enqueue(session, message, kind)) {
		engineio_end(session, ENGINEIO_TOO_SLOW);
		return ENGINEIO_BROKEN;
	}
	make_ready(session);
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

/* Those who were told to wait may go on. */
static void feed(struct engineio_session *session)
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

	wait_in(session, &engine->pinged, due > least ? due : least);
	session->pinged = true;
	session->refreshed = false;
	(void)transmit(session, engine->ping, ENGINEIO_TEXT);
}

static void give_up(struct engineio_session *session)
{
	if (session->socket)
		session->engine->ops->kill(session->socket);
	vanish(session);
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
		refuse_probe(session);
	}
}

static bool dismiss_first(struct list *list)
{
	if (list_empty(list))
		return false;
	engineio_end(list_entry(list->next, struct engineio_session, in_turn), ENGINEIO_MOVED);
	return true;
}

bool engineio_dismiss(struct engineio *engine, size_t most, int64_t now)
{
	engine->now = now;
	while (most-- && (dismiss_first(&engine->resting) || dismiss_first(&engine->pinged)))
		;
	return engineio_count(engine) == 0;
}

void engineio_free(struct engineio *engine)
{
	if (!engine)
		return;
	while (dismiss_first(&engine->resting) || dismiss_first(&engine->pinged))
		;
	while (!list_empty(&engine->ending))
		vanish(list_entry(engine->ending.next, struct engineio_session, in_turn));
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

/* With one reference, the map's; not in it yet. NULL: no memory. */
static struct engineio_session *session_new(struct engineio *engine, const struct engineio_peer *peer)
{
	struct engineio_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->refs = 1;
	session->engine = engine;
	session->peer.address = strdup(peer->address);
	session->peer.token = peer->token ? strdup(peer->token) : NULL;
	list_init(&session->in_turn);
	list_init(&session->in_probing);
	engineio_make_sid(session->sid);
	if (base64url_read(session->sid, ENGINEIO_SID - 1, session->key.b) && session->peer.address &&
	    (session->peer.token || !peer->token))
		return session;
	session->state = ENDED;
	unref(session);
	return NULL;
}

enum err engineio_open(struct engineio *engine, const struct engineio_peer *peer, void *socket, int64_t now,
		       struct engineio_session **ret)
{
	struct engineio_session *session = session_new(engine, peer);
	struct message *hello = NULL;
	bool gone;

	engine->now = now;
	if (!session)
		return ERR_MEMORY;
	session->polling = !socket;
	hello = open_packet(session);
	if (hello && map_put(engine->sessions, &session->key, session))
		session->context = engine->hooks->opened(engine->owner, session);
	if (!session->context) {
		message_unref(hello);
		vanish(session);
		return ERR_MEMORY;
	}
	wait_in(session, &engine->resting, now + engine->rules.ping_interval);
	session->socket = socket;
	session->refs += socket != NULL;
	session->refs++;
	(void)transmit(session, hello, ENGINEIO_TEXT);
	message_unref(hello);
	/* without a socket that is given back later, a session that has ended already is nobody's */
	gone = !socket && session->state == ENDED;
	unref(session);
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
	if (read)
		session->engine->hooks->binary(session->context, bytes.data, bytes.len);
	buf_done(&bytes);
	return read;
}

/* A pong that answers nothing changes nothing: it must not put off the next ping. */
static bool on_pong(struct engineio_session *session, const char *data UNUSED, size_t len UNUSED)
{
	struct engineio *engine = session->engine;

	if (session->pinged)
		wait_in(session, &engine->resting, engine->now + engine->rules.ping_interval);
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
	wait_in(session, &engine->pinged, engine->now + engine->rules.ping_timeout);
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
	make_ready(session);
	flush(session);
	feed(session);
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
		refuse_probe(session);
		return;
	}
	session->probed = true;
	session->probe_full = result == ENGINEIO_CHOKED;
	if (session->probe_full)
		engine->ops->want_writable(session->probe);
	/* the client waits for its GET before it upgrades */
	make_ready(session);
}

static void read_probe(struct engineio_session *session, const char *text, size_t len)
{
	if (len == strlen(PROBE_PING) && memcmp(text, PROBE_PING, len) == 0)
		answer_probe(session);
	else if (session->probed && len && text[0] == '5')
		upgrade(session);
	else
		refuse_probe(session);
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
		refuse_probe(session);
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
	flush(session);
	if (session->state == ENDING)
		settle(session);
	feed(session);
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
		drop_queue(session);
		engineio_end(session, clean ? ENGINEIO_LEFT : ENGINEIO_LOST);
		if (session->state == ENDING)
			settle(session);
	}
	unref(session);
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
	feed(session);
	if (session->queue_count || session->probed || session->state != OPEN)
		make_ready(session);
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
		struct packet packet = take(session);

		add_packet(body, &packet);
		message_unref(packet.message);
	}
	if (session->state == ENDING)
		buf_adds(body, body->len ? "\x1e"
					   "1"
					 : "1");
}

/* What was queued is in the body, or lost with it; a client that doesn't get it has to begin anew. */
struct message *engineio_collect(struct engineio_session *session, int64_t now)
{
	struct message *message;
	struct buf body;

	session->engine->now = now;
	buf_init(&body, NULL);
	if (session->state == ENDED)
		buf_addc(&body, ends[session->why].farewell);
	else if (session->polling)
		add_queue(session, &body);
	if (!body.len)
		buf_addc(&body, '6');
	message = message_take(&body);
	session->poll = NULL;
	session->ready = false;
	if (!message)
		engineio_end(session, ENGINEIO_LOST);
	if (session->state == ENDING && session->polling)
		vanish(session);
	unref(session);
	return message;
}

void engineio_poll_lost(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	session->poll = NULL;
	session->ready = false;
	if (session->polling) {
		engineio_end(session, ENGINEIO_LOST);
		vanish(session);
	}
	unref(session);
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
	unref(session);
	return read;
}

void engineio_post_lost(struct engineio_session *session, int64_t now)
{
	session->engine->now = now;
	session->posting = false;
	if (session->polling)
		engineio_end(session, ENGINEIO_LOST);
	unref(session);
}
