/* The classroom dialect: what happens in a session, as the classroom's Socket.IO events. A session goes by
 * its join code. Of its life (opening, starting, the test) it says nothing. */
#include "pushd/dialect/emit.h"
#include "pushd/dialect/form.h"

#include <string.h>

#include "pushd/dialect/json_syntax.h"

static const struct emit_row events[] = {
    {EVENT_CHAT_MESSAGE, "messageReceived", "user_id user_name role message group_id? message_id", true},
    {EVENT_GROUP_UPDATED, "groupUpdated", "group deleted", true},
    {EVENT_TRANSCRIPTION, "transcriptionUpdate", "segment_id speaker text is_final start_ms end_ms", true},
};

static char *offset_of(const struct scene *scene, uint64_t event_id, char text[OFFSET_TEXT])
{
	const struct offset offset = {
	    .session_id = scene->session_id, .dialect = &dialect_classroom, .event_id = event_id};

	return offset_format(&offset, text);
}

static struct message *classroom_error(const struct complaint *complaint)
{
	return emit_error("error", complaint);
}

static const struct emit_row *row_of(enum event_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i].type == type)
			return &events[i];
	return NULL;
}

static enum err classroom_event(const struct event *event, const struct scene *scene, struct message **ret)
{
	const struct emit_row *row = row_of(event->type);
	char offset[OFFSET_TEXT];
	struct message *message;
	struct emit emit;

	if (!row) {
		*ret = NULL;
		return OK;
	}
	emit_begin(&emit, row->event);
	emit_text(&emit, "sessionCode", scene->join_code);
	if (!emit_members(&emit, event->payload, event->payload_len, row->names)) {
		emit_discard(&emit);
		return ERR_INVALID_MESSAGE;
	}
	if (row->timestamp)
		emit_time(&emit, "timestamp", event->created_at);
	message = emit_end(&emit, offset_of(scene, event->event_id, offset));
	if (!message)
		return ERR_MEMORY;
	*ret = message;
	return OK;
}

/* {session_id, user_id, status, timestamp} */
static struct message *classroom_presence(const struct doc *doc, const struct scene *scene)
{
	struct emit emit;

	emit_begin(&emit, "presenceUpdated");
	emit_text(&emit, "sessionCode", scene->join_code);
	if (!emit_members(&emit, doc->text, doc->len, "user_id status timestamp")) {
		emit_discard(&emit);
		return NULL;
	}
	return emit_end(&emit, NULL);
}

static bool read_user_id(const char *person, size_t len, struct id *ret)
{
	char id[ID_TEXT] = "";
	struct json_part part;

	if (json_syntax_member(person, len, "user_id", &part) && part.value_len == ID_TEXT + 1)
		memcpy(id, part.value + 1, ID_TEXT - 1);
	return id_parse(id, ret);
}

/* Who is connected elsewhere, and says nothing of himself, is taken for active. */
static const char *status_of(const struct scene *scene, const char *person, size_t len)
{
	const char *status = NULL;
	struct json_part part;
	struct id user_id;

	if (read_user_id(person, len, &user_id))
		status = scene->presence(scene->presences, &user_id);
	if (!status && json_syntax_member(person, len, "connected", &part) && part.value_len == 4)
		status = "active";
	return status ? status : "offline";
}

static void add_person(struct buf *out, const struct scene *scene, const char *person, size_t len, bool first)
{
	struct emit one = {.out = *out, .first = true};

	buf_adds(&one.out, first ? "{" : ",{");
	if (emit_members(&one, person, len, "user_id user_name role"))
		emit_text(&one, "status", status_of(scene, person, len));
	buf_addc(&one.out, '}');
	*out = one.out;
}

/* An array of objects. */
static void add_people(struct buf *out, const struct scene *scene, const char *list, size_t len)
{
	const char *at = list + 1, *end = list + len;
	bool first = true;

	buf_addc(out, '[');
	while (at < end) {
		size_t person = *at == '{' ? json_syntax_value(at, (size_t)(end - at)) : 0;

		if (person)
			add_person(out, scene, at, person, first);
		first = first && !person;
		at += person ? person : 1;
	}
	buf_addc(out, ']');
}

static struct message *classroom_snapshot(const struct doc *doc, const struct scene *scene)
{
	struct json_part people;
	char offset[OFFSET_TEXT];
	struct emit emit;

	if (!json_syntax_member(doc->text, doc->len, "participants", &people))
		return NULL;
	emit_begin(&emit, "sessionJoined");
	emit_text(&emit, "sessionCode", scene->join_code);
	add_people(emit_key(&emit, "participants"), scene, people.value, people.value_len);
	return emit_end(&emit, offset_of(scene, scene->event_id, offset));
}

static struct message *classroom_reply(const char *type, const struct doc *doc, const struct scene *scene)
{
	struct emit emit;

	if (strcmp(type, "update_presence") == 0)
		return classroom_presence(doc, scene);
	emit_begin(&emit, events[0].event);
	emit_text(&emit, "sessionCode", scene->join_code);
	if (!emit_members(&emit, doc->text, doc->len, events[0].names)) {
		emit_discard(&emit);
		return NULL;
	}
	emit_member(&emit, "timestamp", doc->text, doc->len, "timestamp");
	return emit_end(&emit, NULL);
}

const struct dialect dialect_classroom = {
    .id = DIALECT_CLASSROOM,
    .name = "classroom",
    .quiet = true,
    .staff_opening = OPENING_MEMBERS,
    .student_opening = OPENING_MEMBERS,
    .error = classroom_error,
    .snapshot = classroom_snapshot,
    .reply = classroom_reply,
    .presence = classroom_presence,
    .event = classroom_event,
    .decode = form_decode,
};

/* What a client hears that isn't about any session. */
const struct dialect dialect_socketio = {
    .id = DIALECT_SOCKETIO,
    .name = "socketio",
    .inbox = true,
    .error = classroom_error,
};
