/* camelCase and packets: see the header. */
#define _GNU_SOURCE
#include "pushd/dialect/emit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pushd/dialect/json_syntax.h"
#include "pushd/dialect/socketio.h"

/* --- names --- */

static void add_name(struct buf *out, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool joint =
		    name[i] == '_' && i > 0 && i + 1 < len && name[i + 1] >= 'a' && name[i + 1] <= 'z';

		if (joint)
			i++;
		buf_addc(out, joint ? (char)(name[i] - 'a' + 'A') : name[i]);
	}
}

/* A text behind which a colon stands is a name: nowhere else in JSON does one. */
static bool is_name(const char *behind, const char *end)
{
	while (behind < end && (*behind == ' ' || *behind == '\t' || *behind == '\n' || *behind == '\r'))
		behind++;
	return behind < end && *behind == ':';
}

void emit_camel(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t string = *text == '"' ? json_syntax_string(text, (size_t)(end - text)) : 0;

		if (!string) {
			buf_addc(out, *text++);
		} else if (is_name(text + string, end)) {
			buf_addc(out, '"');
			add_name(out, text + 1, string - 2);
			buf_addc(out, '"');
		} else {
			buf_add(out, text, string);
		}
		text += string;
	}
}

/* --- messages --- */

void emit_begin(struct emit *emit, const char *event)
{
	buf_init(&emit->out, NULL);
	buf_addc(&emit->out, '{');
	emit->event = event;
	emit->first = true;
}

struct buf *emit_key(struct emit *emit, const char *name)
{
	buf_adds(&emit->out, emit->first ? "\"" : ",\"");
	emit->first = false;
	buf_adds(&emit->out, name);
	buf_adds(&emit->out, "\":");
	return &emit->out;
}

void emit_text(struct emit *emit, const char *name, const char *text)
{
	json_add_string(emit_key(emit, name), text);
}

void emit_id(struct emit *emit, const char *name, const struct id *id)
{
	struct buf *out = emit_key(emit, name);

	if (id_is_nil(id))
		buf_adds(out, "null");
	else
		json_add_id(out, id);
}

void emit_time(struct emit *emit, const char *name, int64_t ms)
{
	json_add_time(emit_key(emit, name), ms);
}

void emit_deadline(struct emit *emit, const char *name, int64_t ms)
{
	struct buf *out = emit_key(emit, name);

	if (ms == SESSION_NO_DEADLINE)
		buf_adds(out, "null");
	else
		json_add_time(out, ms);
}

void emit_remaining(struct emit *emit, const char *name, const struct scene *scene)
{
	struct buf *out = emit_key(emit, name);

	if (scene->ends_at == SESSION_NO_DEADLINE)
		buf_adds(out, "null");
	else
		buf_addi(out, scene->over ? 0 : session_time_remaining(scene->ends_at, scene->now));
}

static bool is_null(const struct json_part *part)
{
	return part->value_len == 4 && memcmp(part->value, "null", 4) == 0;
}

static void add_member(struct emit *emit, const char *object, size_t len, const char *word, size_t word_len)
{
	bool may_miss = word[word_len - 1] == '?';
	struct json_part part;
	char name[64];
	bool there;

	snprintf(name, sizeof(name), "%.*s", (int)(word_len - may_miss), word);
	there = json_syntax_member(object, len, name, &part);
	if (may_miss && (!there || is_null(&part)))
		return;
	buf_adds(&emit->out, emit->first ? "\"" : ",\"");
	emit->first = false;
	add_name(&emit->out, name, strlen(name));
	buf_adds(&emit->out, "\":");
	if (there)
		emit_camel(&emit->out, part.value, part.value_len);
	else
		buf_adds(&emit->out, "null");
}

bool emit_members(struct emit *emit, const char *object, size_t len, const char *names)
{
	if (json_syntax_value(object, len) == 0 || *object != '{')
		return false;
	while (*names) {
		size_t word = strcspn(names, " ");

		add_member(emit, object, len, names, word);
		names += word + strspn(names + word, " ");
	}
	return true;
}

void emit_member(struct emit *emit, const char *name, const char *object, size_t len, const char *member)
{
	struct buf *out = emit_key(emit, name);
	struct json_part part;

	if (json_syntax_member(object, len, member, &part))
		emit_camel(out, part.value, part.value_len);
	else
		buf_adds(out, "null");
}

struct message *emit_end(struct emit *emit, const char *offset)
{
	struct socketio_packet packet = {.event = emit->event, .offset = offset};
	struct message *message;
	struct offset first;

