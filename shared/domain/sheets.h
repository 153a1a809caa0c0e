/* The mark sheets of the papers that this process has seen lately, by test version: compiled once, used for a
 * whole class and by all threads. A version that has been used never changes, so a sheet is never out of
 * date. */
#ifndef INVIGIL_DOMAIN_SHEETS_H
#define INVIGIL_DOMAIN_SHEETS_H

#include "base/compiler.h"
#include "base/id.h"
#include "domain/scoring.h"

#define SHEETS_MAX 64

/* The sheet, to be given back with sheets_release; NULL: not here, or the least recently used of too many. */
const struct mark_sheet *sheets_find(const struct id *version_id);
/* Takes the sheet, and returns what to use instead, to be given back with sheets_release: another thread may
 * have been faster. NULL: no memory, and the sheet is gone. */
MUST_CHECK const struct mark_sheet *sheets_keep(const struct id *version_id, struct mark_sheet *sheet);
/* Accepts NULL. */
void sheets_release(const struct mark_sheet *sheet);

#endif
