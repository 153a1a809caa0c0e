/* The end of an attempt and of a session. Each is one transaction: SQL locks what is open and tells its
 * answers, they are marked here, SQL writes the results and publishes. While the locks are held no answer
 * slips in behind the marking; the whole may run twice (a deadlock), and then nothing of the first run is
 * left. */
#include "domain/closing.h"

#include <math.h>
#include <stdio.h>

#include "domain/attempt.h"
#include "domain/reply.h"
#include "domain/session.h"
#include "domain/sheets.h"
#include "domain/transition.h"
#include "queries.h"

#define TRIES 5

/* --- marking --- */

void results_init(struct results *results, struct arena *arena)
{
	array_init(&results->attempts, arena);
	array_init(&results->scores, arena);
	array_init(&results->raws, arena);
	array_init(&results->marks, arena);
	array_init(&results->tables, arena);
	array_init(&results->scaled, arena);
}

/* Points have at most four decimals; what is beyond is binary dust. */
static void add_points(struct array *array, double points)
{
	char text[32];

	snprintf(text, sizeof(text), "%.12g", round(points * 1e4) / 1e4);
	array_add_text(array, text);
}

void results_add(struct results *results, const struct mark_sheet *sheet, const struct id *attempt_id,
		 const double *marks, size_t count)
{
	struct score score;
	struct array own;
	double raw = 0;

	array_init(&own, results->marks.text.arena);
	for (size_t i = 0; i < count; i++) {
		add_points(&own, marks[i]);
		raw += marks[i];
	}
	score = mark_score(sheet, raw);
	array_add_id(&results->attempts, attempt_id);
	add_points(&results->scores, score.score);
	add_points(&results->raws, score.raw);
	array_add_text(&results->marks, array_text(&own));
	array_add_text(&results->tables, score.table);
	array_add_bool(&results->scaled, score.band_scaled);
}

static enum err sheet_load(struct domain *d, const struct id *version_id, const struct mark_sheet **ret)
{
	const struct mark_sheet *sheet = sheets_find(version_id);
	struct mark_sheet *made = NULL;
	struct rows *rows;
	enum err err;

	if (!sheet) {
		err = q_closing_sheet(d->db, d->arena, version_id, &rows);
		if (err == OK && rows_count(rows) != 1)
			err = ERR_INTERNAL;
		if (err == OK)
			err = mark_sheet_new(rows_text(rows, 0, "sheet"), rows_text(rows, 0, "scoring"),
					     rows_text(rows, 0, "band_table"), &made);
		if (err != OK)
			return err;
		sheet = sheets_keep(version_id, made);
		if (!sheet)
			return ERR_MEMORY;
	}
	*ret = sheet;
	return OK;
}

/* The rows of one attempt, from `row` on; returns the first of the next, or -1: no memory. */
static int mark_attempt(struct domain *d, const struct mark_sheet *sheet, const struct rows *rows, int row,
			struct results *results)
{
	struct id attempt_id = rows_id(rows, row, "attempt_id");
	int64_t total = rows_int(rows, row, "total_questions");
	double *marks = arena_calloc(d->arena, (size_t)total + 1, sizeof(*marks));

	if (!marks)
		return -1;
	for (; row < rows_count(rows); row++) {
		struct id owner = rows_id(rows, row, "attempt_id");
		struct id question_id = rows_id(rows, row, "question_id");
		int64_t number = rows_int(rows, row, "number");

		if (!id_equal(&owner, &attempt_id))
			break;
		if (number >= 1 && number <= total)
			marks[number - 1] = mark_answer(sheet, &question_id, rows_text(rows, row, "answer"));
	}
	results_add(results, sheet, &attempt_id, marks, (size_t)total);
	return row;
}

/* Marks the attempts (uuid[]), all of one version. */
static enum err mark_all(struct domain *d, const char *attempts, const struct id *version_id,
			 struct results *results)
{
	const struct mark_sheet *sheet;
	struct rows *rows;
	enum err err;

	results_init(results, d->arena);
	/* an array that couldn't be built would be none, and nobody's answers would be marked */
	if (arena_failed(d->arena))
		return ERR_MEMORY;
	err = q_closing_answers(d->db, d->arena, attempts, &rows);
	if (err != OK || rows_count(rows) == 0)
		return err;
	err = sheet_load(d, version_id, &sheet);
	if (err != OK)
		return err;
	for (int row = 0; row >= 0 && row < rows_count(rows);)
		row = mark_attempt(d, sheet, rows, row, results);
	sheets_release(sheet);
	return arena_failed(d->arena) ? ERR_MEMORY : OK;
}

/* --- the transaction --- */

/* What the bodies below are about. */
struct closing {
	const struct actor *actor; /* NULL: the clock */
	const struct id *id;	   /* of the attempt or the session */
	bool done;		   /* out: something was ended */
	struct doc doc;		   /* out: for the actor */
};

typedef enum err closing_body(struct domain *d, struct closing *closing);

static enum err transact_once(struct domain *d, closing_body *body, struct closing *closing)
{
	struct notice **published = d->outbox.last;
	enum err err = db_begin(d->db);

