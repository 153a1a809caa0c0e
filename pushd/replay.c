/* Bringing newcomers up to date: from the ring as far as it goes, from pages of the table for those whom it
 * doesn't reach, one page for all who wait; an inbox from what its user hasn't read. Whoever doesn't read
 * what he is given is given no more until he has. */
#include "base/clock.h"
#include "pushd/farewell.h"
#include "pushd/room_inside.h"

static bool waits(const struct conn *conn)
{
	return conn->state == CONN_REPLAYING && !conn->snapshot_due && !conn->unread_until && !conn->stalled;
}

/* Room for one more without tripping the latch: who resumes is fed as he reads. */
static bool has_appetite(struct conn *conn)
{
	if (conn_queued(conn) <= conn->queue_limit / 2)
		return true;
	conn->stalled = true;
	return false;
}

void room_tell_arrived(struct conn *conn)
{
	struct scene scene;

	if (!conn->dialect->arrived || conn->state != CONN_LIVE)
		return;
	scene = room_scene(conn, clock_now());
	conn_tell(conn, conn->dialect->arrived(&scene));
}

/* Takes the connection along the ring as far as it goes; LIVE when it has arrived. */
static void catch_up(struct room *room, struct conn *conn)
{
	while (waits(conn)) {
		struct recent *recent;

		if (conn->cursor >= room->stream.last) {
			conn_enter(conn, CONN_LIVE);
			room_tell_arrived(conn);
			return;
		}
		recent = ring_find(&room->ring, conn->cursor + 1);
		if (!recent || !has_appetite(conn))
			return;
		room->rooms->metrics->replayed++;
		room_give(conn, recent);
	}
}

/* Everybody who waits goes along the ring; for those whom it doesn't reach, one page is asked for. */
void room_replay(struct room *room)
{
	struct room_ops *ops = &room->rooms->ops;
	uint64_t since = UINT64_MAX;

	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		catch_up(room, conn);
		if (waits(conn) && conn->cursor < since)
			since = conn->cursor;
	}
	if (since == UINT64_MAX || room->paging)
		return;
	room->paging = ops->backfill(ops->context, room, since);
	if (!room->paging)
		room_page(room, since, NULL, 0, true);
}

/* What he wanted is not there any more. */
static void give_up(struct room *room, struct conn *conn)
{
	conn->cursor = room->stream.last;
	room_resync(room, conn);
	catch_up(room, conn);
}

static void page_event(struct room *room, uint64_t since, struct recent *recent)
{
	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		if (!waits(conn) || conn->cursor < since || recent->event.event_id <= conn->cursor)
			continue;
		if (recent->event.event_id != conn->cursor + 1) {
			give_up(room, conn);
		} else if (has_appetite(conn)) {
			room->rooms->metrics->replayed++;
			room_give(conn, recent);
		}
	}
}

void room_page(struct room *room, uint64_t since, const struct event *items, size_t count, bool failed)
{
	room->paging = false;
	for (size_t i = 0; i < count; i++) {
		struct recent *recent = recent_new(&items[i]);

		if (!recent)
			failed = true;
		else
			page_event(room, since, recent);
		recent_free(recent);
	}
	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		catch_up(room, conn);
		if (!waits(conn) || conn->cursor < since)
			continue;
		if (failed)
			farewell(conn, ERR_UNAVAILABLE);
		else if (conn->cursor == since && !count)
			give_up(room, conn);
	}
	if (!failed)
		room_replay(room);
}

/* --- an inbox's unread --- */

void room_ask_unread(struct room *room, struct conn *conn)
{
	struct room_ops *ops = &room->rooms->ops;

	if (!ops->unread(ops->context, conn))
		farewell(conn, ERR_MEMORY);
}

void room_unread(struct conn *conn, const struct event *items, size_t count, bool failed)
{
	struct room *room = conn->room;

	if (failed) {
		farewell(conn, ERR_UNAVAILABLE);
		return;
	}
	for (size_t i = 0; i < count && conn->state == CONN_REPLAYING; i++) {
		struct recent *recent;

		/* the rest is asked for again when he has read these */
		if (!has_appetite(conn))
			return;
		recent = recent_new(&items[i]);
		if (!recent) {
			farewell(conn, ERR_MEMORY);
			return;
		}
		room->rooms->metrics->replayed++;
		room_give(conn, recent);
		recent_free(recent);
	}
	if (conn->state != CONN_REPLAYING)
		return;
	if (count == STREAM_PAGE) {
		room_ask_unread(room, conn);
		return;
	}
	if (conn->cursor < conn->unread_until)
		conn->cursor = conn->unread_until;
	conn->unread_until = 0;
	room_replay(room);
}

void room_drained(struct conn *conn)
{
	if (!conn->stalled)
		return;
	conn->stalled = false;
	if (conn->room && conn->unread_until)
		room_ask_unread(conn->room, conn);
	else if (conn->room)
		room_replay(conn->room);
}
