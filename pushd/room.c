/* One session's, or one inbox's, listeners: who is in, and what is said of the room. */
#include "pushd/room.h"

#include <string.h>

#include "base/map.h"
#include "pushd/audience.h"
#include "pushd/farewell.h"
#include "pushd/room_inside.h"

/* Of the session, in a dialect that tells its figures. */
static bool is_staff(const struct conn *conn)
{
	return conn->dialect->stats && (conn->actor.role & ROLES_STAFF) != 0;
}

/* --- what is said of a room --- */

static size_t weight(const char *presence)
{
	static const char *const by_weight[] = {"active", "idle", "away"};
	size_t at = 0;

	while (at < ARRAY_LEN(by_weight) && strcmp(by_weight[at], presence) != 0)
		at++;
	return at;
}

/* What everybody here says of himself, by user; who is here twice is as present as he can be. NULL: no
 * memory. */
static struct map *presences_new(const struct room *room)
{
	struct map *presences = map_new();

	for (struct conn *conn = room_next(room, NULL); presences && conn; conn = room_next(room, conn)) {
		const struct id *user = &conn->actor.user_id;
		const char *known = map_find(presences, user);

		if (known && weight(known) <= weight(conn->presence))
			continue;
		if (!map_put(presences, user, (void *)(uintptr_t)conn->presence)) {
			map_free(presences);
			return NULL;
		}
	}
	return presences;
}

static const char *presence_of(const void *presences, const struct id *user_id)
{
	return map_find(presences, user_id);
}

/* The last event that is no more held back from anybody. */
static uint64_t given(const struct room *room)
{
	return room->due_count ? room->due[0]->event.event_id - 1 : room->stream.last;
}

uint64_t room_cursor(const struct conn *conn)
{
	const struct room *room = conn->room;
	uint64_t last = room && conn->state == CONN_LIVE ? given(room) : 0;

	return conn->cursor > last ? conn->cursor : last;
}

struct scene room_scene(const struct conn *conn, int64_t now)
{
	struct scene scene = room_scene_for_all(conn->room, now);

	scene.user_id = conn->actor.user_id;
	scene.event_id = room_cursor(conn);
	return scene;
}

struct conn *room_next(const struct room *room, struct conn *at)
{
	struct list *next = at ? at->in_room.next : room->listeners.next;

	return next == &room->listeners ? NULL : list_entry(next, struct conn, in_room);
}

/* --- in and out --- */

void room_add(struct room *room, struct conn *conn)
{
	conn->room = room;
	conn->session_id = room->stream.id;
	list_append(&room->opening, &conn->in_room);
	room->count++;
	room->inboxes += conn->dialect->inbox;
}

bool room_knows(const struct room *room)
{
	return room->known;
}

const char *room_join_code(const struct room *room)
{
	return room->join_code;
}

void room_learn(struct room *room, const struct classroom *classroom, struct groups *groups)
{
	groups_free(room->groups);
	room->groups = groups;
	room->has_test = classroom->has_test;
	memcpy(room->join_code, classroom->join_code, sizeof(room->join_code));
	room->known = true;
	room->groups_doubted = false;
}

const struct groups *room_groups(const struct room *room)
{
	return room->groups;
}

uint64_t room_groups_version(const struct room *room)
{
	return room->groups_version;
}

void room_doubt_groups(struct room *room)
{
	room->groups_doubted = room->known;
}

bool room_groups_doubted(const struct room *room)
{
	return room->groups_doubted;
}

/* Where he begins: behind what he has seen; a joiner before his own participant_joined; anybody else at the
 * head. */
static void place(struct conn *conn, const struct connect_item *item, uint64_t base, int64_t replay_most)
{
	bool bad = conn->resume && (conn->resume_bad || conn->cursor > item->head ||
				    item->head - conn->cursor > (uint64_t)replay_most);

	if (!conn->resume || bad)
		conn->cursor = base;
	conn->resync_due = bad;
}

static void greet(struct conn *conn, const struct connect_item *item, int64_t now)
{
	const struct greeting greeting = {
	    .session_id = item->session_id,
	    .role = conn->actor.role,
	    .status = item->status,
	    .attempt_id = item->attempt_id,
	    .started_at = item->started_at,
	    .time_limit_seconds = item->time_limit_seconds,
	    .last_event_id = conn->cursor,
	    .now = now,
	};

	conn_tell(conn, conn->dialect->connected(&greeting));
}

static enum opening opening_of(const struct conn *conn)
{
	return conn->actor.role & ROLES_STAFF ? conn->dialect->staff_opening : conn->dialect->student_opening;
}

void room_open(struct conn *conn)
{
	const struct room_ops *ops = &conn->room->rooms->ops;

	if (conn->snapshot_due)
		return;
	conn->snapshot_due = true;
	ops->opening(ops->context, conn);
}

/* What the clock said when he was asked for; one that has been heard to start meanwhile isn't stopped by it.
 */
static void set_clock(struct room *room, const struct connect_item *item)
{
	if (item->started_at)
		room->ends_at = session_deadline(item->started_at, item->time_limit_seconds, 0);
	room->over |= item->status == SESSION_COMPLETED || item->status == SESSION_CANCELLED;
}

