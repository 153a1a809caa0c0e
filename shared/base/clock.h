/* The two clocks, and the contract's time format. All values are milliseconds, but for clock_micros. */
#ifndef INVIGIL_BASE_CLOCK_H
#define INVIGIL_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define TIME_TEXT 25 /* "2026-01-18T10:30:00.000Z" and the terminator */

/* Milliseconds since 1970 UTC, as the wall clock has it. */
int64_t clock_now(void);
/* Milliseconds that only ever grow: for intervals. */
int64_t clock_monotonic(void);
/* The same in microseconds: how long what is short takes. */
int64_t clock_micros(void);
/* RFC 3339 UTC with milliseconds; returns `text`. Years 0000 to 9999, others are clamped. */
char *time_format(int64_t ms, char text[TIME_TEXT]);
/* Reads RFC 3339 with any offset and fraction; false for anything else, and for what isn't in the years 0001
 * to 9999 UTC: the database's calendar has no year 0. */
MUST_CHECK bool time_parse(const char *text, int64_t *ret_ms);

#endif
