/* One stream of events, made whole: what arrives late, twice or not at all is delivered in order and once.
 *
 * A stream knows the last id it delivered and the highest it has heard of. The next one is delivered; a lower
 * one is dropped; a higher one is held for a moment, since copies overtake each other, and then what is
 * missing is read from the table. It owns the events it holds; who reads, who delivers and who has a clock is
 * its owner's business. */
#ifndef INVIGIL_PUSHD_STREAM_H
#define INVIGIL_PUSHD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/list.h"
#include "wire/event.h"

#define STREAM_HELD_MAX 512 /* events held; more are dropped here and read later */
#define STREAM_PAGE	500 /* events read at once */

struct stream;

struct stream_ops {
	/* False: it can't be now (no memory); it will be tried again from a page. */
	bool (*deliver)(struct stream *stream, const struct event *event);
	/* Events before `event_id` are gone for good (deleted by retention): it comes next. */
	void (*skipped)(struct stream *stream, uint64_t event_id);
	/* Events are missing: call stream_fill in some milliseconds. */
	void (*hole)(struct stream *stream);
	/* Read at most STREAM_PAGE events after `since`, then call stream_page. False: can't now. */
	bool (*read)(struct stream *stream, uint64_t since);
	/* A copy of what had been delivered came, and goes nowhere. May be NULL. */
	void (*repeated)(struct stream *stream);
};

struct stream {
	struct id id;
	const struct stream_ops *ops;
	bool known;	  /* `last` means something; until then everything is held */
	bool reading;	  /* stream_page will be called */
	bool denied;	  /* the last page had nothing, something is held, and nothing was delivered since */
	uint64_t last;	  /* the newest event delivered */
	uint64_t head;	  /* the newest event known to exist */
	struct list held; /* events beyond the next one, ascending */
	size_t held_count;
	struct list in_holes; /* the feed's list of streams that wait for stream_fill */
};

void stream_init(struct stream *stream, const struct id *id, const struct stream_ops *ops);
void stream_done(struct stream *stream);

/* From here on: everything after `last` is delivered. Only the first call counts. */
void stream_begin(struct stream *stream, uint64_t last);
/* A copy of an event. */
void stream_offer(struct stream *stream, const struct event *event);
/* The stream has grown to `head`: reads it at once, or gives copies on their way a moment to arrive. */
void stream_grown(struct stream *stream, uint64_t head, bool at_once);
/* Asks for what is missing, if it is still missing and nobody is reading. */
void stream_fill(struct stream *stream);
/* What a read gave, ascending; `failed`: nothing was learnt. */
void stream_page(struct stream *stream, const struct event *items, size_t count, bool failed);
/* Whether something is missing. */
bool stream_has_hole(const struct stream *stream);

#endif
