/* What Prometheus reads (text format 0.0.4): the one writer of it, and the histograms that both programs
 * fill.
 *
 * It owns no figure and knows no metric: those are tables of the programs (metrics.def). It refuses nothing:
 * names and help come from the tables, and a label's value, which doesn't, is escaped. */
#ifndef INVIGIL_CORE_EXPOSITION_H
#define INVIGIL_CORE_EXPOSITION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

#define SCALE_MOST 15

/* The upper bounds of a histogram's rows, ascending; one more row is behind the last, +Inf. */
struct scale {
	unsigned count;
	double bounds[SCALE_MOST];
};

/* From half a millisecond to half a minute: how long anything takes that somebody waits for. */
extern const struct scale scale_seconds;

/* The row for `value`: 0 to `count`. */
unsigned scale_row(const struct scale *scale, double value);

struct histogram {
	uint64_t rows[SCALE_MOST + 1]; /* by the scale's rows, not cumulative */
	double sum;		       /* of the values */
};

void histogram_add(struct histogram *histogram, const struct scale *scale, double value);

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* What comes before a metric's first sample. */
void exposition_head(struct buf *out, enum metric_kind kind, const char *name, const char *help);
/* A sample. `labels`: `reason="full"`, or "". */
void exposition_count(struct buf *out, const char *name, const char *labels, uint64_t value);
void exposition_number(struct buf *out, const char *name, const char *labels, double value);
/* All samples of a histogram with these labels. */
void exposition_histogram(struct buf *out, const char *name, const char *labels, const struct scale *scale,
			  const struct histogram *histogram);
/* `name="value"`, escaped. */
void exposition_label(struct buf *out, const char *name, const char *value);
/* `prefix`_build_info. */
void exposition_build(struct buf *out, const char *prefix);

#endif
