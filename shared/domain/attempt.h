/* Attempts: what a student does with the paper. The four hot commands are batches: a REST worker passes one,
 * pushd's lane a hundred; one statement, one commit, each item with its own outcome. */
#ifndef INVIGIL_DOMAIN_ATTEMPT_H
#define INVIGIL_DOMAIN_ATTEMPT_H

#include "domain/domain.h"
#include "model/attempt.h"

MUST_CHECK enum err attempt_get(struct domain *d, const struct actor *actor, const struct id *attempt_id,
				struct doc *ret);
/* The paper without keys, for its student while IN_PROGRESS. *ret_etag is a quoted entity tag of the content.
 * When `if_none_match` matches it, *ret stays empty (text NULL). */
MUST_CHECK enum err attempt_test(struct domain *d, const struct actor *actor, const struct id *attempt_id,
				 const char *if_none_match, struct doc *ret, const char **ret_etag);

/* What every hot command has: on whose behalf, on which attempt, and what came of it. */
struct attempt_command {
	struct actor actor;
	struct id attempt_id;
	/* out */
	enum err err;	/* OK: committed. ERR_AUTH_FAILED, ERR_ATTEMPT_NOT_FOUND, ERR_ACCESS_DENIED,
			   ERR_QUESTION_NOT_IN_TEST, ERR_ATTEMPT_TIME_EXPIRED …; ERR_MEMORY: committed, but
			   there is no `doc` to tell it */
	struct doc doc; /* what REST answers */
};

struct answer_command {
	struct attempt_command base;
	const struct answer_input *answers; /* all are saved, or none */
	size_t count;
};

struct progress_command {
	struct attempt_command base;
	struct progress_input in;
};

struct highlight_command {
	struct attempt_command base;
	struct highlight_input in;
};

struct violation_command {
	struct attempt_command base;
	struct violation_input in;
};

/* The return value is about the statement as a whole: not OK means that nothing was committed, for no item
 * (or that nobody knows: ERR_UNAVAILABLE). Each OK item's events are in the outbox, in order. What is wrong
 * with an item that is ERR_VALIDATION (the paper has no such place) is in d->problems. */
MUST_CHECK enum err attempt_answer(struct domain *d, struct answer_command *items, size_t count);
MUST_CHECK enum err attempt_progress(struct domain *d, struct progress_command *items, size_t count);
MUST_CHECK enum err attempt_highlight(struct domain *d, struct highlight_command *items, size_t count);
MUST_CHECK enum err attempt_violation(struct domain *d, struct violation_command *items, size_t count);

/* Submits and scores. Again: the same document, no second event. */
MUST_CHECK enum err attempt_submit(struct domain *d, const struct actor *actor, const struct id *attempt_id,
				   struct doc *ret);

#endif
