/* A class's roster from a spreadsheet: who of its lines has an account is enrolled. */
#ifndef INVIGIL_DOMAIN_ROSTER_H
#define INVIGIL_DOMAIN_ROSTER_H

#include "domain/domain.h"

/* `bytes` is CSV with a column of addresses: the one that its header calls so, else each line's first cell
 * with an @. The students that it finds, and that aren't in the class, are enrolled, all or none; the answer
 * says of every line what became of it. `dry_run`: nobody is. */
MUST_CHECK enum err class_roster(struct domain *d, const struct actor *actor, const struct id *class_id,
				 const char *bytes, size_t len, bool dry_run, struct doc *ret);

#endif
