/* What pushd counts. One struct of plain numbers that only the loop's thread touches: lanes and the bus
 * reader hand their figures over with their results. */
#ifndef INVIGIL_PUSHD_METRICS_H
#define INVIGIL_PUSHD_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/err.h"

#define METRICS_SIZES	  10 /* rows of the message size histogram, the last being +Inf */
#define METRICS_DURATIONS 10 /* of the connection duration histogram */
#define METRICS_BATCHES	  9  /* of the batch size histogram */

struct metrics {
	int64_t started_at;		       /* clock_monotonic() when pushd started */
	int64_t connections;		       /* open sockets, those that are closing included */
	uint64_t opened;		       /* sockets ever upgraded */
	uint64_t let_in;		       /* of those, who was let in */
	uint64_t refused[ERR_COUNT];	       /* and who wasn't, by reason */
	uint64_t received;		       /* messages from clients */
	uint64_t sent;			       /* messages written to sockets */
	uint64_t sizes[METRICS_SIZES];	       /* of those, by size */
	uint64_t sent_bytes;		       /* and their bytes */
	uint64_t durations[METRICS_DURATIONS]; /* closed connections by how long they were open */
	double duration_seconds;	       /* and the sum of it */
	uint64_t closed;		       /* connections that ended */
	uint64_t slow;			       /* of those, too slow to read (1013) */
	uint64_t dead;			       /* left two pings unanswered */
	uint64_t events;		       /* events that rooms delivered */
	uint64_t duplicates;		       /* copies of events that had been delivered */
	uint64_t gaps;			       /* reads of events that the bus had lost or delayed */
	uint64_t replayed;		       /* events sent to those who resumed */
	uint64_t resyncs;		       /* who had missed too much */
	uint64_t bus_bad;		       /* frames that were none */
	uint64_t bus_refused;		       /* tries of peers that may not send */
	uint64_t bus_dropped;		       /* frames that the loop was too busy to take */
	uint64_t batches;		       /* statements the lanes ran */
	uint64_t batch_rows[METRICS_BATCHES];  /* by how many jobs they served */
	uint64_t batch_jobs;		       /* and the sum of it */
	uint64_t batch_failures;	       /* of those, failed as a whole */
	uint64_t jobs_refused;		       /* commands turned away because a lane's queue was full */
};

/* The row of the size histogram for a message of `len` bytes. */
unsigned metrics_size_row(size_t len);
/* Counted under the first error that has this one's public code, as a label may come only once. */
void metrics_refused(struct metrics *metrics, enum err err);
/* A message of `len` bytes, of that row, was written to a socket. */
void metrics_sent(struct metrics *metrics, size_t len, unsigned size_row);
void metrics_closed(struct metrics *metrics, double seconds);
void metrics_batch(struct metrics *metrics, size_t jobs, enum err err);

/* Prometheus text; `rooms` and `queued` are gauges that others own. */
void metrics_print(const struct metrics *metrics, size_t rooms, size_t queued, struct buf *out);

#endif
