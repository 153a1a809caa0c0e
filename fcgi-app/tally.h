/* What the workers of one master count (metrics.def), in memory that all of them share.
 *
 * Each worker writes to a place of its own, which the one that follows it goes on with: so nothing that was
 * counted is lost with whoever counted it, a killed worker included, and whoever is asked adds the places up.
 * Cells are atomic because a worker's threads share its place and others read it; nothing is ordered by them.
 * Where there is no master (a web server spawned the worker, or runs it as CGI) there is nobody to hold the
 * places: nothing is counted, and the answer says so. */
#ifndef INVIGIL_APP_TALLY_H
#define INVIGIL_APP_TALLY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "core/err.h"
#include "core/exposition.h"
#include "fcgi-app/http/route.h"

#define STATUS_CLASSES	4		 /* 2xx to 5xx */
#define HISTOGRAM_CELLS (SCALE_MOST + 2) /* the rows and the sum, in microseconds */

enum request_kind { REQUEST_HOT, REQUEST_SLOW, REQUEST_OTHER, REQUEST_KINDS };
enum refusal { REFUSED_RATE, REFUSED_FULL, REFUSALS };
enum failure { FAILED_UNAVAILABLE, FAILED_RETRY, FAILED_OTHER, FAILURES };

/* The first cell of each metric. */
enum tally_cell {
#define METRIC(id, kind, cells, labels, name, help) TALLY_##id, TALLY_##id##_LAST = TALLY_##id + (cells)-1,
#include "fcgi-app/metrics.def"
#undef METRIC
	TALLY_CELLS
};

struct tally;
struct tally_place;

/* Made before the fork. NULL: no memory. */
struct tally *tally_new(int places);
void tally_free(struct tally *tally);
/* NULL for no tally. */
struct tally_place *tally_place(struct tally *tally, int number);

/* A place that is NULL counts nothing. */
void tally_add(struct tally_place *place, int cell);
/* For gauges. */
void tally_set(struct tally_place *place, int cell, uint64_t value);
/* A request that was answered. `route`: NULL when none was found. */
void tally_request(struct tally_place *place, const struct route *route, int status, int64_t us);
/* A statement of the database. */
void tally_statement(struct tally_place *place, int64_t us, enum err err);

/* Prometheus text. NULL: nothing but that there are no figures. */
void tally_print(const struct tally *tally, struct buf *out);

#endif
