/* Jobs: what the loop wants of the database, and which of them go there together. */
#ifndef INVIGIL_PUSHD_JOB_H
#define INVIGIL_PUSHD_JOB_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "base/list.h"
#include "core/err.h"
#include "domain/domain.h"

/* One thing to be done. Lives, with all it points to, in its own arena; results point into the batch's arena
 * and are gone after `done`. */
struct job {
	struct list in_queue;
	struct arena *arena;
	int kind;				      /* its row in the table of kinds */
	struct id session_id;			      /* decides the thread */
	struct id user_id;			      /* keeps the order; nil: none to keep */
	enum err err;				      /* what became of it */
	const struct problems *problems;	      /* with ERR_VALIDATION; may be NULL */
	void (*done)(struct job *job, void *context); /* in the loop's thread; must not free it */
	void *context;
};

/* How jobs of one kind are run: all of a batch in one go, each with its own `err`. The return value is about
 * the statement as a whole: not OK means that nothing was committed for any of them. */
struct job_kind {
	const char *name;
	enum err (*run)(struct domain *domain, struct job **jobs, size_t count);
};

/* A job of `size` bytes (struct job first), zeroed, in an arena of its own. NULL: no memory. */
MUST_CHECK void *job_new(size_t size, int kind, const struct id *session_id, const struct id *user_id);
void job_free(struct job *job);

/* Takes the next batch out of `queue` (at most `most` jobs into `ret`): the first job, and all of its kind
 * behind it that pass no earlier job of their user, never two of one user. Looks at no more than `look` jobs,
 * those not counted that wait for another of their user. Returns how many. */
size_t jobs_pick(struct list *queue, struct job **ret, size_t most, size_t look);

#endif
