/* A person's rights over what is stored about him.
 *
 * Erasing rewrites events, although they are evidence: an exam's record that names somebody for ever can't be
 * kept from him who may ask to be forgotten, and keeping it while saying "erased" would be a lie. So the
 * chains are made anew, openly: the old hash and the new one are recorded, told here, and shown by every
 * later `audit verify`. What was answered, when, and what it scored stays, under another name. */
#include "fcgi-app/admin/person.h"

#include <inttypes.h>
#include <stdio.h>

#include "domain/account.h"
#include "queries.h"

int person_export(struct operator* op, const char *email)
{
	struct actor actor;
	struct doc user;
	struct rows *rows = NULL;
	enum err err = account_find(&op->domain, email, &actor, &user);

	if (err == OK)
		err = q_account_export(op->db, op->arena, &actor.user_id, &rows);
	if (err == OK && (rows_count(rows) != 1 || rows_null(rows, 0, "doc")))
		err = ERR_USER_NOT_FOUND; /* erased this very moment */
	if (err == OK && (printf("%s\n", rows_text(rows, 0, "doc")) < 0 || fflush(stdout) != 0))
		err = ERR_INTERNAL;
	return operator_result(op, "user export", err);
}

/* Told now, because the log of the session's end has the old seal, and whoever verifies needs the new one. */
static void print_rewrites(const struct rows *rows)
{
	int64_t events = 0;

	for (int row = 0; row < rows_count(rows); row++) {
		events += rows_int(rows, row, "events");
		if (!rows_null(rows, row, "event_id"))
			printf("rewritten: session=%s event=%" PRId64 " old_hash=%s hash=%s\n",
			       rows_text(rows, row, "stream_id"), rows_int(rows, row, "event_id"),
			       rows_text(rows, row, "old_hash"), rows_text(rows, row, "new_hash"));
	}
	printf("%" PRId64 " events in %d streams no longer name the person\n", events, rows_count(rows));
}

static int refuse_broken(const struct rows *rows)
{
	fprintf(stderr,
		"invigil-app: user erase: the account is closed, but nothing is erased: event %" PRId64
		" of %s is not what was written\n"
		"there, and rewriting would hide it. See invigil-app audit verify; export it, then delete or "
		"purge that session.\n",
		rows_int(rows, 0, "event_id"), rows_text(rows, 0, "stream_id"));
	return 1;
}

static int erase(struct operator* op, const struct id *user_id)
{
	char reason[64], text[ID_TEXT];
	struct rows *rows;
	enum err err;

	snprintf(reason, sizeof(reason), "erasure of user %s", id_format(user_id, text));
	err = q_account_erase(op->db, op->arena, user_id, reason, &rows);
	if (err != OK)
		return operator_result(op, "user erase", err);
	if (rows_count(rows) > 0 && rows_bool(rows, 0, "broken"))
		return refuse_broken(rows);
	print_rewrites(rows);
	printf(
	    "%s is now %s@erased.invalid. Answers, marks and violations stay under that name; what others\n"
	    "have written about the person, titles, backups and logs are yours to look through.\n",
	    text, text);
	return 0;
}

int person_erase(struct operator* op, const char *email)
{
	struct actor actor;
	struct doc user;
	struct rows *rows;
	enum err err = account_find(&op->domain, email, &actor, &user);

	if (err == OK)
		err = q_account_erase_begin(op->db, op->arena, &actor.user_id, &rows);
	if (err == OK)
		err = err_from_code(rows_text(rows, 0, "outcome"));
	if (err == ERR_INVALID_SESSION_STATUS) {
		fprintf(stderr, "invigil-app: user erase: the person takes part in a session that is waiting "
				"or in progress; complete or cancel it first\n");
		return 1;
	}
	return err == OK ? erase(op, &actor.user_id) : operator_result(op, "user erase", err);
}
