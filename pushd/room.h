/* A room is the connections of one session, or of one inbox, and its stream of events. Everybody in it has a
 * cursor: the last event he got or skipped. Newcomers are brought up to the room's last event, from its ring
 * or from the table, and then hear what all hear; an event at or below a cursor is never sent.
 *
 * Reading is the feed's: the room asks through room_ops and is given pages. A room without connections is
 * freed by rooms_sweep. */
#ifndef INVIGIL_PUSHD_ROOM_H
#define INVIGIL_PUSHD_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "domain/classroom.h"
#include "domain/session.h"
#include "pushd/conn.h"
#include "pushd/dialect/dialect.h"
#include "pushd/groups.h"
#include "pushd/metrics.h"
#include "pushd/stream.h"

struct room;
struct rooms;

struct room_ops {
	void *context;
	/* The stream misses events: room_fill soon. */
	void (*hole)(void *context, struct stream *stream);
	/* Read at most STREAM_PAGE events after `since` for the room's stream: then room_stream_page. */
	bool (*read)(void *context, struct stream *stream, uint64_t since);
	/* Likewise for those who resume: then room_page. */
	bool (*backfill)(void *context, struct room *room, uint64_t since);
	/* Read what the connection's dialect begins with: then room_snapshot. */
	void (*opening)(void *context, struct conn *conn);
	/* Read at most STREAM_PAGE of the notifications after conn->cursor that its user hasn't read: then
	 * room_unread. */
	bool (*unread)(void *context, struct conn *conn);
};

MUST_CHECK struct rooms *rooms_new(const struct room_ops *ops, struct metrics *metrics);
/* The connections must be gone. Accepts NULL. */
void rooms_free(struct rooms *rooms);
size_t rooms_count(const struct rooms *rooms);
/* Borrowed, or NULL. */
struct room *rooms_find(const struct rooms *rooms, const struct id *session_id);
/* Made when it isn't there; NULL: no memory. */
MUST_CHECK struct room *rooms_open(struct rooms *rooms, const struct id *session_id);
/* Walks the rooms: *at = 0 first; NULL at the end. Nothing may be opened or swept meanwhile. */
struct room *rooms_next(const struct rooms *rooms, size_t *at);
/* Frees the rooms that nobody is in. */
void rooms_sweep(struct rooms *rooms);

/* Many events are to come: what one room has of them goes out together, some at a time. Until rooms_release
 * nothing but events may be given to a room. */
void rooms_hold(struct rooms *rooms);
void rooms_release(struct rooms *rooms);

/* Names this room among all that ever were: a page that comes too late finds another one. */
uint64_t room_serial(const struct room *room);
const struct id *room_session(const struct room *room);
struct stream *room_stream(struct room *room);
/* Connections in it. */
size_t room_count(const struct room *room);
/* Of those, the ones of an inbox: its stream's id is their user's, and no session has it. */
size_t room_inboxes(const struct room *room);
/* Staff of the session that has been let in. */
size_t room_staff(const struct room *room);

/* A connection asks to come in. */
void room_add(struct room *room, struct conn *conn);
/* What decides who hears of whom, and the name it goes by: known before the first connection is let into a
 * session. Takes the groups.
 */
bool room_knows(const struct room *room);
void room_learn(struct room *room, const struct classroom *classroom, struct groups *groups);
/* "" before room_learn. */
const char *room_join_code(const struct room *room);
/* The session's groups, NULL before room_learn; `version` counts their changes by events. */
const struct groups *room_groups(const struct room *room);
uint64_t room_groups_version(const struct room *room);
/* Somebody may have left them unheard: they are in doubt until room_learn. */
void room_doubt_groups(struct room *room);
bool room_groups_doubted(const struct room *room);

/* It may: decides where in the stream it begins, says `connected`, and brings it up to date, after its
 * opening where its dialect has one (room_snapshot); an inbox is first given what is unread. `replay_most`:
 * who has missed more must fetch his state. */
void room_admit(struct room *room, struct conn *conn, const struct connect_item *item, int64_t replay_most,
		int64_t now);
/* Reads its opening, once more for one that is in already; not when that is under way. */
void room_open(struct conn *conn);
void room_snapshot(struct room *room, struct conn *conn, const struct doc *doc, int64_t now);
/* The last event that it got, had no right to, or asked to skip. What only staff may hear isn't even noted
 * with the others. */
uint64_t room_cursor(const struct conn *conn);
/* What is said to this connection of its room. */
struct scene room_scene(const struct conn *conn, int64_t now);
/* Everybody who has been let in: *at = NULL first, NULL at the end. */
struct conn *room_next(const struct room *room, struct conn *at);
/* It is closing. */
void room_remove(struct conn *conn);
/* Its queue is empty again. */
void room_drained(struct conn *conn);
/* A page for those who resume: the events after `since`. `failed`: the database didn't answer. */
void room_page(struct room *room, uint64_t since, const struct event *items, size_t count, bool failed);

/* A page of what the connection's user hasn't read; fewer than STREAM_PAGE: that was all. */
void room_unread(struct conn *conn, const struct event *items, size_t count, bool failed);
/* The presence of one in the room has changed: `doc` is for those who may hear it. */
void room_presence(struct conn *conn, const struct doc *doc);

/* The session is no more: everybody is told and sent away. */
void room_gone(struct room *room);

/* A roster may have changed, and with it the staff's figures. */
void room_doubt_figures(struct room *room);
/* Whether the staff's figures may have changed since they were last asked for, and it is time to ask: at most
 * once a second. True once per change. */
bool room_figures_due(struct room *room, int64_t now);
/* The first staff connection has come: the figures now are what later ones are compared with. */
bool room_baseline_due(struct room *room);
/* The figures; sent to the staff when they differ from the last. NULL: couldn't be read. */
void room_figures(struct room *room, const char *stats, bool baseline, int64_t now, int64_t wall);

#endif
