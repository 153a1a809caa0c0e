/* The database lane: threads, each with a connection and a queue of its own, so that the loop never waits.
 * What has queued up while the last statement was committing goes into the next one: jobs of one kind become
 * one batch.
 *
 * Order: jobs of one session share a thread, and in it those of one user keep theirs (jobs_pick). Results
 * come back to the loop's thread in lane_turn. The lane knows no job's meaning: kinds are rows of a table
 * (work.c).
 */
#ifndef INVIGIL_PUSHD_LANE_H
#define INVIGIL_PUSHD_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/settings.h"
#include "base/compiler.h"
#include "core/err.h"
#include "domain/domain.h"
#include "pushd/job.h"

#define LANE_BATCH_MAX 500   /* jobs that one statement serves at most */
#define LANE_QUEUE_MAX 20000 /* jobs that one thread may have waiting; more are refused */

struct lane;

/* What became of a batch. */
struct lane_report {
	const char *kind;
	size_t jobs;
	enum err err;			     /* of the statement as a whole */
	const char *message;		     /* what the database said when it failed */
	int64_t us;			     /* how long it took */
	uint64_t connects, connect_failures; /* connections that it made meanwhile, or could not make */
};

/* What the lane tells the loop's thread. */
struct lane_hooks {
	void *context;
	/* There are results: call lane_turn soon. Comes from any thread. */
	void (*wake)(void *context);
	/* One thing that a batch has published, in lane_turn, after the batch's `done` calls. */
	void (*publish)(void *context, const struct notice *notice);
	/* A batch is through. */
	void (*ran)(void *context, const struct lane_report *report);
};

/* Starts pushd_lanes threads plus one for jobs that may take long (lane_submit_slow). */
MUST_CHECK enum err lane_new(struct settings *settings, const struct job_kind *kinds,
			     const struct lane_hooks *hooks, struct lane **ret);
/* For every batch that begins from now on. */
void lane_configure(struct lane *lane, struct settings *settings);
/* Finishes what is queued for at most `wait_ms`, then stops the threads. What is left is told ERR_UNAVAILABLE
 * (its `done` is called, no hook is) and freed. */
void lane_free(struct lane *lane, int wait_ms);

/* Takes the job. False: that thread's queue is full; the job is the caller's still. */
MUST_CHECK bool lane_submit(struct lane *lane, struct job *job);
/* For what pushd itself needs (leaves, gaps): never refused. */
void lane_submit_always(struct lane *lane, struct job *job);
/* On the thread for long jobs. */
void lane_submit_slow(struct lane *lane, struct job *job);

/* Hands results to their `done` and notices to `publish`. */
void lane_turn(struct lane *lane);
/* Jobs waiting or running. */
size_t lane_depth(struct lane *lane);

#endif
