/* For this folder and its tests: what marking makes of attempts, as the arrays that the database is given.
 * The end of an attempt is attempt_submit (attempt.h); of a session, session_complete and session_expire
 * (session.h). */
#ifndef INVIGIL_DOMAIN_CLOSING_H
#define INVIGIL_DOMAIN_CLOSING_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "db/rows.h"
#include "domain/scoring.h"

/* Parallel: an element per attempt. */
struct results {
	struct array attempts; /* uuid[] */
	struct array scores;   /* numeric[] */
	struct array raws;     /* numeric[] */
	struct array marks;    /* text[]: each a numeric[], points by question number */
	struct array tables;   /* text[] */
	struct array scaled;   /* boolean[] */
};

void results_init(struct results *results, struct arena *arena);
/* One attempt: `marks` are the points for questions 1 to `count`. Memory shows at array_text. */
void results_add(struct results *results, const struct mark_sheet *sheet, const struct id *attempt_id,
		 const double *marks, size_t count);

#endif
