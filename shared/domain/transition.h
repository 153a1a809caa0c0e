/* For the files of this folder: the table of transitions (model/transitions.def), as commands on the database
 * use it. */
#ifndef INVIGIL_DOMAIN_TRANSITION_H
#define INVIGIL_DOMAIN_TRANSITION_H

#include "db/rows.h"
#include "domain/domain.h"
#include "model/session.h"

/* The statuses that allow `command`, as text[], and the one that it leads to: the guard and the change of its
 * statement. A command that leaves the status as it is ignores *ret_to. */
MUST_CHECK enum err transition_statuses(struct arena *arena, enum session_command command,
					const char **ret_from, const char **ret_to);

/* As domain_reply; when the status was another (outcome INVALID_SESSION_STATUS, the status as doc), the error
 * that the table names for it. */
MUST_CHECK enum err transition_reply(struct domain *d, const struct rows *rows, enum session_command command,
				     struct doc *ret);

#endif
