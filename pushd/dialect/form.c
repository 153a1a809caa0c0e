/* Fields into a buf, flat or wrapped. An event's own fields come from its payload as the database wrote them;
 * nothing is parsed and printed again on the way. */
#include "pushd/dialect/form.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "model/event_type.h"

/* A message being written. */
struct sheet {
	struct buf out;
	bool wrapped;
	bool first; /* no field yet where fields go */
};

/* Behind it comes a value. */
static struct buf *add_key(struct sheet *sheet, const char *key)
{
	if (!sheet->first)
		buf_addc(&sheet->out, ',');
	sheet->first = false;
	json_add_string(&sheet->out, key);
	buf_addc(&sheet->out, ':');
	return &sheet->out;
}

static void add_text(struct sheet *sheet, const char *key, const char *text)
{
	json_add_string(add_key(sheet, key), text);
}

/* null for nil. */
static void add_id(struct sheet *sheet, const char *key, const struct id *id)
{
	struct buf *out = add_key(sheet, key);

	if (id_is_nil(id))
		buf_adds(out, "null");
	else
		json_add_id(out, id);
}

static void add_number(struct sheet *sheet, const char *key, uint64_t number)
{
	buf_addu(add_key(sheet, key), number);
}

static void add_time(struct sheet *sheet, const char *key, int64_t ms)
{
	json_add_time(add_key(sheet, key), ms);
}

/* What a message begins with: of `session_id`, `event_id` and `ref` those that it has. */
struct head {
	const char *type;
	const struct id *session_id;
	uint64_t event_id;
	const char *ref;
};

static void begin(struct sheet *sheet, const struct form *form, struct head head)
{
	buf_init(&sheet->out, NULL);
	buf_addc(&sheet->out, '{');
	sheet->wrapped = form->wrapped;
	sheet->first = true;
	add_text(sheet, "type", form->name(head.type));
	if (head.session_id && !form->wrapped)
		add_id(sheet, "session_id", head.session_id);
	if (head.event_id)
		add_number(sheet, "event_id", head.event_id);
	if (head.ref)
		add_text(sheet, "ref", head.ref);
	if (!form->wrapped)
		return;
	buf_addc(add_key(sheet, "data"), '{');
	sheet->first = true;
	if (head.session_id)
		add_id(sheet, "session_id", head.session_id);
}

static struct message *end(struct sheet *sheet)
{
	buf_adds(&sheet->out, sheet->wrapped ? "}}" : "}");
	return message_take(&sheet->out);
}

static struct message *discard(struct sheet *sheet)
{
	buf_done(&sheet->out);
	return NULL;
}

/* All the members of a document; false when it is no object. */
static bool add_members(struct sheet *sheet, const char *text, size_t len)
{
	const char *members;
	size_t members_len;

	if (!json_members(text, len, &members, &members_len))
		return false;
	if (!members_len)
		return true;
	if (!sheet->first)
		buf_addc(&sheet->out, ',');
	sheet->first = false;
	buf_add(&sheet->out, members, members_len);
	return true;
}

struct message *form_connected(const struct form *form, const struct greeting *g)
{
	int64_t deadline = session_deadline(g->started_at, g->time_limit_seconds, 0);
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "connected", .session_id = &g->session_id});
	add_text(&sheet, "role", role_name(g->role));
	add_text(&sheet, "status", session_status_live_name(g->status));
	add_id(&sheet, "attempt_id", &g->attempt_id);
	if (deadline == SESSION_NO_DEADLINE)
		buf_adds(add_key(&sheet, "ends_at"), "null");
	else
		add_time(&sheet, "ends_at", deadline);
	if (g->time_limit_seconds > 0)
		buf_addi(add_key(&sheet, "time_limit_seconds"), g->time_limit_seconds);
	else
		buf_adds(add_key(&sheet, "time_limit_seconds"), "null");
	add_number(&sheet, "last_event_id", g->last_event_id);
	add_time(&sheet, "timestamp", g->now);
	return end(&sheet);
}

struct message *form_ack(const struct form *form, const char *ref, const struct doc *doc)
{
	const struct form flat = {.name = form->name};
	struct sheet sheet;

