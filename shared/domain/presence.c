/* Who is connected to which session: batches from pushd's lane. What a batch finds and changes is one
 * statement over arrays (sql/functions/presence_*.sql); here arrays are built and answers taken apart. */
#include "domain/session.h"

#include "domain/reply.h"
#include "domain/transition.h"
#include "queries.h"

/* The items as parallel arrays. */
struct batch {
	const char *users;
	const char *roles;
	const char *sessions;
};

static enum err batch_init(struct batch *batch, struct arena *arena, const struct connect_item *items,
			   size_t count)
{
	struct array users, roles, sessions;

	array_init(&users, arena);
	array_init(&roles, arena);
	array_init(&sessions, arena);
	for (size_t i = 0; i < count; i++) {
		array_add_id(&users, &items[i].actor.user_id);
		array_add_text(&roles, role_name(items[i].actor.role));
		array_add_id(&sessions, &items[i].session_id);
	}
	batch->users = array_text(&users);
	batch->roles = array_text(&roles);
	batch->sessions = array_text(&sessions);
	return batch->users && batch->roles && batch->sessions ? OK : ERR_MEMORY;
}

static enum err add_head(struct domain *d, const struct id *session_id, uint64_t head)
{
	struct event event = {.session_id = *session_id, .event_id = head};

	return outbox_add(d, FRAME_HEAD, &event);
}

/* Columns session_id and head: the streams that have grown. */
static enum err add_heads(struct domain *d, const struct rows *rows)
{
	enum err err = OK;

	for (int row = 0; err == OK && row < rows_count(rows); row++) {
		struct id session_id = rows_id(rows, row, "session_id");

		err = add_head(d, &session_id, (uint64_t)rows_int(rows, row, "head"));
	}
	return err;
}

static enum err read_connect(struct domain *d, const struct rows *rows, int row, struct connect_item *item)
{
	item->err = err_from_code(rows_text(rows, row, "outcome"));
	if (item->err != OK)
		return OK;
	/* A session that was deleted between the two statements of the function. */
	if (rows_null(rows, row, "status")) {
		item->err = ERR_SESSION_NOT_FOUND;
		return OK;
	}
	if (!session_status_parse(rows_text(rows, row, "status"), &item->status))
		return ERR_INTERNAL;
	item->status_name = session_status_name(item->status);
	item->class_id = rows_id(rows, row, "class_id");
	item->attempt_id = rows_id(rows, row, "attempt_id");
	item->started_at = rows_int(rows, row, "started_at");
	item->time_limit_seconds = rows_int(rows, row, "time_limit_seconds");
	item->head = (uint64_t)rows_int(rows, row, "head");
	item->joined_event = (uint64_t)rows_int(rows, row, "joined_event");
	return rows_bool(rows, row, "announced") ? add_head(d, &item->session_id, item->head) : OK;
}

enum err session_connect(struct domain *d, const struct id *node, struct connect_item *items, size_t count)
{
	const char *joinable, *to;
	struct batch batch;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, SESSION_JOIN, &joinable, &to);

	if (err == OK)
		err = batch_init(&batch, d->arena, items, count);
	if (err == OK)
		err = q_presence_connect(d->db, d->arena, batch.users, batch.roles, batch.sessions, node,
					 joinable, &rows);
	if (err != OK)
		return err;
	if ((size_t)rows_count(rows) != count)
		return ERR_INTERNAL;
	for (size_t i = 0; err == OK && i < count; i++)
		err = read_connect(d, rows, (int)i, &items[i]);
	return err;
}

enum err session_recheck(struct domain *d, struct connect_item *items, size_t count)
{
	struct batch batch;
	struct rows *rows;
	enum err err = batch_init(&batch, d->arena, items, count);

	if (err == OK)
		err = q_presence_judge(d->db, d->arena, batch.users, batch.roles, batch.sessions, &rows);
	if (err != OK)
		return err;
	if ((size_t)rows_count(rows) != count)
		return ERR_INTERNAL;
	for (size_t i = 0; i < count; i++)
		items[i].err = err_from_code(rows_text(rows, (int)i, "outcome"));
	return OK;
}

enum err session_leave(struct domain *d, const struct id *node, const struct leave_item *items, size_t count)
{
	struct array sessions, students;
	const char *session_text, *student_text;
	struct rows *rows;
	enum err err;

	array_init(&sessions, d->arena);
	array_init(&students, d->arena);
	for (size_t i = 0; i < count; i++) {
		array_add_id(&sessions, &items[i].session_id);
		array_add_id(&students, &items[i].student_id);
	}
	session_text = array_text(&sessions);
	student_text = array_text(&students);
	if (!session_text || !student_text)
		return ERR_MEMORY;
	err = q_presence_leave(d->db, d->arena, session_text, student_text, node, &rows);
	return err == OK ? add_heads(d, rows) : err;
}

enum err session_adopt(struct domain *d, const char *node_name, int64_t grace_seconds, struct id *ret_node)
{
	struct rows *rows;
	enum err err = q_presence_adopt(d->db, d->arena, node_name, grace_seconds, &rows);

	if (err == OK)
		*ret_node = rows_id(rows, 0, "node_id");
	return err;
}

enum err session_presence_sweep(struct domain *d, const struct id *node)
{
	struct rows *rows;
	enum err err = q_presence_sweep(d->db, d->arena, node, &rows);

	return err == OK ? add_heads(d, rows) : err;
}
