/* The classroom: the database decides who may say what to whom, and who is told; here bodies become
 * parameters. */
#include "domain/classroom.h"

#include <stdio.h>

#include "domain/reply.h"
#include "queries.h"

#define MESSAGE_MOST 2000

/* What only a list knows to be wrong: the thing comes first. */
static enum err refuse(struct domain *d, const struct actor *actor, enum thing thing,
		       const struct id *session_id)
{
	enum err err = domain_guard(d, actor, thing, session_id);

	return err == OK ? ERR_VALIDATION : err;
}

bool message_read(const json_value *body, struct problems *problems, struct message_input *ret)
{
	static const struct field fields[] = {
	    FIELD(struct message_input, message, FIELD_TEXT, true, 1, MESSAGE_MOST),
	    FIELD_OPT(struct message_input, group_id, FIELD_ID, 0, 0),
	    FIELD_END,
	};

	return json_read(body, fields, ret, problems, "");
}

enum err message_send(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const struct message_input *in, struct doc *ret)
{
	struct rows *rows;
	enum err err;

	/* No group has the nil id, which would cross as none given. */
	if (in->has_group_id && id_is_nil(&in->group_id)) {
		err = domain_guard(d, actor, THING_SESSION_READ, session_id);
		return err == OK ? ERR_NOT_FOUND : err;
	}
	err = q_message_send(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role),
			     in->message, &in->group_id, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err message_list(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const struct messages_filter *filter, const struct page *page, struct doc *ret)
{
	struct rows *rows;
	int64_t after;
	enum err err = page_after_event(d, page, &after);

	if (err == ERR_VALIDATION)
		return refuse(d, actor, THING_SESSION_READ, session_id);
	if (after < filter->since_event)
		after = filter->since_event;
	err = q_message_list(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), after,
			     filter->since_time, &filter->since_message, page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err group_list(struct domain *d, const struct actor *actor, const struct id *session_id,
		    const struct page *page, struct doc *ret)
{
	struct rows *rows;
	struct id after;
	enum err err = page_after(d, page, &after);

	if (err == ERR_VALIDATION)
		return refuse(d, actor, THING_SESSION_READ, session_id);
	err = q_group_list(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), &after,
			   page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err group_create(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const struct group_input *in, struct doc *ret)
{
	const char *students = id_list_text(d, &in->student_ids);
	struct rows *rows;
	enum err err;

	if (!students)
		return ERR_MEMORY;
	err = q_group_create(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), in->name,
			     students, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err group_update(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const struct id *group_id, const struct group_input *in, struct doc *ret)
{
	const char *students = in->has_student_ids ? id_list_text(d, &in->student_ids) : NULL;
	struct rows *rows;
	enum err err;

	if (in->has_student_ids && !students)
		return ERR_MEMORY;
	err = q_group_update(d->db, d->arena, session_id, group_id, &actor->user_id, role_name(actor->role),
			     in->has_name ? in->name : NULL, students, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err group_delete(struct domain *d, const struct actor *actor, const struct id *session_id,
		      const struct id *group_id)
{
	struct rows *rows;
	enum err err = q_group_delete(d->db, d->arena, session_id, group_id, &actor->user_id,
				      role_name(actor->role), &rows);

	return err == OK ? domain_reply(d, rows, NULL) : err;
}

enum err group_guard(struct domain *d, const struct actor *actor, const struct id *session_id,
		     const struct id *group_id)
{
	struct rows *rows;
	enum err err = q_group_guard(d->db, d->arena, session_id, group_id, &actor->user_id,
				     role_name(actor->role), &rows);

	return err == OK ? err_from_code(rows_text(rows, 0, "outcome")) : err;
}

enum err classroom_read(struct domain *d, const struct id *session_id, struct classroom *ret)
{
	struct classroom classroom = {0};
	struct rows *rows;
	enum err err = q_group_members(d->db, d->arena, session_id, &rows);

	if (err != OK)
		return err;
	if (rows_count(rows) == 0)
		return ERR_SESSION_NOT_FOUND;
	classroom.members = arena_calloc(d->arena, (size_t)rows_count(rows), sizeof(*classroom.members));
	if (!classroom.members)
		return ERR_MEMORY;
	classroom.has_test = rows_bool(rows, 0, "has_test");
	snprintf(classroom.join_code, sizeof(classroom.join_code), "%s", rows_text(rows, 0, "join_code"));
	for (int row = 0; row < rows_count(rows); row++) {
		/* a session without groups is a row without a member */
		if (rows_null(rows, row, "group_id"))
			continue;
		classroom.members[classroom.count].group_id = rows_id(rows, row, "group_id");
		classroom.members[classroom.count++].student_id = rows_id(rows, row, "student_id");
	}
	*ret = classroom;
	return OK;
}

/* A time that isn't given crosses as -1. */
#define TIME_NONE (-1)

enum err transcript_add(struct domain *d, const struct actor *actor, const struct id *session_id,
			const struct segment_input *in, struct doc *ret)
{
	struct rows *rows;
	enum err err;

	if (in->has_start_ms && in->has_end_ms && in->end_ms < in->start_ms) {
		problem_add(&d->problems, "end_ms", "must not be before start_ms");
		return refuse(d, actor, THING_SESSION_TRANSCRIBE, session_id);
	}
	err =
	    q_transcript_add(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role),
			     in->speaker, in->text, in->is_final, in->has_start_ms ? in->start_ms : TIME_NONE,
			     in->has_end_ms ? in->end_ms : TIME_NONE, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err transcript_list(struct domain *d, const struct actor *actor, const struct id *session_id,
			 const struct page *page, struct doc *ret)
{
	struct rows *rows;
	int64_t after;
	enum err err = page_after_event(d, page, &after);

	if (err == ERR_VALIDATION)
		return refuse(d, actor, THING_SESSION_READ, session_id);
	err = q_transcript_list(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), after,
				page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}
