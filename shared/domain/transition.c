/* Keeps the rules in their one table: SQL is told the statuses that a command accepts, and tells back which
 * one it found instead. */
#include "domain/transition.h"

#include "domain/reply.h"

enum err transition_statuses(struct arena *arena, enum session_command command, const char **ret_from,
			     const char **ret_to)
{
	struct array from;
	const char *to = NULL;
	const char *text;

	array_init(&from, arena);
	for (enum session_status status = 0; status < SESSION_STATUS_COUNT; status++) {
		enum session_status next;

		if (session_transition(status, command, &next) != OK)
			continue;
		array_add_text(&from, session_status_name(status));
		to = session_status_name(next);
	}
	text = array_text(&from);
	if (!text)
		return ERR_MEMORY;
	*ret_from = text;
	*ret_to = to;
	return OK;
}

enum err transition_reply(struct domain *d, const struct rows *rows, enum session_command command,
			  struct doc *ret)
{
	enum err err = domain_reply(d, rows, ret);
	enum session_status status, next;

	if (err != ERR_INVALID_SESSION_STATUS)
		return err;
	if (!session_status_parse(rows_text(rows, 0, "doc"), &status))
		return ERR_INTERNAL;
	err = session_transition(status, command, &next);
	return err == OK ? ERR_INTERNAL : err;
}
