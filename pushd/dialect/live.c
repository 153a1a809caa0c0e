/* The live dialect: flat JSON, message for message the documented WebSocket API. An event's own fields come
 * from its payload as the database wrote them; nothing is parsed and printed again on the way. */
#include "pushd/dialect/dialect.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "model/event_type.h"

/* Every message: {"type":"…" … ,"timestamp":"…"}. */
static void open_message(struct buf *out, const char *type)
{
	buf_init(out, NULL);
	buf_adds(out, "{\"type\":");
	json_add_string(out, type);
}

static void add_key(struct buf *out, const char *key)
{
	buf_addc(out, ',');
	json_add_string(out, key);
	buf_addc(out, ':');
}

static void add_text(struct buf *out, const char *key, const char *text)
{
	add_key(out, key);
	json_add_string(out, text);
}

/* null for nil. */
static void add_id(struct buf *out, const char *key, const struct id *id)
{
	add_key(out, key);
	if (id_is_nil(id))
		buf_adds(out, "null");
	else
		json_add_id(out, id);
}

static void add_number(struct buf *out, const char *key, uint64_t number)
{
	add_key(out, key);
	buf_addu(out, number);
}

static void add_time(struct buf *out, const char *key, int64_t ms)
{
	add_key(out, key);
	json_add_time(out, ms);
}

static void add_ref(struct buf *out, const char *ref)
{
	if (ref)
		add_text(out, "ref", ref);
}