void room_admit(struct room *room, struct conn *conn, const struct connect_item *item, int64_t replay_most,
		int64_t now)
{
	uint64_t base = item->joined_event ? item->joined_event - 1 : item->head;

	place(conn, item, base, replay_most);
	conn->attempt_id = item->attempt_id;
	stream_begin(&room->stream, base);
	list_remove(&conn->in_room);
	list_append(conn->actor.role & ROLES_STAFF ? room->listeners.next : &room->listeners, &conn->in_room);
	conn_enter(conn, CONN_REPLAYING);
	conn->admitted = true;
	set_clock(room, item);
	if (is_staff(conn) && room->staff++ == 0)
		figures_wanted(&room->figures);
	if (conn->dialect->connected)
		greet(conn, item, now);
	if (conn->state == CONN_REPLAYING && opening_of(conn) &&
	    (!conn->dialect->quiet || !conn->resume || conn->resync_due || conn->rejoined))
		room_open(conn);
	if (conn->state == CONN_REPLAYING && conn->resync_due && !conn->snapshot_due)
		room_resync(room, conn);
	stream_grown(&room->stream, item->head, false);
	if (conn->dialect->inbox && conn->state == CONN_REPLAYING && conn->cursor < item->head) {
		conn->unread_until = item->head;
		room_ask_unread(room, conn);
	}
	room_replay(room);
}

/* One walk through the room for who is in it, and not one for each of them. */
static struct message *tell_members(const struct room *room, const struct conn *conn, const struct doc *doc,
				    struct scene *scene)
{
	struct map *presences = presences_new(room);
	struct message *opening;

	scene->presence = presence_of;
	scene->presences = presences;
	opening = presences ? conn->dialect->snapshot(doc, scene) : NULL;
	map_free(presences);
	return opening;
}

void room_snapshot(struct room *room, struct conn *conn, const struct doc *doc, int64_t now)
{
	struct scene scene = room_scene(conn, now);
	struct message *opening = opening_of(conn) == OPENING_MEMBERS ? tell_members(room, conn, doc, &scene)
								      : conn->dialect->snapshot(doc, &scene);

	conn->snapshot_due = false;
	if (opening)
		message_ref(opening);
	conn_tell(conn, opening);
	if (opening && conn->ops->begun && conn->state < CONN_CLOSING)
		conn->ops->begun(conn->socket, opening);
	message_unref(opening);
	if (conn->state == CONN_LIVE)
		room_tell_arrived(conn);
	if (conn->state == CONN_REPLAYING && conn->resync_due && !conn->dialect->quiet)
		room_resync(room, conn);
	conn->resync_due = false;
	room_replay(room);
}

void room_remove(struct conn *conn)
{
	struct room *room = conn->room;

	if (!room)
		return;
	if (is_staff(conn) && conn->admitted)
		room->staff--;
	list_remove(&conn->in_room);
	conn->room = NULL;
	room->count--;
	room->inboxes -= conn->dialect->inbox;
}

/* An inbox in which nothing has ever been is there all the same. */
static void dismiss(struct list *conns)
{
	list_each (node, conns) {
		struct conn *conn = list_entry(node, struct conn, in_room);

		if (!conn->dialect->inbox)
			farewell(conn, ERR_SESSION_NOT_FOUND);
	}
}

void room_gone(struct room *room)
{
	dismiss(&room->opening);
	dismiss(&room->listeners);
}

/* --- presence --- */

void room_presence(struct conn *conn, const struct doc *doc)
{
	struct message *wire[DIALECT_COUNT] = {NULL};
	struct room *room = conn->room;
	struct scene scene = room_scene_for_all(room, 0);

	list_each (node, &room->listeners) {
		struct conn *listener = list_entry(node, struct conn, in_room);
		struct message **message = &wire[listener->dialect->id];

		if (!listener->dialect->presence ||
		    !audience_allows_presence(&conn->actor, room->has_test, &listener->actor))
			continue;
		if (!*message)
			*message = listener->dialect->presence(doc, &scene);
		if (*message)
			conn_push(listener, *message);
		else
			farewell(listener, ERR_MEMORY);
	}
	for (size_t i = 0; i < DIALECT_COUNT; i++)
		message_unref(wire[i]);
}

/* --- the staff's figures --- */

void room_doubt_figures(struct room *room)
{
	figures_event(&room->figures, EVENT_ACCESS_CHANGED);
}

bool room_figures_due(struct room *room, int64_t now)
{
	return room->staff && figures_due(&room->figures, now);
}

bool room_baseline_due(struct room *room)
{
	return figures_baseline_due(&room->figures);
}

/* False: somebody has not been told. */
static bool tell_staff(struct room *room, int64_t wall)
{
	struct message *wire[DIALECT_COUNT] = {NULL};
	bool told = true;

	list_each (node, &room->listeners) {
		struct conn *conn = list_entry(node, struct conn, in_room);
		struct message **message = &wire[conn->dialect->id];

		if (!is_staff(conn) || conn->snapshot_due)
			continue;
		if (!*message)
			*message = conn->dialect->stats(&room->stream.id, room->figures.last, wall);
		if (*message)
			conn_push(conn, *message);
		else
			told = false;
	}
	for (size_t i = 0; i < DIALECT_COUNT; i++)
		message_unref(wire[i]);
	return told;
}

void room_figures(struct room *room, const char *stats, bool baseline, int64_t now, int64_t wall)
{
	if (figures_take(&room->figures, stats, baseline, now) && !tell_staff(room, wall))
		figures_forget(&room->figures);
}

uint64_t room_serial(const struct room *room)
{
	return room->serial;
}

const struct id *room_session(const struct room *room)
{
	return &room->stream.id;
}

struct stream *room_stream(struct room *room)
{
	return &room->stream;
}

size_t room_count(const struct room *room)
{
	return room->count;
}

size_t room_inboxes(const struct room *room)
{
	return room->inboxes;
}

size_t room_staff(const struct room *room)
{
	return room->staff;
}
