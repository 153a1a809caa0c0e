/* The rooms by their stream: made when the first one comes, freed by the sweep after the last has gone. */
#include <stdlib.h>

#include "pushd/room_inside.h"

struct rooms *rooms_new(const struct room_ops *ops, struct metrics *metrics)
{
	struct rooms *rooms = calloc(1, sizeof(*rooms));

	if (!rooms)
		return NULL;
	rooms->ops = *ops;
	rooms->metrics = metrics;
	list_init(&rooms->due);
	rooms->rooms = map_new();
	if (!rooms->rooms) {
		free(rooms);
		return NULL;
	}
	return rooms;
}

static void room_free(struct room *room)
{
	stream_done(&room->stream);
	ring_clear(&room->ring);
	groups_free(room->groups);
	figures_done(&room->figures);
	free(room);
}

void rooms_free(struct rooms *rooms)
{
	struct id key;
	void *room;

	if (!rooms)
		return;
	for (size_t at = 0; map_next(rooms->rooms, &at, &key, &room);)
		room_free(room);
	map_free(rooms->rooms);
	free(rooms);
}

size_t rooms_count(const struct rooms *rooms)
{
	return map_count(rooms->rooms);
}

struct room *rooms_find(const struct rooms *rooms, const struct id *session_id)
{
	return map_find(rooms->rooms, session_id);
}

struct room *rooms_open(struct rooms *rooms, const struct id *session_id)
{
	struct room *room = rooms_find(rooms, session_id);

	if (room)
		return room;
	room = calloc(1, sizeof(*room));
	if (!room)
		return NULL;
	if (!map_put(rooms->rooms, session_id, room)) {
		free(room);
		return NULL;
	}
	room->rooms = rooms;
	room->serial = ++rooms->last_serial;
	room->ends_at = SESSION_NO_DEADLINE;
	stream_init(&room->stream, session_id, &room_stream_ops);
	list_init(&room->opening);
	list_init(&room->listeners);
	list_init(&room->in_due);
	return room;
}

struct room *rooms_next(const struct rooms *rooms, size_t *at)
{
	struct id key;
	void *room;

	return map_next(rooms->rooms, at, &key, &room) ? room : NULL;
}

void rooms_sweep(struct rooms *rooms)
{
	struct id key;
	void *value;

	for (size_t at = 0; map_next(rooms->rooms, &at, &key, &value);) {
		struct room *room = value;

		if (room->count)
			continue;
		map_remove(rooms->rooms, &key);
		room_free(room);
	}
}

void rooms_hold(struct rooms *rooms)
{
	rooms->holding = true;
}

void rooms_release(struct rooms *rooms)
{
	rooms->holding = false;
	list_each (node, &rooms->due)
		room_settle(list_entry(node, struct room, in_due));
}