	if (err != OK)
		return err;
	err = body(d, closing);
	if (err == OK)
		err = db_commit(d->db);
	else
		db_rollback(d->db);
	if (err != OK) {
		*published = NULL;
		d->outbox.last = published;
	}
	return err;
}

static enum err transact(struct domain *d, closing_body *body, struct closing *closing)
{
	enum err err = ERR_RETRY;

	for (int i = 0; err == ERR_RETRY && i < TRIES; i++)
		err = transact_once(d, body, closing);
	return err;
}

/* --- an attempt --- */

static enum err submit_body(struct domain *d, struct closing *closing)
{
	struct results results;
	struct rows *rows;
	struct id version_id;
	struct array one;
	const char *at;
	enum err err = q_closing_submit_begin(d->db, d->arena, &closing->actor->user_id,
					      role_name(closing->actor->role), closing->id, &rows);

	if (err == OK)
		err = err_from_code(rows_text(rows, 0, "outcome"));
	if (err != OK)
		return err;
	if (rows_bool(rows, 0, "repeated"))
		return domain_doc(d, rows, "doc", &closing->doc);
	version_id = rows_id(rows, 0, "version_id");
	at = rows_text(rows, 0, "at");
	array_init(&one, d->arena);
	array_add_id(&one, closing->id);
	err = mark_all(d, array_text(&one), &version_id, &results);
	if (err == OK)
		err = q_closing_submit(d->db, d->arena, at, array_text(&results.attempts),
				       array_text(&results.scores), array_text(&results.raws),
				       array_text(&results.marks), array_text(&results.tables),
				       array_text(&results.scaled), &rows);
	return err == OK ? domain_reply(d, rows, &closing->doc) : err;
}

enum err attempt_submit(struct domain *d, const struct actor *actor, const struct id *attempt_id,
			struct doc *ret)
{
	struct closing closing = {.actor = actor, .id = attempt_id};
	enum err err = transact(d, submit_body, &closing);

	if (err == OK)
		*ret = closing.doc;
	return err;
}

/* --- a session --- */

/* `held`: the row that told what is locked. */
static enum err complete(struct domain *d, struct closing *closing, const struct id *session_id,
			 const struct rows *held, const char *to)
{
	const struct actor *actor = closing->actor;
	struct id version_id = rows_id(held, 0, "version_id");
	struct results results;
	struct rows *rows;
	enum err err = mark_all(d, rows_text(held, 0, "attempts"), &version_id, &results);

	if (err == OK)
		err = q_closing_complete(d->db, d->arena, session_id, actor ? &actor->user_id : NULL,
					 actor ? role_name(actor->role) : NULL, to,
					 rows_text(held, 0, "type"), rows_text(held, 0, "at"),
					 array_text(&results.attempts), array_text(&results.scores),
					 array_text(&results.raws), array_text(&results.marks),
					 array_text(&results.tables), array_text(&results.scaled), &rows);
	if (err == OK)
		err = domain_reply(d, rows, actor ? &closing->doc : NULL);
	if (err == OK)
		outbox_seal(d, rows);
	closing->done = err == OK;
	return err;
}

static enum err complete_body(struct domain *d, struct closing *closing)
{
	const char *from, *to;
	struct rows *rows = NULL;
	enum err err = transition_statuses(d->arena, SESSION_COMPLETE, &from, &to);

	if (err == OK)
		err = q_closing_begin(d->db, d->arena, closing->id, &closing->actor->user_id,
				      role_name(closing->actor->role), from, &rows);
	if (err == OK)
		err = transition_reply(d, rows, SESSION_COMPLETE, NULL);
	return err == OK ? complete(d, closing, closing->id, rows, to) : err;
}

enum err session_complete(struct domain *d, const struct actor *actor, const struct id *session_id,
			  struct doc *ret)
{
	struct closing closing = {.actor = actor, .id = session_id};
	enum err err = transact(d, complete_body, &closing);

	if (err == OK)
		*ret = closing.doc;
	return err;
}

static enum err expire_body(struct domain *d, struct closing *closing)
{
	const char *from, *to;
	struct rows *rows = NULL;
	enum err err = transition_statuses(d->arena, SESSION_COMPLETE, &from, &to);

	closing->done = false;
	if (err == OK)
		err = q_closing_expire(d->db, d->arena, closing->id, from, &rows);
	if (err != OK || rows_count(rows) == 0)
		return err;
	return complete(d, closing, closing->id, rows, to);
}

enum err session_expire(struct domain *d, const struct id_list *later, struct id *ret_session, bool *ret_done)
{
	struct closing closing = {.id = ret_session};
	const char *left = id_list_text(d, later);
	struct rows *rows;
	enum err err;

	*ret_session = ID_NIL;
	*ret_done = false;
	if (!left)
		return ERR_MEMORY;
	err = q_closing_due(d->db, d->arena, left, &rows);
	if (err != OK || rows_count(rows) == 0)
		return err;
	*ret_session = rows_id(rows, 0, "session_id");
	err = transact(d, expire_body, &closing);
	*ret_done = err == OK && closing.done;
	return err;
}
