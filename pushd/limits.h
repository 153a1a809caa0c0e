/* How much one user, one address and one connection may ask for. Windows slide: the last minute's count is
 * the current minute's plus what still counts of the one before. Memory is bounded: what has gone quiet is
 * swept, and while there are too many keys no more are counted: a new user is let in, a new address's failure
 * is one too many. */
#ifndef INVIGIL_PUSHD_LIMITS_H
#define INVIGIL_PUSHD_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/id.h"
#include "core/config.h"

#define WINDOW_MS 60000

/* A count over the last minute. Zeroed: nothing counted. */
struct window {
	int64_t start;	 /* ms; 0: never used */
	uint32_t now;	 /* counted since then */
	uint32_t before; /* counted in the minute before that */
};

/* Counts one more and tells whether it is within `most` a minute. One that isn't is not counted: who waits,
 * gets in. */
MUST_CHECK bool window_take(struct window *window, int64_t most, int64_t now);

struct limits;

MUST_CHECK struct limits *limits_new(void);
void limits_free(struct limits *limits);

/* A connection attempt with a good token. False: too many this minute. */
MUST_CHECK bool limits_attempt(struct limits *limits, const struct config *config, const struct id *user_id,
			       int64_t now);
/* An attempt with a bad token. False: this address has had too many failures. */
MUST_CHECK bool limits_failure(struct limits *limits, const struct config *config, const struct id *address,
			       int64_t now);
/* Forgets who has been quiet for two minutes. */
void limits_sweep(struct limits *limits, int64_t now);
size_t limits_count(const struct limits *limits);

/* Whether a page from `origin` may connect: no list lets everybody in, no origin is a program and not a page.
 */
bool limits_origin(const struct config *config, const char *origin);

#endif
