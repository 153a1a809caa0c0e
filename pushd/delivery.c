/* Where events meet connections: each event of a room's stream, once, to everybody who is LIVE and may hear
 * it. */
#include <string.h>

#include "base/clock.h"
#include "pushd/audience.h"
#include "pushd/dialect/json_syntax.h"
#include "pushd/farewell.h"
#include "pushd/room_inside.h"

static struct room *of_stream(struct stream *stream)
{
	return list_entry(stream, struct room, stream);
}

struct scene room_scene_for_all(const struct room *room, int64_t now)
{
	return (struct scene){
	    .session_id = room->stream.id,
	    .join_code = room->join_code,
	    .ends_at = room->ends_at,
	    .over = room->over,
	    .now = now,
	};
}

/* The one place where an event meets a connection. Who would miss it shall come again and resume. */
static void give(const struct room *room, struct conn *conn, struct recent *recent, const struct scene *scene)
{
	struct message *message;
	enum err err;

	if (recent->event.event_id <= conn->cursor)
		return;
	conn->cursor = recent->event.event_id;
	if (!audience_allows(&recent->event, &conn->actor, room->groups))
		return;
	err = recent_wire(recent, conn->dialect, scene, &message);
	if (err)
		farewell(conn, err);
	else if (message)
		conn_push(conn, message);
}

void room_give(struct conn *conn, struct recent *recent)
{
	struct scene scene = room_scene_for_all(conn->room, 0);

	give(conn->room, conn, recent, &scene);
}

static enum err follow_groups(struct room *room, const struct event *event)
{
	if (event->type != EVENT_GROUP_UPDATED || !room->groups)
		return OK;
	room->groups_version++;
	return groups_update(room->groups, event->payload, event->payload_len);
}

/* Who is in which group can't be known from the events any more: they shall come again, for which the groups
 * are read. */
static void give_out(struct room *room)
{
	list_each (node, &room->listeners)
		farewell(list_entry(node, struct conn, in_room), ERR_UNAVAILABLE);
	ring_clear(&room->ring);
	room->known = false;
}

static int64_t ends_at_of(const struct event *event)
{
	char text[TIME_TEXT + 8] = "";
	struct json_part part;
	int64_t ends_at;

	if (json_syntax_member(event->payload, event->payload_len, "ends_at", &part) && part.value_len > 2 &&
	    part.value_len < sizeof(text))
		memcpy(text, part.value + 1, part.value_len - 2);
	return time_parse(text, &ends_at) ? ends_at : SESSION_NO_DEADLINE;
}

/* The clock runs from the start of the session, and stops with it. */
static void follow_clock(struct room *room, const struct event *event)
{
	if (event->type == EVENT_SESSION_COMPLETED)
		room->over = true;
	if (event->type == EVENT_SESSION_STARTED)
		room->ends_at = ends_at_of(event);
}

/* While the kernel is busy with one connection, the memory of the ones behind it is fetched: a thousand of
 * them don't fit the cache. */
FETCHES expect(const struct room *room, const struct list *node)
{
	const struct list *next = node->next, *later = next->next;
	const char *conn = (const char *)list_entry(later, struct conn, in_room);

	if (next == &room->listeners)
		return;
	outlet_expect(&list_entry(next, struct conn, in_room)->outlet);
	__builtin_prefetch(conn);
	__builtin_prefetch(conn + CACHE_LINE);
	__builtin_prefetch(conn + CONN_HOT - 1);
}

static bool deliver(struct stream *stream, const struct event *event)
{
	struct room *room = of_stream(stream);
	struct recent *recent = recent_new(event);
	bool staff_only = audience_is_staff(event), heard = false;
	enum err err = recent ? follow_groups(room, event) : ERR_MEMORY;
	struct scene scene;

	if (err)
		recent_free(recent);
	if (err == ERR_MEMORY)
		return false;
	room->rooms->metrics->events++;
	if (err) {
		give_out(room);
		return true;
	}
	follow_clock(room, event);
	ring_take(&room->ring, recent);
	if (room->staff)
		figures_event(&room->figures, event->type);
	scene = room_scene_for_all(room, 0);
	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		/* an answer is for the staff, and a student's costs the same however many there are */
		if (staff_only && !(conn->actor.role & ROLES_STAFF))
			break;
		expect(room, node);
		if (conn->state != CONN_LIVE)
			continue;
		give(room, conn, recent, &scene);
		heard = true;
	}
	if (heard)
		metrics_pushed(room->rooms->metrics, clock_now() - event->created_at);
	return true;
}

void room_resync(struct room *room, struct conn *conn)
{
	room->rooms->metrics->resyncs++;
	conn->resync_due = false;
	if (conn->dialect->quiet) {
		room_open(conn);
		return;
	}
	conn_tell(conn, conn->dialect->resync(&room->stream.id, conn->cursor, clock_now()));
}

static void skipped(struct stream *stream, uint64_t event_id)
{
	struct room *room = of_stream(stream);

	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		if (conn->state != CONN_LIVE || conn->cursor + 1 >= event_id)
			continue;
		conn->cursor = event_id - 1;
		room_resync(room, conn);
	}
}

static void hole(struct stream *stream)
{
	struct room_ops *ops = &of_stream(stream)->rooms->ops;

	ops->hole(ops->context, stream);
}

static bool read_stream(struct stream *stream, uint64_t since)
{
	struct room_ops *ops = &of_stream(stream)->rooms->ops;

	return ops->read(ops->context, stream, since);
}

static void repeated(struct stream *stream)
{
	of_stream(stream)->rooms->metrics->duplicates++;
}

const struct stream_ops room_stream_ops = {
    .deliver = deliver,
    .skipped = skipped,
    .hole = hole,
    .read = read_stream,
    .repeated = repeated,
};