	/* `data` is the answer itself, whatever the form */
	begin(&sheet, &flat, (struct head){.type = "ack", .ref = ref});
	if (doc && doc->text)
		buf_add(add_key(&sheet, "data"), doc->text, doc->len);
	else
		buf_adds(add_key(&sheet, "data"), "{}");
	return end(&sheet);
}

static void add_problems(struct buf *out, const struct problems *problems)
{
	buf_addc(out, '[');
	for (const struct problem *p = problems->first; p; p = p->next) {
		buf_adds(out, p == problems->first ? "{\"field\":" : ",{\"field\":");
		json_add_string(out, p->field);
		buf_adds(out, ",\"message\":");
		json_add_string(out, p->message);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

/* The first problem as a sentence. */
static void add_problem(struct buf *out, const struct problem *problem)
{
	struct buf text;

	buf_init(&text, NULL);
	buf_adds(&text, problem->field);
	buf_adds(&text, *problem->field ? " " : "");
	buf_adds(&text, problem->message);
	json_add_string(out, text.failed ? problem->message : text.data);
	buf_done(&text);
}

struct message *form_error(const struct form *form, const struct complaint *c)
{
	const struct problem *first = c->problems ? c->problems->first : NULL;
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "error", .ref = c->ref});
	add_text(&sheet, "code", err_code(c->err));
	if (!c->message && first)
		add_problem(add_key(&sheet, "message"), first);
	else
		add_text(&sheet, "message", c->message ? c->message : err_sentence(c->err));
	if (first)
		add_problems(add_key(&sheet, "errors"), c->problems);
	return end(&sheet);
}

struct message *form_pong(const struct form *form, const char *ref, uint64_t last_event_id, int64_t now)
{
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "pong", .ref = ref});
	add_number(&sheet, "last_event_id", last_event_id);
	add_time(&sheet, "timestamp", now);
	return end(&sheet);
}

/* A document's own members, and a timestamp. */
static struct message *of_doc(const struct form *form, const char *type, const char *ref,
			      const struct doc *doc, int64_t now)
{
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = type, .ref = ref});
	if (!add_members(&sheet, doc->text, doc->len))
		return discard(&sheet);
	add_time(&sheet, "timestamp", now);
	return end(&sheet);
}

struct message *form_snapshot(const struct form *form, const struct doc *doc, const struct scene *scene)
{
	return of_doc(form, "monitor_snapshot", NULL, doc, scene->now);
}

struct message *form_state(const struct form *form, const char *ref, const struct doc *doc, int64_t now)
{
	return of_doc(form, "state_sync_response", ref, doc, now);
}

struct message *form_stats(const struct form *form, const struct id *session_id, const char *stats,
			   int64_t now)
{
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "session_stats", .session_id = session_id});
	buf_adds(add_key(&sheet, "stats"), stats);
	add_time(&sheet, "timestamp", now);
	return end(&sheet);
}

struct message *form_presence(const struct form *form, const struct doc *doc)
{
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "presence_updated"});
	if (!add_members(&sheet, doc->text, doc->len))
		return discard(&sheet);
	return end(&sheet);
}

struct message *form_resync(const struct form *form, const struct id *session_id, uint64_t head, int64_t now)
{
	struct sheet sheet;

	begin(&sheet, form, (struct head){.type = "resync_required", .session_id = session_id});
	add_number(&sheet, "last_event_id", head);
	add_time(&sheet, "timestamp", now);
	return end(&sheet);
}

enum err form_event(const struct form *form, const struct event *event, struct message **ret)
{
	struct message *message;
	struct sheet sheet;

	/* an inbox's, and no session's */
	if (event->type == EVENT_NOTIFICATION) {
		*ret = NULL;
		return OK;
	}
	begin(&sheet, form,
	      (struct head){.type = event_type_name(event->type),
			    .session_id = &event->session_id,
			    .event_id = event->event_id});
	if (!add_members(&sheet, event->payload, event->payload_len)) {
		discard(&sheet);
		return ERR_INVALID_MESSAGE;
	}
	add_time(&sheet, "timestamp", event->created_at);
	message = end(&sheet);
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
enum err form_decode(struct arena *arena, const char *text, size_t len, struct incoming *ret)
{
	json_value *object, *data;
	enum err err = json_parse_object(arena, text, len, &object);

	if (err)
		return err == ERR_MEMORY ? err : ERR_INVALID_MESSAGE;
	if (!read_ref(object, ret))
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
