#define _GNU_SOURCE
#include "pushd/dialect/socketio_event.h"

#include <string.h>

#include "base/arena.h"
#include "pushd/dialect/json_syntax.h"

enum err socketio_read_json(struct arena *arena, const char *text, size_t len, json_value **ret)
{
	enum err err = json_parse(arena, text, len, ret);

	if (err == ERR_MEMORY)
		arena_fail(arena);
	return err;
}

/* Names that clients of the reference may not send, because they mean something there. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = {
	    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
	};

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (strcmp(reserved[i], name) == 0)
			return true;
	return false;
}

static size_t space(const char *text, size_t len)
{
	size_t count = 0;

	while (count < len && strchr(" \t\r\n", text[count]) && text[count])
		count++;
	return count;
}

/* What stands behind an event's name in `[name, …]`, which is JSON. */
static void find_rest(const char *text, size_t len, struct socketio_event *event)
{
	size_t at = 1 + space(text + 1, len - 1);

	at += json_syntax_string(text + at, len - at);
	while (text[at] != ',' && text[at] != ']')
		at++;
	at += text[at] == ',';
	len = (size_t)((const char *)memrchr(text, ']', len) - text);
	event->rest = text + at;
	event->rest_len = len > at ? len - at : 0;
}

static const char *read_name(struct arena *arena, const json_value *name)
{
	double number;

	if (json_number(name, &number))
		return json_dump(arena, name);
	return json_text(name);
}

/* Every placeholder stands for an attachment that is there. */
static bool check_placeholders(const json_value *value, size_t attachments)
{
	enum json_kind kind = json_kind(value);
	const char *name;
	json_value *member;
	void *at = NULL;
	int64_t number;

	if (kind == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_count(value); i++)
			if (!check_placeholders(json_item(value, i), attachments))
				return false;
	}
	if (kind != JSON_KIND_OBJECT)
		return true;
	if (json_is_true(json_member(value, "_placeholder")))
		return json_whole(json_member(value, "num"), &number) && number >= 0 &&
		       (size_t)number < attachments;
	while (json_next(value, &at, &name, &member))
		if (!check_placeholders(member, attachments))
			return false;
	return true;
}

bool socketio_read_args(const struct packet *packet, struct socketio_event *event)
{
	size_t before = space(packet->payload, packet->len);
	json_value *args = NULL;
	enum err err;

	if (before == packet->len || packet->payload[before] != '[')
		return false;
	err = socketio_read_json(event->arena, packet->payload, packet->len, &args);
	if (err == ERR_MEMORY)
		return false;
	event->args = err ? NULL : args;
	return !packet->attachments || !event->args || check_placeholders(event->args, packet->attachments);
}

bool socketio_read_event(const struct packet *packet, struct socketio_event *event)
{
	size_t before = space(packet->payload, packet->len);

	if (!socketio_read_args(packet, event))
		return false;
	if (!event->args)
		return true;
	event->name = read_name(event->arena, json_item(event->args, 0));
	if (!event->name || is_reserved(event->name))
		return false;
	find_rest(packet->payload + before, packet->len - before, event);
	return true;
}
