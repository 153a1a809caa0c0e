/* What a student does with the paper. The hot commands become arrays, one statement, and rows that say what
 * came of each: this file builds the one and takes the other apart. Rules are in sql/functions/attempt_*.sql;
 * the end of an attempt is in closing.c. */
#include "domain/attempt.h"

#include "domain/answer.h"
#include "domain/etag.h"
#include "domain/reply.h"
#include "model/session.h"
#include "queries.h"

enum err attempt_get(struct domain *d, const struct actor *actor, const struct id *attempt_id,
		     struct doc *ret)
{
	struct rows *rows;
	enum err err =
	    q_attempt_get(d->db, d->arena, &actor->user_id, role_name(actor->role), attempt_id, &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err attempt_test(struct domain *d, const struct actor *actor, const struct id *attempt_id,
		      const char *if_none_match, struct doc *ret, const char **ret_etag)
{
	const char *tags, *etag;
	struct rows *rows;
	enum err err = etag_list(d->arena, if_none_match, &tags);

	if (err == OK)
		err = q_attempt_test(d->db, d->arena, &actor->user_id, role_name(actor->role), attempt_id,
				     tags, &rows);
	if (err == OK)
		err = err_from_code(rows_text(rows, 0, "outcome"));
	if (err != OK)
		return err;
	etag = arena_printf(d->arena, "\"%s\"", rows_text(rows, 0, "etag"));
	if (!etag)
		return ERR_MEMORY;
	*ret_etag = etag;
	*ret = (struct doc){.text = rows_text(rows, 0, "paper"), .len = rows_length(rows, 0, "paper")};
	return OK;
}

/* --- what the hot commands share --- */

/* The arrays that every batch has: one element per row of it. */
struct batch {
	struct array users;
	struct array roles;
	struct array attempts;
};

static void batch_init(struct batch *batch, struct arena *arena)
{
	array_init(&batch->users, arena);
	array_init(&batch->roles, arena);
	array_init(&batch->attempts, arena);
}

static void batch_add(struct batch *batch, const struct attempt_command *command)
{
	array_add_id(&batch->users, &command->actor.user_id);
	array_add_text(&batch->roles, role_name(command->actor.role));
	array_add_id(&batch->attempts, &command->attempt_id);
}

/* Puts the event that a row tells of into the outbox; a repeated command has none. */
static enum err publish(struct domain *d, const struct rows *rows, int row, enum event_type type,
			const struct attempt_command *command)
{
	struct event event = {
	    .session_id = rows_id(rows, row, "session_id"),
	    .event_id = (uint64_t)rows_int(rows, row, "event_id"),
	    .type = type,
	    .audience = event_type_audience(type),
	    .actor_id = command->actor.user_id,
	    .created_at = rows_int(rows, row, "created_at"),
	    .payload = rows_text(rows, row, "payload"),
	    .payload_len = rows_length(rows, row, "payload"),
	};

	return event.payload ? outbox_add(d, FRAME_EVENT, &event) : OK;
}

static enum err finish_doc(struct attempt_command *command, const struct buf *doc)
{
	if (doc->failed)
		return ERR_MEMORY;
	command->doc = (struct doc){.text = doc->data, .len = doc->len};
	return OK;
}

/* Reads the row's outcome into the command. What is wrong with a field goes where every domain function puts
 * it. */
static void judge(struct domain *d, const struct rows *rows, int row, struct attempt_command *command)
{
	command->err = err_from_code(rows_text(rows, row, "outcome"));
	command->doc = (struct doc){0};
	if (command->err == ERR_VALIDATION)
		problem_add(&d->problems, rows_text(rows, row, "field"), "must be a place in the paper");
}

/* The statement is committed: what can't be told of one command is no reason to run the others again. */
static void settle(struct attempt_command *command, enum err err)
{
	if (err != OK)
		command->err = err;
}

static void add_member(struct buf *doc, const char *name, int64_t number)
{
	buf_adds(doc, name);
	buf_addi(doc, number);
}

/* --- answers --- */

/* Emptied again counts as not answered, also when white space is left. */
static bool answered(const struct answer_input *answer)
{
	struct answer_reader reader;
	enum answer_step step = ANSWER_ITEM;
	char text[8]; /* no more is asked than whether there is any */

	answer_begin(&reader, answer->answer);
	while (step == ANSWER_ITEM) {
		struct fold fold;

		fold_init(&fold, FOLD_TEXT, text, sizeof(text));
		step = answer_next(&reader, &fold);
		if (step == ANSWER_ITEM && fold.len > 0)
			return true;
	}
	return false;
}

static enum err run_one(struct domain *d, const struct answer_command *item, struct rows **ret)
{
	const struct answer_input *answer = &item->answers[0];

	return q_attempt_answer_one(d->db, d->arena, &item->base.actor.user_id,
				    role_name(item->base.actor.role), &item->base.attempt_id,
				    &answer->question_id, answer->answer, answered(answer),
				    answer->time_spent_seconds, d->config->rest_presence_seconds, ret);
}

static enum err run_answers(struct domain *d, const struct answer_command *items, size_t count,
			    struct rows **ret)
{
	struct array commands, questions, answers, filled, spent;
	struct batch batch;

	batch_init(&batch, d->arena);
	array_init(&commands, d->arena);
	array_init(&questions, d->arena);
	array_init(&answers, d->arena);
	array_init(&filled, d->arena);
	array_init(&spent, d->arena);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < items[i].count; k++) {
			const struct answer_input *answer = &items[i].answers[k];

			batch_add(&batch, &items[i].base);
			array_add_int(&commands, (int64_t)i);
			array_add_id(&questions, &answer->question_id);
			array_add_text(&answers, answer->answer);
			array_add_bool(&filled, answered(answer));
			if (answer->time_spent_seconds >= 0)
				array_add_int(&spent, answer->time_spent_seconds);
			else
				array_add_text(&spent, NULL);
		}
	}
	if (!array_text(&spent) || arena_failed(d->arena))
		return ERR_MEMORY;
	return q_attempt_answer(d->db, d->arena, array_text(&commands), array_text(&batch.users),
				array_text(&batch.roles), array_text(&batch.attempts), array_text(&questions),
				array_text(&answers), array_text(&filled), array_text(&spent),
				d->config->rest_presence_seconds, ret);
}

