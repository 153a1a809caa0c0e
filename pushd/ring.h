/* The newest events of a room, each encoded at most once per dialect. Whoever was away for a moment resumes
 * from here without a question to the database. */
#ifndef INVIGIL_PUSHD_RING_H
#define INVIGIL_PUSHD_RING_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "pushd/dialect/dialect.h"
#include "wire/event.h"

#define RING_EVENTS 512		 /* events kept at most … */
#define RING_BYTES  (256 * 1024) /* … and bytes of payload */

/* One event with its wire forms. */
struct recent {
	struct event event; /* the payload is behind it, in the same block */
	struct message *wire[DIALECT_COUNT];
	bool tried[DIALECT_COUNT]; /* wire is what the dialect makes of it; NULL: nothing */
};

/* A copy; NULL: no memory. */
MUST_CHECK struct recent *recent_new(const struct event *event);
void recent_free(struct recent *recent);
/* Its wire form, borrowed; *ret NULL: the dialect has none. ERR_MEMORY: it couldn't be made. */
MUST_CHECK enum err recent_wire(struct recent *recent, const struct dialect *dialect,
				const struct scene *scene, struct message **ret);

/* Zeroed: empty. The ids in it have no holes. */
struct ring {
	struct recent *items[RING_EVENTS];
	size_t first;
	size_t count;
	size_t bytes;
};

void ring_clear(struct ring *ring);
/* Takes the recent as the newest; the oldest make room. One that isn't the next of the newest clears the ring
 * first. */
void ring_take(struct ring *ring, struct recent *recent);
/* NULL: not in here (any more). */
struct recent *ring_find(const struct ring *ring, uint64_t event_id);

#endif
