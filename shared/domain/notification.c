/* Notifications: what a sender says is checked field by field against the table of kinds; the rest is the
 * database's. */
#include "domain/notification.h"

#include <stdio.h>
#include <string.h>

#include "domain/reply.h"
#include "model/notification_type.h"
#include "queries.h"

/* The largest payload, as JSON text. */
#define PAYLOAD_MOST (64 * 1024)

static bool is_text(const json_value *value)
{
	return json_kind(value) == JSON_KIND_STRING;
}

static bool is_integer(const json_value *value)
{
	int64_t number;

	return json_whole(value, &number);
}

static bool is_number(const json_value *value)
{
	return json_kind(value) == JSON_KIND_INT || json_kind(value) == JSON_KIND_REAL;
}

static bool is_texts(const json_value *value)
{
	if (json_kind(value) != JSON_KIND_ARRAY)
		return false;
	for (size_t i = 0; i < json_count(value); i++)
		if (!is_text(json_item(value, i)))
			return false;
	return true;
}

static const struct {
	bool (*is)(const json_value *value);
	const char *message;
} kinds[] = {
    [PAYLOAD_TEXT] = {is_text, "must be a string"},
    [PAYLOAD_INTEGER] = {is_integer, "must be a whole number"},
    [PAYLOAD_NUMBER] = {is_number, "must be a number"},
    [PAYLOAD_TEXTS] = {is_texts, "must be an array of strings"},
};

static void check_field(const json_value *payload, const struct payload_field *field,
			struct problems *problems)
{
	const json_value *value = json_member(payload, field->name);
	char path[64];

	snprintf(path, sizeof(path), "payload.%s", field->name);
	if (json_kind(value) == JSON_KIND_NULL)
		problem_add(problems, path, "is required");
	else if (!kinds[field->kind].is(value))
		problem_add(problems, path, "%s", kinds[field->kind].message);
}

/* The payload as text; NULL: it can't be sent (as `problems` tell), or there is no memory. */
static const char *payload_text(struct arena *arena, const json_value *payload, struct problems *problems)
{
	const char *text;

	if (json_kind(payload) != JSON_KIND_OBJECT) {
		problem_add(problems, "payload", "must be an object");
		return NULL;
	}
	text = json_dump(arena, payload);
	if (!text || strlen(text) <= PAYLOAD_MOST)
		return text;
	problem_add(problems, "payload", "must be at most %d bytes of JSON", PAYLOAD_MOST);
	return NULL;
}

enum err notification_check(struct arena *arena, const struct notification_input *in,
			    struct problems *problems, const struct notification_kind **ret_kind,
			    const char **ret_payload)
{
	const struct notification_kind *kind = notification_kind_find(in->notification_type);
	const int found = problems->count;
	const char *text;

	if (!kind)
		problem_add(problems, "notification_type", "is no type of notification");
	text = payload_text(arena, in->payload, problems);
	for (size_t i = 0; kind && text && i < kind->field_count; i++)
		check_field(in->payload, &kind->fields[i], problems);
	if (problems->count > found)
		return ERR_VALIDATION;
	if (!text)
		return ERR_MEMORY;
	*ret_kind = kind;
	*ret_payload = text;
	return OK;
}

enum err notification_send(struct domain *d, const struct actor *actor, const struct notification_input *in,
			   struct doc *ret)
{
	const struct notification_kind *kind;
	const char *payload;
	struct rows *rows;
	enum err err = notification_check(d->arena, in, &d->problems, &kind, &payload);

	(void)actor;
	if (err == OK)
		err = q_notification_send(d->db, d->arena, &in->recipient_id, kind->json, payload,
					  in->correlation_id, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err notification_list(struct domain *d, const struct actor *actor, bool unread_only,
			   const struct page *page, struct doc *ret)
{
	struct rows *rows;
	int64_t before;
	enum err err = page_after_event(d, page, &before);

	if (err == OK)
		err = q_notification_list(d->db, d->arena, &actor->user_id, unread_only, before, page->limit,
					  &rows);
	return err == OK ? domain_doc(d, rows, "doc", ret) : err;
}

enum err notification_read(struct domain *d, const struct actor *actor, const struct id *notification_id)
{
	struct rows *rows;
	enum err err = q_notification_read(d->db, d->arena, &actor->user_id, notification_id, &rows);

	return err == OK ? err_from_code(rows_text(rows, 0, "outcome")) : err;
}

enum err notification_read_all(struct domain *d, const struct actor *actor)
{
	struct rows *rows;
	enum err err = q_notification_read_all(d->db, d->arena, &actor->user_id, &rows);

	return err == OK ? err_from_code(rows_text(rows, 0, "outcome")) : err;
}

enum err notification_unread_after(struct domain *d, const struct id *recipient_id, uint64_t since,
				   size_t limit, struct event **ret_items, size_t *ret_count)
{
	struct rows *rows;
	enum err err =
	    q_notification_unread_after(d->db, d->arena, recipient_id, (int64_t)since, (int64_t)limit, &rows);

	return err == OK ? events_read(d, rows, recipient_id, ret_items, ret_count) : err;
}

enum err notification_connect(struct domain *d, const struct actor *actor, uint64_t *ret_head)
{
	struct rows *rows;
	enum err err =
	    q_notification_connect(d->db, d->arena, &actor->user_id, role_name(actor->role), &rows);

	if (err != OK)
		return err;
	if (rows_count(rows) == 0)
		return ERR_AUTH_FAILED;
	*ret_head = (uint64_t)rows_int(rows, 0, "head");
	return OK;
}
