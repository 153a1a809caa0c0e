/* Sessions whose time is over and that couldn't be ended. Each is left alone for a while, so that it keeps no
 * other from ending in time. */
#ifndef INVIGIL_PUSHD_OVERDUE_H
#define INVIGIL_PUSHD_OVERDUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "wire/json.h"

struct overdue;

MUST_CHECK struct overdue *overdue_new(void);
/* Accepts NULL. */
void overdue_free(struct overdue *overdue);

/* It is left alone from `now` on: for a moment when somebody else was just at it; when ending it `failed`,
 * for a second, and each time for twice as long, up to a minute. False: no memory. */
MUST_CHECK bool overdue_put_off(struct overdue *overdue, const struct id *session_id, bool failed,
				int64_t now);
/* It has ended. */
void overdue_forget(struct overdue *overdue, const struct id *session_id);
/* Which are left alone now; forgets those that nobody has asked to be left alone again for long. False: no
 * memory. */
MUST_CHECK bool overdue_list(struct overdue *overdue, int64_t now, struct arena *arena, struct id_list *ret);

#endif