	buf_addc(&emit->out, '}');
	packet.args = emit->out.data;
	message = emit->out.failed ? NULL : socketio_encode(&packet);
	buf_done(&emit->out);
	if (message && offset && offset_read(&offset, &first))
		message->event_id = first.event_id;
	return message;
}

void emit_discard(struct emit *emit)
{
	buf_done(&emit->out);
}

/* The first problem as a sentence. */
static void add_problem(struct emit *emit, const struct problem *problem)
{
	struct buf text;

	buf_init(&text, NULL);
	add_name(&text, problem->field, strlen(problem->field));
	buf_adds(&text, *problem->field ? " " : "");
	buf_adds(&text, problem->message);
	emit_text(emit, "message", text.failed ? problem->message : text.data);
	buf_done(&text);
}

struct message *emit_error(const char *event, const struct complaint *complaint)
{
	const struct problem *first = complaint->problems ? complaint->problems->first : NULL;
	struct emit emit;

	emit_begin(&emit, event);
	emit_text(&emit, "code", err_code(complaint->err));
	if (!complaint->message && first)
		add_problem(&emit, first);
	else
		emit_text(&emit, "message",
			  complaint->message ? complaint->message : err_sentence(complaint->err));
	return emit_end(&emit, NULL);
}

/* From the first brace to the last: neither an event's name nor an offset has one. */
static bool find_object(const struct message *message, const char **ret, size_t *ret_len)
{
	const char *start = memchr(message->text, '{', message->len);
	const char *end = start ? memrchr(start, '}', message->len - (size_t)(start - message->text)) : NULL;

	if (!end)
		return false;
	*ret = start;
	*ret_len = (size_t)(end - start) + 1;
	return true;
}

struct message *emit_ack(const struct message *event, uint64_t ack)
{
	const char *object;
	struct buf out;
	size_t len;

	if (!find_object(event, &object, &len))
		return NULL;
	buf_init(&out, NULL);
	buf_printf(&out, "43%llu[", (unsigned long long)ack);
	buf_add(&out, object, len);
	buf_addc(&out, ']');
	return message_take(&out);
}

/* --- offsets --- */

static const struct dialect *const recoverable[] = {&dialect_classroom, &dialect_exam, &dialect_monitor};

char *offset_format(const struct offset *offset, char text[OFFSET_TEXT])
{
	char id[ID_TEXT];

	snprintf(text, OFFSET_TEXT, "%s:%s:%llu", id_format(&offset->session_id, id), offset->dialect->name,
		 (unsigned long long)offset->event_id);
	return text;
}

static bool read_dialect(const char *name, size_t len, const struct dialect **ret)
{
	for (size_t i = 0; i < ARRAY_LEN(recoverable); i++)
		if (strlen(recoverable[i]->name) == len && memcmp(recoverable[i]->name, name, len) == 0) {
			*ret = recoverable[i];
			return true;
		}
	return false;
}

bool offset_read(const char **text, struct offset *ret)
{
	size_t id_len = strcspn(*text, ":"), name_len, digits;
	const char *at = *text + id_len;
	struct offset offset = {0};
	char id[ID_TEXT];

	if (id_len != ID_TEXT - 1 || *at++ != ':')
		return false;
	memcpy(id, *text, id_len);
	id[id_len] = '\0';
	name_len = strcspn(at, ":");
	if (!id_parse(id, &offset.session_id) || id_is_nil(&offset.session_id) ||
	    !read_dialect(at, name_len, &offset.dialect) || at[name_len] != ':')
		return false;
	at += name_len + 1;
	digits = strspn(at, "0123456789");
	if (!digits || digits > 18 || (at[digits] && at[digits] != ' ' && at[digits] != '"'))
		return false;
	for (; digits; digits--)
		offset.event_id = offset.event_id * 10 + (uint64_t)(*at++ - '0');
	*text = at + (*at == ' ');
	*ret = offset;
	return true;
}

bool emit_offset(const struct message *message, const char **ret, size_t *ret_len)
{
	const char *object, *behind;
	size_t len;

	if (!find_object(message, &object, &len))
		return false;
	behind = object + len;
	/* ,"…"] */
	len = message->len - (size_t)(behind - message->text);
	if (len < 4 || *behind != ',')
		return false;
	*ret = behind + 2;
	*ret_len = len - 4;
	return true;
}

struct message *emit_with_offset(const struct message *message, const char *offset)
{
	const char *old;
	struct buf out;
	size_t len;

	if (!emit_offset(message, &old, &len))
		return NULL;
	buf_init(&out, NULL);
	buf_add(&out, message->text, (size_t)(old - message->text));
	buf_adds(&out, offset);
	buf_adds(&out, "\"]");
	return message_take(&out);
}