static struct message *close_message(struct buf *out)
{
	buf_addc(out, '}');
	return message_take(out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The members of a JSON object's text, as they stand in it; false when it is none. */
static bool inside(const char *text, size_t len, const char **ret, size_t *ret_len)
{
	while (len && is_blank(*text))
		text++, len--;
	while (len && is_blank(text[len - 1]))
		len--;
	if (len < 2 || text[0] != '{' || text[len - 1] != '}')
		return false;
	text++, len -= 2;
	while (len && is_blank(*text))
		text++, len--;
	*ret = text;
	*ret_len = len;
	return true;
}

static bool add_members(struct buf *out, const char *text, size_t len)
{
	const char *members;
	size_t members_len;

	if (!text || !inside(text, len, &members, &members_len))
		return false;
	if (members_len) {
		buf_addc(out, ',');
		buf_add(out, members, members_len);
	}
	return true;
}

static struct message *live_connected(const struct greeting *g)
{
	int64_t deadline = session_deadline(g->started_at, g->time_limit_seconds, 0);
	struct buf out;

	open_message(&out, "connected");
	add_id(&out, "session_id", &g->session_id);
	add_text(&out, "role", role_name(g->role));
	add_text(&out, "status", session_status_live_name(g->status));
	add_id(&out, "attempt_id", &g->attempt_id);
	add_key(&out, "ends_at");
	if (deadline == SESSION_NO_DEADLINE)
		buf_adds(&out, "null");
	else
		json_add_time(&out, deadline);
	add_key(&out, "time_limit_seconds");
	if (g->time_limit_seconds > 0)
		buf_addi(&out, g->time_limit_seconds);
	else
		buf_adds(&out, "null");
	add_number(&out, "last_event_id", g->last_event_id);
	add_time(&out, "timestamp", g->now);
	return close_message(&out);
}

static struct message *live_ack(const char *ref, const struct doc *doc)
{
	struct buf out;

	open_message(&out, "ack");
	add_ref(&out, ref);
	add_key(&out, "data");
	if (doc && doc->text)
		buf_add(&out, doc->text, doc->len);
	else
		buf_adds(&out, "{}");
	return close_message(&out);
}

static void add_problems(struct buf *out, const struct problems *problems)
{
	add_key(out, "errors");
	buf_addc(out, '[');
	for (const struct problem *p = problems->first; p; p = p->next) {
		buf_adds(out, p == problems->first ? "{\"field\":" : ",{\"field\":");
		json_add_string(out, p->field);
		add_text(out, "message", p->message);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static struct message *live_error(const struct complaint *c)
{
	const struct problem *first = c->problems ? c->problems->first : NULL;
	struct buf out;

	open_message(&out, "error");
	add_text(&out, "code", err_code(c->err));
	add_key(&out, "message");
	if (!c->message && first) {
		struct buf text;

		buf_init(&text, NULL);
		buf_adds(&text, first->field);
		buf_adds(&text, *first->field ? " " : "");
		buf_adds(&text, first->message);
		json_add_string(&out, text.failed ? err_sentence(c->err) : text.data);
		buf_done(&text);
	} else {
		json_add_string(&out, c->message ? c->message : err_sentence(c->err));
	}
	add_ref(&out, c->ref);
	if (first)
		add_problems(&out, c->problems);
	return close_message(&out);
}

static struct message *live_pong(const char *ref, uint64_t last_event_id, int64_t now)
{
	struct buf out;

	open_message(&out, "pong");
	add_ref(&out, ref);
	add_number(&out, "last_event_id", last_event_id);
	add_time(&out, "timestamp", now);
	return close_message(&out);
}

/* A document's own members, between type and timestamp. */
static struct message *flat(const char *type, const char *ref, const struct doc *doc, int64_t now)
{
	struct buf out;

	open_message(&out, type);
	add_ref(&out, ref);
	if (!add_members(&out, doc->text, doc->len)) {
		buf_done(&out);
		return NULL;
	}
	add_time(&out, "timestamp", now);
	return close_message(&out);
}

static struct message *live_snapshot(const struct doc *doc, int64_t now)
{
	return flat("monitor_snapshot", NULL, doc, now);
}

static struct message *live_state(const char *ref, const struct doc *doc, int64_t now)
{
	return flat("state_sync_response", ref, doc, now);
}

static struct message *live_stats(const struct id *session_id, const char *stats, int64_t now)
{
	struct buf out;

	open_message(&out, "session_stats");
	add_id(&out, "session_id", session_id);
	add_key(&out, "stats");
	buf_adds(&out, stats);
	add_time(&out, "timestamp", now);
	return close_message(&out);
}

static struct message *live_resync(const struct id *session_id, uint64_t head, int64_t now)
{
	struct buf out;

	open_message(&out, "resync_required");
	add_id(&out, "session_id", session_id);
	add_number(&out, "last_event_id", head);
	add_time(&out, "timestamp", now);
	return close_message(&out);
}

static enum err live_event(const struct event *event, struct message **ret)
{
	struct message *message;
	struct buf out;

	open_message(&out, event_type_name(event->type));
	add_id(&out, "session_id", &event->session_id);
	add_number(&out, "event_id", event->event_id);
	if (!add_members(&out, event->payload, event->payload_len)) {
		buf_done(&out);
		return ERR_INVALID_MESSAGE;
	}
	add_time(&out, "timestamp", event->created_at);
	message = close_message(&out);
	if (!message)
		return ERR_MEMORY;
	*ret = message;
	return OK;
}

/* False when there is a `ref` that is none. */
static bool read_ref(const json_value *object, struct incoming *ret)
{
	json_value *value = json_member(object, "ref");
	const char *ref = value ? json_text(value) : NULL;

	if (!value || json_kind(value) == JSON_KIND_NULL)
		return true;
	if (!ref || strlen(ref) > REF_MAX)
		return false;
	ret->ref = ref;
	return true;
}

/* Flat, or {"type", "ref"?, "data": {…}}. */
static enum err live_decode(struct arena *arena, const char *text, size_t len, struct incoming *ret)
{
	json_value *object, *data;

	if (json_parse_object(arena, text, len, &object) || !read_ref(object, ret))
		return ERR_INVALID_MESSAGE;
	ret->type = json_text(json_member(object, "type"));
	data = json_member(object, "data");
	if (data && json_kind(data) == JSON_KIND_NULL)
		data = NULL;
	if (!ret->type || (data && json_kind(data) != JSON_KIND_OBJECT))
		return ERR_INVALID_MESSAGE;
	ret->body = data ? data : object;
	return OK;
}

const struct dialect dialect_live = {
    .id = DIALECT_LIVE,
    .name = "live",
    .connected = live_connected,
    .ack = live_ack,
    .error = live_error,
    .pong = live_pong,
    .snapshot = live_snapshot,
    .state = live_state,
    .stats = live_stats,
    .resync = live_resync,
    .event = live_event,
    .decode = live_decode,
};
