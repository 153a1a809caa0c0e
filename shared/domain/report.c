/* What a session's staff reads of it: the figures, the monitor, the audit trail, the results. */
#include "domain/session.h"

#include "domain/csv.h"
#include "domain/reply.h"
#include "model/attempt.h"
#include "queries.h"

enum err session_stats(struct domain *d, const struct actor *actor, const struct id *session_id,
		       struct doc *ret)
{
	struct array types;
	struct rows *rows;
	const char *text;
	enum err err;

	array_init(&types, d->arena);
	for (const char *const *type = VIOLATION_TYPES; *type; type++)
		array_add_text(&types, *type);
	text = array_text(&types);
	if (!text)
		return ERR_MEMORY;
	err = q_session_stats(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), text,
			      &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err session_monitor(struct domain *d, const struct actor *actor, const struct id *session_id,
			 struct doc *ret)
{
	struct rows *rows;
	enum err err =
	    q_session_monitor(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}

/* What only this list knows to be wrong. *ret_since is where it begins. */
static bool events_valid(struct domain *d, const struct events_filter *filter, const struct page *page,
			 int64_t *ret_since)
{
	int64_t after;
	enum event_type type;
	bool valid = page_after_event(d, page, &after) == OK;

	if (filter->since < 0)
		problem_add(&d->problems, "since", "must be the id of an event, or 0");
	if (filter->type && !event_type_parse(filter->type, &type))
		problem_add(&d->problems, "type", "must be the type of an event");
	*ret_since = after > filter->since ? after : filter->since;
	return valid && d->problems.count == 0;
}

enum err session_events(struct domain *d, const struct actor *actor, const struct id *session_id,
			const struct events_filter *filter, const struct page *page, struct doc *ret)
{
	int64_t since;
	struct rows *rows;
	enum err err;

	if (!events_valid(d, filter, page, &since)) {
		err = domain_guard(d, actor, THING_SESSION_READ, session_id);
		return err == OK ? ERR_VALIDATION : err;
	}
	err = q_session_events(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), since,
			       filter->type, &filter->student_id, page->limit, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

/* The columns of results.csv, which are the query's. */
static const char *const RESULT_COLUMNS[] = {"student_id",
					     "student_name",
					     "email",
					     "status",
					     "submission_type",
					     "score",
					     "answered_questions",
					     "total_questions",
					     "time_taken_seconds",
					     "violations",
					     "highlights",
					     "started_at",
					     "submitted_at"};

static void add_results(struct buf *out, const struct rows *rows)
{
	for (size_t i = 0; i < ARRAY_LEN(RESULT_COLUMNS); i++)
		csv_cell(out, RESULT_COLUMNS[i], i == 0);
	csv_end(out);
	for (int row = 0; row < rows_count(rows); row++) {
		/* A session without participants has one row, with nobody in it. */
		if (rows_null(rows, row, "student_id"))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(RESULT_COLUMNS); i++)
			csv_cell(out, rows_text(rows, row, RESULT_COLUMNS[i]), i == 0);
		csv_end(out);
	}
}

enum err session_results(struct domain *d, const struct actor *actor, const struct id *session_id,
			 struct doc *ret)
{
	struct rows *rows;
	struct buf out;
	enum err err =
	    q_session_results(d->db, d->arena, session_id, &actor->user_id, role_name(actor->role), &rows);

	if (err != OK)
		return err;
	if (rows_count(rows) == 0)
		return ERR_INTERNAL;
	err = err_from_code(rows_text(rows, 0, "outcome"));
	if (err != OK)
		return err;
	buf_init(&out, d->arena);
	add_results(&out, rows);
	if (out.failed)
		return ERR_MEMORY;
	*ret = (struct doc){.text = out.data, .len = out.len};
	return OK;
}
