/* One reading of the composite type `reply`, so that every command that answers through it behaves alike. */
#include "domain/reply.h"

#include <stdlib.h>
#include <string.h>

enum err outbox_add(struct domain *d, enum frame_kind kind, const struct event *event)
{
	struct notice *notice = arena_alloc(d->arena, sizeof(*notice));

	if (!notice)
		return ERR_MEMORY;
	notice->kind = kind;
	notice->event = *event;
	*d->outbox.last = notice;
	d->outbox.last = &notice->next;
	return OK;
}

void outbox_seal(struct domain *d, const struct rows *rows)
{
	for (struct notice *notice = d->outbox.first; notice; notice = notice->next)
		if (!notice->next)
			notice->seal = rows_text(rows, 0, "seal");
}

/* Copies the next element of an array of uuid or bigint, neither of which is ever quoted; false at the end.
 */
static bool next_element(const char **at, char element[ID_TEXT])
{
	size_t len;

	*at += strspn(*at, "{,}");
	len = strcspn(*at, ",}");
	if (len == 0 || len >= ID_TEXT)
		return false;
	memcpy(element, *at, len);
	element[len] = '\0';
	*at += len;
	return true;
}

static enum err add_heads(struct domain *d, const char *streams, const char *heads)
{
	char stream[ID_TEXT], head[ID_TEXT];

	while (streams && heads && next_element(&streams, stream) && next_element(&heads, head)) {
		struct event event = {.event_id = strtoull(head, NULL, 10)};
		enum err err;

		if (!id_parse(stream, &event.session_id))
			return ERR_INTERNAL;
		err = outbox_add(d, FRAME_HEAD, &event);
		if (err != OK)
			return err;
	}
	return OK;
}

static enum err add_problems(struct domain *d, const char *text)
{
	json_value *list = NULL;
	enum err err = json_parse(d->arena, text ? text : "", text ? strlen(text) : 0, &list);

	if (err != OK)
		return err == ERR_MEMORY ? err : ERR_INTERNAL;
	for (size_t i = 0; i < json_count(list); i++) {
		const char *field = json_text(json_member(json_item(list, i), "field"));
		const char *message = json_text(json_member(json_item(list, i), "message"));

		problem_add(&d->problems, field ? field : "", "%s", message ? message : "is wrong");
	}
	return ERR_VALIDATION;
}

enum err domain_doc(struct domain *d, const struct rows *rows, const char *column, struct doc *ret)
{
	const char *text = rows_count(rows) == 1 ? rows_text(rows, 0, column) : NULL;

	(void)d;
	if (!text)
		return ERR_INTERNAL;
	ret->text = text;
	ret->len = rows_length(rows, 0, column);
	return OK;
}

enum err domain_reply(struct domain *d, const struct rows *rows, struct doc *ret)
{
	const char *outcome = rows_count(rows) == 1 ? rows_text(rows, 0, "outcome") : NULL;
	enum err err;

	if (!outcome)
		return ERR_INTERNAL;
	err = add_heads(d, rows_text(rows, 0, "stream_ids"), rows_text(rows, 0, "heads"));
	if (err != OK)
		return err;
	err = err_from_code(outcome);
	if (err == ERR_VALIDATION)
		return add_problems(d, rows_text(rows, 0, "doc"));
	if (err != OK || !ret)
		return err;
	return domain_doc(d, rows, "doc", ret);
}

enum err page_after(struct domain *d, const struct page *page, struct id *ret)
{
	*ret = ID_NIL;
	if (!page->cursor || id_parse(page->cursor, ret))
		return OK;
	problem_add(&d->problems, "cursor", "is not one that this list has given");
	return ERR_VALIDATION;
}

/* Digits alone, and no more than a number holds. */
static bool parse_event_id(const char *text, int64_t *ret)
{
	int64_t id = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || id > (INT64_MAX - 9) / 10)
			return false;
		id = id * 10 + (*text - '0');
	}
	*ret = id;
	return true;
}

enum err page_after_event(struct domain *d, const struct page *page, int64_t *ret)
{
	*ret = 0;
	if (!page->cursor || parse_event_id(page->cursor, ret))
		return OK;
	problem_add(&d->problems, "cursor", "is not one that this list has given");
	return ERR_VALIDATION;
}

const char *id_list_text(struct domain *d, const struct id_list *ids)
{
	struct array array;

	array_init(&array, d->arena);
	for (size_t i = 0; i < ids->count; i++)
		array_add_id(&array, &ids->items[i]);
	return array_text(&array);
}

static enum err read_event(const struct rows *rows, int row, const struct id *session_id, struct event *ret)
{
	if (!event_type_parse(rows_text(rows, row, "type"), &ret->type) ||
	    !audience_parse(rows_text(rows, row, "audience"), &ret->audience))
		return ERR_INTERNAL;
	ret->session_id = *session_id;
	ret->event_id = (uint64_t)rows_int(rows, row, "event_id");
	ret->actor_id = rows_id(rows, row, "actor_id");
	ret->target_id = rows_id(rows, row, "target_id");
	ret->created_at = rows_int(rows, row, "created_at");
	ret->payload = rows_text(rows, row, "payload");
	ret->payload_len = rows_length(rows, row, "payload");
	return OK;
}

enum err events_read(struct domain *d, const struct rows *rows, const struct id *session_id,
		     struct event **ret_items, size_t *ret_count)
{
	size_t count = (size_t)rows_count(rows);
	struct event *items = arena_calloc(d->arena, count ? count : 1, sizeof(*items));
	enum err err = OK;

	if (!items)
		return ERR_MEMORY;
	for (size_t i = 0; err == OK && i < count; i++)
		err = read_event(rows, (int)i, session_id, &items[i]);
	if (err != OK)
		return err;
	*ret_items = items;
	*ret_count = count;
	return OK;
}
