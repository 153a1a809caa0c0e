/* What pushd reads: a session's events and heads, the figures that go with them, and the states that a socket
 * begins with. */
#include "domain/session.h"

#include "domain/reply.h"
#include "queries.h"

enum err session_events_after(struct domain *d, const struct id *session_id, uint64_t since, size_t limit,
			      struct event **ret_items, size_t *ret_count)
{
	struct rows *rows;
	enum err err =
	    q_stream_events_after(d->db, d->arena, session_id, (int64_t)since, (int64_t)limit, &rows);

	return err == OK ? events_read(d, rows, session_id, ret_items, ret_count) : err;
}

/* The array of `count` ids that lie `stride` bytes apart; NULL: no memory. */
static const char *ids_text(struct arena *arena, const struct id *first, size_t stride, size_t count)
{
	const char *at = (const char *)first;
	struct array ids;

	array_init(&ids, arena);
	for (size_t i = 0; i < count; i++, at += stride)
		array_add_id(&ids, (const struct id *)at);
	return array_text(&ids);
}

enum err session_heads(struct domain *d, struct head_item *items, size_t count)
{
	const char *sessions = count ? ids_text(d->arena, &items->session_id, sizeof(*items), count) : "{}";
	struct rows *rows;
	enum err err;

	if (!sessions)
		return ERR_MEMORY;
	err = q_stream_heads(d->db, d->arena, sessions, &rows);
	if (err != OK)
		return err;
	for (int row = 0; row < rows_count(rows); row++) {
		struct head_item *item = &items[rows_int(rows, row, "place") - 1];

		item->head = (uint64_t)rows_int(rows, row, "head");
		item->gone = rows_null(rows, row, "head");
	}
	return OK;
}

enum err session_figures(struct domain *d, struct figures_item *items, size_t count)
{
	const char *sessions = count ? ids_text(d->arena, &items->session_id, sizeof(*items), count) : "{}";
	struct rows *rows;
	enum err err;

	if (!sessions)
		return ERR_MEMORY;
	err = q_stream_figures(d->db, d->arena, sessions, &rows);
	if (err != OK)
		return err;
	for (size_t i = 0; i < count; i++)
		items[i].stats = NULL;
	for (int row = 0; row < rows_count(rows); row++)
		items[rows_int(rows, row, "place") - 1].stats = rows_text(rows, row, "stats");
	return OK;
}

enum err session_snapshot(struct domain *d, const struct id *session_id, struct doc *ret)
{
	struct rows *rows;
	enum err err = q_stream_snapshot(d->db, d->arena, session_id, &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_state(struct domain *d, const struct actor *actor, const struct id *session_id,
		       struct doc *ret)
{
	struct rows *rows;
	enum err err =
	    q_stream_state(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}