static void add_saved(struct buf *doc, const struct rows *rows, int row)
{
	struct id question_id = rows_id(rows, row, "question_id");

	buf_adds(doc, "{\"question_id\":");
	json_add_id(doc, &question_id);
	add_member(doc, ",\"question_number\":", rows_int(rows, row, "question_number"));
	buf_adds(doc, ",\"is_update\":");
	buf_adds(doc, rows_bool(rows, row, "is_update") ? "true" : "false");
	buf_adds(doc, ",\"answered_at\":");
	json_add_time(doc, rows_int(rows, row, "created_at"));
	buf_addc(doc, '}');
}

/* `last`: the command's last row, whose count is the newest. */
static void add_standing(struct buf *doc, const struct rows *rows, int last)
{
	bool timed = !rows_null(rows, last, "ends_at");
	int64_t now = rows_int(rows, last, "created_at");

	add_member(doc, ",\"answered_questions\":", rows_int(rows, last, "answered_questions"));
	buf_adds(doc, ",\"time_remaining_seconds\":");
	if (timed)
		buf_addi(doc, session_time_remaining(rows_int(rows, last, "ends_at"), now));
	else
		buf_adds(doc, "null");
}

/* The command's rows, from `row` on, as many as it has answers. */
static enum err read_answers(struct domain *d, const struct rows *rows, int row, struct answer_command *item)
{
	int end = row + (int)item->count;
	enum err err = OK;
	struct buf doc;

	judge(d, rows, row, &item->base);
	if (item->base.err != OK)
		return OK;
	buf_init(&doc, d->arena);
	buf_adds(&doc, "{\"saved\":[");
	for (int i = row; err == OK && i < end; i++) {
		if (i > row)
			buf_addc(&doc, ',');
		add_saved(&doc, rows, i);
		err = publish(d, rows, i, EVENT_STUDENT_ANSWER, &item->base);
	}
	buf_addc(&doc, ']');
	add_standing(&doc, rows, end - 1);
	buf_addc(&doc, '}');
	return err == OK ? finish_doc(&item->base, &doc) : err;
}

