#include "fcgi-app/admin/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "fcgi-app/admin/operator.h"
#include "queries.h"

/* What is said of the event, or of the whole. */
static const struct {
	bool of_event;
	const char *text;
} FINDINGS[] = {
    [AUDIT_CHANGED] = {true, "is not what was written there: it was changed, or put in its place"},
    [AUDIT_REMOVED] = {true, "was removed"},
    [AUDIT_ADDED] = {true, "was added behind the product's back"},
    [AUDIT_STREAM] = {true, "is the last, but the stream's own hash is another one"},
    [AUDIT_SEAL] = {true, "is not what was sealed when the session ended"},
    [AUDIT_UNSEALED] = {false, "the seal was removed"},
    [AUDIT_FOREIGN] = {false, "the seal is not the given one: events and seal were made anew"},
};

static void print_broken(const struct audit *audit)
{
	printf("BROKEN: ");
	if (FINDINGS[audit->finding].of_event)
		printf("event %" PRId64 " ", audit->event_id);
	printf("%s\n", FINDINGS[audit->finding].text);
	printf("whole up to there: %" PRId64 " events\n", audit->events);
}

static void print_whole(const struct audit *audit)
{
	printf("whole: %" PRId64 " events\n", audit->events);
	if (audit->sealed)
		printf("sealed at event %" PRId64 ": %s\n", audit->seal_event, audit->seal_hash);
	else
		printf("not sealed: the session isn't over\n");
}

/* Said of a chain that is whole, too: it is another one than the log of the session's end knows. */
static enum err print_rewrites(struct operator* op, const struct id *session_id)
{
	struct rows *rows;
	enum err err = q_audit_rewrites(op->db, op->arena, session_id, &rows);

	for (int row = 0; err == OK && row < rows_count(rows); row++)
		printf("rewritten at %s (%s): %" PRId64 " events; the hash of event %" PRId64
		       " was %s and became %s\n",
		       rows_text(rows, row, "told"), rows_text(rows, row, "reason"),
		       rows_int(rows, row, "events"), rows_int(rows, row, "event_id"),
		       rows_text(rows, row, "old_hash"), rows_text(rows, row, "new_hash"));
	return err;
}

static int verify(struct operator* op, const struct id *session_id, const char *seal)
{
	struct audit audit;
	enum err err = audit_verify(&op->domain, session_id, seal, &audit);

	if (err != OK)
		return operator_result(op, "audit verify", err);
	if (audit.finding == AUDIT_WHOLE)
		print_whole(&audit);
	else
		print_broken(&audit);
	err = print_rewrites(op, session_id);
	if (err != OK)
		return operator_result(op, "audit verify", err);
	return audit.finding == AUDIT_WHOLE ? 0 : 1;
}

static int export(struct operator* op, const struct id *session_id, const char *seal UNUSED)
{
	return operator_result(op, "audit export", audit_export(&op->domain, session_id, stdout));
}

static const struct {
	const char *name;
	int most; /* arguments, with its own name */
	int (*run)(struct operator* op, const struct id *session_id, const char *seal);
} ACTIONS[] = {{"verify", 4, verify}, {"export", 3, export}};

int audit_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	struct id session_id;
	struct operator op;
	int status = 1;

	for (size_t i = 0; argc >= 3 && i < ARRAY_LEN(ACTIONS); i++) {
		if (strcmp(argv[1], ACTIONS[i].name) != 0 || argc > ACTIONS[i].most ||
		    !id_parse(argv[2], &session_id))
			continue;
		if (operator_init(&op, config))
			status = ACTIONS[i].run(&op, &session_id, argc > 3 ? argv[3] : NULL);
		operator_done(&op);
		return status;
	}
	fprintf(stderr, "usage: invigil-app audit verify SESSION-ID [SEAL]\n"
			"       invigil-app audit export SESSION-ID\n");
	return 2;
}
