/* Events on their way in: frames from the bus, notices of what the lanes' own commands published, and what is
 * read from the table when either has lost or delayed something. All of them meet in one stream per session.
 * The system's own stream (the nil session) is followed too: it tells whose rights changed. */
#ifndef INVIGIL_PUSHD_FEED_H
#define INVIGIL_PUSHD_FEED_H

#include <stdbool.h>

#include "bus/bus.h"
#include "core/err.h"
#include "pushd/pushd.h"

/* Binds the bus and starts its reader thread. ERR_CONFIG: the endpoint can't be used; `problem` says why. */
MUST_CHECK enum err feed_new(struct pushd *pushd, char problem[BUS_PROBLEM], struct feed **ret);
/* Stops the thread; no frame comes any more. The feed's reads must be over before it is freed. */
void feed_stop(struct feed *feed);
void feed_free(struct feed *feed);

/* Tells, once in a while, who wanted to send and wasn't let in. `now` is clock_monotonic(). */
void feed_look_after(struct feed *feed, int64_t now);
/* Takes the frames that have come. */
void feed_turn(struct feed *feed);
/* Reads what is still missing. */
void feed_fill(struct feed *feed);
/* What a lane published. */
void feed_notice(struct feed *feed, const struct notice *notice);
/* What the head sweep found. */
void feed_head(struct feed *feed, const struct head_item *item);
/* Whether the system's stream is followed: from then on no loss of rights is missed. */
bool feed_begun(const struct feed *feed);
/* Whether the reader thread runs. */
bool feed_works(const struct feed *feed);

/* The rooms' ways to the table. */
void feed_hole(struct feed *feed, struct stream *stream);
bool feed_read(struct feed *feed, struct stream *stream, uint64_t room, uint64_t since);
bool feed_backfill(struct feed *feed, struct room *room, uint64_t since);
bool feed_unread(struct feed *feed, struct conn *conn);

#endif