enum err attempt_answer(struct domain *d, struct answer_command *items, size_t count)
{
	size_t total = 0;
	struct rows *rows;
	enum err err;
	int row = 0;

	for (size_t i = 0; i < count; i++)
		total += items[i].count;
	err = count == 1 && total == 1 ? run_one(d, items, &rows) : run_answers(d, items, count, &rows);
	if (err == OK && (size_t)rows_count(rows) != total)
		err = ERR_INTERNAL;
	for (size_t i = 0; err == OK && i < count; i++) {
		settle(&items[i].base, read_answers(d, rows, row, &items[i]));
		row += (int)items[i].count;
	}
	return err;
}

/* --- progress --- */

static enum err run_progress(struct domain *d, const struct progress_command *items, size_t count,
			     struct rows **ret)
{
	struct array passages, questions;
	struct batch batch;

	batch_init(&batch, d->arena);
	array_init(&passages, d->arena);
	array_init(&questions, d->arena);
	for (size_t i = 0; i < count; i++) {
		batch_add(&batch, &items[i].base);
		array_add_int(&passages, items[i].in.passage_index);
		array_add_int(&questions, items[i].in.question_index);
	}
	if (!array_text(&questions) || arena_failed(d->arena))
		return ERR_MEMORY;
	return q_attempt_progress(d->db, d->arena, array_text(&batch.users), array_text(&batch.roles),
				  array_text(&batch.attempts), array_text(&passages), array_text(&questions),
				  d->config->rest_presence_seconds, ret);
}

static enum err read_progress(struct domain *d, const struct rows *rows, int row,
			      struct attempt_command *command)
{
	struct buf doc;
	enum err err;

	judge(d, rows, row, command);
	if (command->err != OK)
		return OK;
	buf_init(&doc, d->arena);
	add_member(&doc, "{\"passage_index\":", rows_int(rows, row, "passage_index"));
	add_member(&doc, ",\"question_index\":", rows_int(rows, row, "question_index"));
	add_member(&doc, ",\"question_number\":", rows_int(rows, row, "question_number"));
	buf_addc(&doc, '}');
	err = publish(d, rows, row, EVENT_STUDENT_PROGRESS, command);
	return err == OK ? finish_doc(command, &doc) : err;
}

enum err attempt_progress(struct domain *d, struct progress_command *items, size_t count)
{
	struct rows *rows;
	enum err err = run_progress(d, items, count, &rows);

	if (err == OK && (size_t)rows_count(rows) != count)
		err = ERR_INTERNAL;
	for (size_t i = 0; err == OK && i < count; i++)
		settle(&items[i].base, read_progress(d, rows, (int)i, &items[i].base));
	return err;
}

/* --- highlights --- */

static void add_new_id(struct array *ids)
{
	struct id id = id_make();

	array_add_id(ids, &id);
}

static enum err run_highlight(struct domain *d, const struct highlight_command *items, size_t count,
			      struct rows **ret)
{
	struct array ids, clients, passages, texts, starts, ends;
	struct batch batch;

	batch_init(&batch, d->arena);
	array_init(&ids, d->arena);
	array_init(&clients, d->arena);
	array_init(&passages, d->arena);
	array_init(&texts, d->arena);
	array_init(&starts, d->arena);
	array_init(&ends, d->arena);
	for (size_t i = 0; i < count; i++) {
		const struct highlight_input *in = &items[i].in;

		batch_add(&batch, &items[i].base);
		add_new_id(&ids);
		array_add_id(&clients, &in->client_id);
		array_add_id(&passages, &in->passage_id);
		array_add_text(&texts, in->text);
		array_add_int(&starts, in->position_start);
		array_add_int(&ends, in->position_end);
	}
	if (!array_text(&ends) || arena_failed(d->arena))
		return ERR_MEMORY;
	return q_attempt_highlight(d->db, d->arena, array_text(&batch.users), array_text(&batch.roles),
				   array_text(&batch.attempts), array_text(&ids), array_text(&clients),
				   array_text(&passages), array_text(&texts), array_text(&starts),
				   array_text(&ends), d->config->rest_presence_seconds, ret);
}

