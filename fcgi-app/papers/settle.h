/* From a draft to a body of POST /tests. */
#ifndef INVIGIL_APP_PAPERS_SETTLE_H
#define INVIGIL_APP_PAPERS_SETTLE_H

#include "fcgi-app/papers/draft.h"

/* The body with only those questions that a paper can hold; each of the others gets its remark.
 * ERR_VALIDATION: there is none, or the rest is wrong; d->problems says so. `title`: for a file without. */
MUST_CHECK enum err draft_settle(struct domain *d, struct draft *draft, const char *title,
				 const char **ret_normalised);

#endif
