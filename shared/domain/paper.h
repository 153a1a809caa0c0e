/* A paper: its passages, questions and keys, as the body of POST /tests and of PUT /tests/{id} brings it. */
#ifndef INVIGIL_DOMAIN_PAPER_H
#define INVIGIL_DOMAIN_PAPER_H

#include "domain/domain.h"

/* Bounds that others keep, too: whoever reads a file says what is beyond them before it is refused. */
enum {
	PAPER_TITLE_MOST = 200, /* characters; of a passage's title, too */
	PAPER_QUESTIONS_MOST = 500,
	PAPER_PASSAGE_QUESTIONS_MOST = 200,
	PAPER_TIME_LIMIT_MOST = 7 * 24 * 3600, /* seconds; a session's own limit is bound likewise */
};

/* Reads and checks a whole body (NewTest in openapi.json), gives numbers, default points and ids (an id that
 * the body brings and that is a UUID is kept, so that a PUT of what a GET gave keeps its questions), and
 * writes the normalised text that the database stores. False: d->problems tells what is wrong, by path;
 * nothing there: memory ran out, which the arena knows. */
MUST_CHECK bool paper_normalise(struct domain *d, const json_value *body, const char **ret_normalised);

#endif