static enum err read_highlight(struct domain *d, const struct rows *rows, int row,
			       struct attempt_command *command)
{
	struct id id = rows_id(rows, row, "highlight_id");
	struct id passage_id = rows_id(rows, row, "passage_id");
	struct buf doc;
	enum err err;

	judge(d, rows, row, command);
	if (command->err != OK)
		return OK;
	buf_init(&doc, d->arena);
	buf_adds(&doc, "{\"id\":");
	json_add_id(&doc, &id);
	buf_adds(&doc, ",\"text\":");
	json_add_string(&doc, rows_text(rows, row, "highlighted"));
	buf_adds(&doc, ",\"passage_id\":");
	json_add_id(&doc, &passage_id);
	add_member(&doc, ",\"position_start\":", rows_int(rows, row, "position_start"));
	add_member(&doc, ",\"position_end\":", rows_int(rows, row, "position_end"));
	buf_adds(&doc, ",\"timestamp\":");
	json_add_time(&doc, rows_int(rows, row, "created_at"));
	buf_addc(&doc, '}');
	err = publish(d, rows, row, EVENT_STUDENT_HIGHLIGHT, command);
	return err == OK ? finish_doc(command, &doc) : err;
}

enum err attempt_highlight(struct domain *d, struct highlight_command *items, size_t count)
{
	struct rows *rows;
	enum err err = run_highlight(d, items, count, &rows);

	if (err == OK && (size_t)rows_count(rows) != count)
		err = ERR_INTERNAL;
	for (size_t i = 0; err == OK && i < count; i++)
		settle(&items[i].base, read_highlight(d, rows, (int)i, &items[i].base));
	return err;
}

/* --- violations --- */

static enum err run_violation(struct domain *d, const struct violation_command *items, size_t count,
			      struct rows **ret)
{
	struct array ids, clients, types;
	struct batch batch;

	batch_init(&batch, d->arena);
	array_init(&ids, d->arena);
	array_init(&clients, d->arena);
	array_init(&types, d->arena);
	for (size_t i = 0; i < count; i++) {
		batch_add(&batch, &items[i].base);
		add_new_id(&ids);
		array_add_id(&clients, &items[i].in.client_id);
		array_add_text(&types, items[i].in.violation_type);
	}
	if (!array_text(&types) || arena_failed(d->arena))
		return ERR_MEMORY;
	return q_attempt_violation(d->db, d->arena, array_text(&batch.users), array_text(&batch.roles),
				   array_text(&batch.attempts), array_text(&ids), array_text(&clients),
				   array_text(&types), d->config->rest_presence_seconds, ret);
}

static enum err read_violation(struct domain *d, const struct rows *rows, int row,
			       struct attempt_command *command)
{
	struct buf doc;
	enum err err;

	judge(d, rows, row, command);
	if (command->err != OK)
		return OK;
	buf_init(&doc, d->arena);
	add_member(&doc, "{\"total_count\":", rows_int(rows, row, "total_count"));
	buf_adds(&doc, ",\"violation_type\":");
	json_add_string(&doc, rows_text(rows, row, "violation_type"));
	buf_adds(&doc, ",\"timestamp\":");
	json_add_time(&doc, rows_int(rows, row, "created_at"));
	buf_addc(&doc, '}');
	err = publish(d, rows, row, EVENT_VIOLATION, command);
	return err == OK ? finish_doc(command, &doc) : err;
}

enum err attempt_violation(struct domain *d, struct violation_command *items, size_t count)
{
	struct rows *rows;
	enum err err = run_violation(d, items, count, &rows);

	if (err == OK && (size_t)rows_count(rows) != count)
		err = ERR_INTERNAL;
	for (size_t i = 0; err == OK && i < count; i++)
		settle(&items[i].base, read_violation(d, rows, (int)i, &items[i].base));
	return err;
}
