/* How many REST calls a user makes: one table in memory that all workers of a master share, so that the limit
 * is the user's and not each worker's. Approximate when it overflows: it forgets a user rather than refuse
 * one. */
#ifndef INVIGIL_APP_THROTTLE_H
#define INVIGIL_APP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/id.h"

struct throttle;

/* Made before fork: the children share it. NULL: no memory. */
struct throttle *throttle_new(void);
void throttle_free(struct throttle *throttle);
/* Counts a call at `now_ms` (monotonic) and tells whether it is within `per_minute` (0: always). A refused
 * call costs the user nothing. */
MUST_CHECK bool throttle_allow(struct throttle *throttle, const struct id *user_id, int64_t per_minute,
			       int64_t now_ms);

#endif
