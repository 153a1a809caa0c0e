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

/* The one place where an event meets a connection: *ret is what it gets of it, borrowed, or NULL. */
static enum err meet(const struct room *room, struct conn *conn, struct recent *recent,
		     const struct scene *scene, struct message **ret)
{
	*ret = NULL;
	if (recent->event.event_id <= conn->cursor)
		return OK;
	conn->cursor = recent->event.event_id;
	if (!audience_allows(&recent->event, &conn->actor, room->groups))
		return OK;
	return recent_wire(recent, conn->dialect, scene, ret);
}

/* Who would miss it shall come again and resume. */
static void give(const struct room *room, struct conn *conn, struct recent *recent, const struct scene *scene)
{
	struct message *message;
	enum err err = meet(room, conn, recent, scene, &message);

	if (err)
		farewell(conn, err);
	else if (message)
		conn_push(conn, message);
}

/* Some at once. One, as most often, goes out by give(): the array and the walk would be a tenth of what we do
 * for a delivery. */
static void give_due(const struct room *room, struct conn *conn, const struct scene *scene)
{
	struct message *messages[ROOM_DUE];
	size_t meant = 0;
	enum err err = OK;

	for (size_t i = 0; i < room->due_count && !err; i++) {
		err = meet(room, conn, room->due[i], scene, &messages[meant]);
		meant += messages[meant] != NULL;
	}
	if (meant)
		conn_push_all(conn, messages, meant);
	if (err)
		farewell(conn, err);
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

/* The clock runs from the start of the session, and stops with it. */
static void follow_clock(struct room *room, const struct event *event)
{
	if (event->type == EVENT_SESSION_COMPLETED)
		room->over = true;
	if (event->type == EVENT_SESSION_STARTED &&
	    !json_syntax_time(event->payload, event->payload_len, "ends_at", &room->ends_at))
		room->ends_at = SESSION_NO_DEADLINE;
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

static bool all_staff_only(const struct room *room)
{
	for (size_t i = 0; i < room->due_count; i++)
		if (!audience_is_staff(&room->due[i]->event))
			return false;
	return true;
}

/* True when somebody was there to hear it. */
static bool give_all(struct room *room)
{
	const bool staff_only = all_staff_only(room);
	const struct scene scene = room_scene_for_all(room, 0);
	bool heard = false;

	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		/* an answer is for the staff, and a student's costs the same however many there are */
		if (staff_only && !(conn->actor.role & ROLES_STAFF))
			break;
		expect(room, node);
		if (conn->state != CONN_LIVE)
			continue;
		if (room->due_count == 1)
			give(room, conn, room->due[0], &scene);
		else
			give_due(room, conn, &scene);
		heard = true;
	}
	return heard;
}

void room_settle(struct room *room)
{
	if (room->due_count && give_all(room)) {
		const int64_t now = clock_now();

		for (size_t i = 0; i < room->due_count; i++)
			metrics_pushed(room->rooms->metrics, now - room->due[i]->event.created_at);
	}
	room->due_count = room->due_bytes = 0;
	list_remove(&room->in_due);
}

/* Those before it are judged and told by what was so then. */
static bool changes_room(const struct event *event)
{
	return event->type == EVENT_GROUP_UPDATED || event->type == EVENT_SESSION_STARTED ||
	       event->type == EVENT_SESSION_COMPLETED;
}

/* What is due is in the ring, which must not drop it. */
static bool has_place(const struct room *room, const struct event *event)
{
	return room->due_count < ROOM_DUE && room->due_bytes + event->payload_len <= RING_BYTES / 2;
}

static void give_soon(struct room *room, struct recent *recent)
{
	room->due[room->due_count++] = recent;
	room->due_bytes += recent->event.payload_len;
	if (!room->rooms->holding)
		room_settle(room);
	else if (list_empty(&room->in_due))
		list_append(&room->rooms->due, &room->in_due);
}

static bool deliver(struct stream *stream, const struct event *event)
{
	struct room *room = of_stream(stream);
	struct recent *recent = recent_new(event);
	enum err err;

	if (changes_room(event) || !has_place(room, event))
		room_settle(room);
	err = recent ? follow_groups(room, event) : ERR_MEMORY;
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
	give_soon(room, recent);
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
