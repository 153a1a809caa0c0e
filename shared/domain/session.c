/* Sessions: making them, listing them, and moving them through their life. Each command is one statement that
 * locks the session's row; which statuses allow it is told by the table of transitions. Completing is in
 * closing.c, with the marking; who is connected in presence.c; what staff reads in report.c. */
#include "domain/session.h"

#include "domain/reply.h"
#include "domain/transition.h"
#include "queries.h"

enum err session_create(struct domain *d, const struct actor *actor, const struct session_input *in,
			struct doc *ret)
{
	struct id test_id = in->test_id;
	struct rows *rows;
	enum err err;

	/* Nil means that there is no test; a client that names the nil id means one, which doesn't exist. */
	if (in->has_test_id && id_is_nil(&test_id))
		test_id = id_make();
	err = q_session_create(d->db, d->arena, &actor->user_id, role_name(actor->role), &in->class_id,
			       &test_id, in->title, in->scheduled_at,
			       in->has_time_limit_seconds ? in->time_limit_seconds : 0, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_list(struct domain *d, const struct actor *actor, const struct session_filter *filter,
		      const struct page *page, struct doc *ret)
{
	struct rows *rows;
	struct id after;
	enum err err = page_after(d, page, &after);

	if (err == OK)
		err = q_session_list(d->db, d->arena, &actor->user_id, role_name(actor->role),
				     &filter->class_id, filter->status, &after, page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_list_mine(struct domain *d, const struct actor *actor, const struct page *page,
			   struct doc *ret)
{
	struct rows *rows;
	struct id after;
	enum err err = page_after(d, page, &after);

	if (err == OK)
		err = q_session_list_mine(d->db, d->arena, &actor->user_id, &after, page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_get(struct domain *d, const struct actor *actor, const struct id *session_id,
		     struct doc *ret)
{
	struct rows *rows;
	enum err err =
	    q_session_get(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_update(struct domain *d, const struct actor *actor, const struct id *session_id,
			const struct session_input *in, struct doc *ret)
{
	const char *from, *to;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, SESSION_UPDATE, &from, &to);

	if (err == OK)
		err = q_session_update(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role),
				       from, in->has_title ? in->title : NULL, in->has_scheduled_at,
				       in->scheduled_at,
				       in->has_time_limit_seconds ? in->time_limit_seconds : 0, &rows);
	return err == OK ? transition_reply(d, rows, SESSION_UPDATE, ret) : err;
}

/* The queries that move a session to another status are alike. */
typedef enum err transition_query(struct db *, struct arena *, const struct id *session_id,
				  const struct id *actor_id, const char *role, const char *from,
				  const char *to, struct rows **ret);

static enum err move(struct domain *d, const struct actor *actor, const struct id *session_id,
		     enum session_command command, transition_query *query, struct doc *ret)
{
	const char *from, *to;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, command, &from, &to);

	if (err == OK)
		err = query(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), from, to,
			    &rows);
	return err == OK ? transition_reply(d, rows, command, ret) : err;
}

enum err session_start_waiting(struct domain *d, const struct actor *actor, const struct id *session_id,
			       struct doc *ret)
{
	return move(d, actor, session_id, SESSION_START_WAITING, q_session_start_waiting, ret);
}

enum err session_start(struct domain *d, const struct actor *actor, const struct id *session_id,
		       struct doc *ret)
{
	return move(d, actor, session_id, SESSION_START, q_session_start, ret);
}

enum err session_cancel(struct domain *d, const struct actor *actor, const struct id *session_id,
			struct doc *ret)
{
	const char *from, *to;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, SESSION_CANCEL, &from, &to);

	if (err == OK)
		err = q_session_cancel(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role),
				       from, to, &rows);
	if (err == OK)
		err = transition_reply(d, rows, SESSION_CANCEL, ret);
	if (err == OK)
		outbox_seal(d, rows);
	return err;
}

enum err session_delete(struct domain *d, const struct actor *actor, const struct id *session_id)
{
	const char *from, *to;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, SESSION_DELETE, &from, &to);

	if (err == OK)
		err = q_session_delete(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role),
				       from, &rows);
	return err == OK ? transition_reply(d, rows, SESSION_DELETE, NULL) : err;
}

static enum err join(struct domain *d, const struct actor *actor, const struct id *session_id,
		     const char *code, struct doc *ret)
{
	const char *joinable, *to;
	struct rows *rows;
	enum err err = transition_statuses(d->arena, SESSION_JOIN, &joinable, &to);

	if (err == OK)
		err =
		    q_session_join(d->db, d->arena, session_id, code, &actor->user_id, role_name(actor->role),
				   joinable, d->config->rest_presence_seconds, &rows);
	return err == OK ? transition_reply(d, rows, SESSION_JOIN, ret) : err;
}

enum err session_join(struct domain *d, const struct actor *actor, const struct id *session_id,
		      struct doc *ret)
{
	return join(d, actor, session_id, NULL, ret);
}

enum err session_join_code(struct domain *d, const struct actor *actor, const char *code, struct doc *ret)
{
	return join(d, actor, NULL, code, ret);
}

enum err session_find(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const char *code, struct id *ret)
{
	struct rows *rows;
	enum err err =
	    q_session_find(d->db, d->arena, &actor->user_id, role_name(actor->role), session_id, code, &rows);

	if (err == OK)
		err = err_from_code(rows_text(rows, 0, "outcome"));
	if (err == OK)
		*ret = rows_id(rows, 0, "session_id");
	return err;
}

enum err session_members(struct domain *d, const struct actor *actor, const struct id *session_id,
			 const struct id_list *present, struct doc *ret)
{
	const char *ids = id_list_text(d, present);
	struct rows *rows;
	enum err err;

	if (!ids)
		return ERR_MEMORY;
	err = q_session_members(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), ids,
				&rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}
