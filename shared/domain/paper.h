/* A paper: its passages, questions and keys, as the body of POST /tests and of PUT /tests/{id} brings it. */
#ifndef INVIGIL_DOMAIN_PAPER_H
#define INVIGIL_DOMAIN_PAPER_H

#include "domain/domain.h"

/* Reads and checks a whole body (NewTest in openapi.json), gives numbers, default points and ids (an id that
 * the body brings and that is a UUID is kept, so that a PUT of what a GET gave keeps its questions), and
 * writes the normalised text that the database stores. False: d->problems tells what is wrong, by path;
 * nothing there: memory ran out, which the arena knows. */
MUST_CHECK bool paper_normalise(struct domain *d, const json_value *body, const char **ret_normalised);

#endif
