/* What pushd counts: the rows of metrics.def, in one struct of plain numbers that only the loop's thread
 * touches. Lanes and the bus reader hand their figures over with their results. */
#ifndef INVIGIL_PUSHD_METRICS_H
#define INVIGIL_PUSHD_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/err.h"
#include "core/exposition.h"

struct metrics {
#define COUNTER(field, name, help)	    uint64_t field;
#define READING(field, kind, name, help)    double field;
#define HISTOGRAM(field, scale, name, help) struct histogram field;
#include "pushd/metrics.def"
#undef COUNTER
#undef READING
#undef HISTOGRAM
	uint64_t refused[ERR_COUNT]; /* who wasn't let in, by reason */
	int64_t started_at;	     /* clock_monotonic() when pushd started */
};

/* The row of the size histogram for a message of `len` bytes. */
unsigned metrics_size_row(size_t len);
/* Counted under the first error that has this one's public code, as a label may come only once. */
void metrics_refused(struct metrics *metrics, enum err err);
/* A message of `len` bytes, of that row, was written to a socket. */
void metrics_sent(struct metrics *metrics, size_t len, unsigned size_row);
void metrics_closed(struct metrics *metrics, double seconds);
/* An event has reached all its listeners, so many ms after its time in the table. Clocks of two hosts differ:
 * what would be before its time took none. */
void metrics_pushed(struct metrics *metrics, int64_t ms);
void metrics_batch(struct metrics *metrics, size_t jobs, int64_t us, enum err err);

/* Prometheus text. The readings are as they stand: who prints has read them off. */
void metrics_print(const struct metrics *metrics, struct buf *out);

#endif
