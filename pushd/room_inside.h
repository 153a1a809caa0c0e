/* The inside of room.c, which knows who is in, delivery.c, where events meet connections, replay.c, which
 * brings newcomers up to date, and rooms.c, which keeps the rooms: what a room is, and what the four ask of
 * each other. Nobody else includes this. */
#ifndef INVIGIL_PUSHD_ROOM_INSIDE_H
#define INVIGIL_PUSHD_ROOM_INSIDE_H

#include "base/list.h"
#include "base/map.h"
#include "pushd/figures.h"
#include "pushd/ring.h"
#include "pushd/room.h"

#define ROOM_DUE OUTLET_TRAIN /* so many events go out at once */

struct room {
	struct rooms *rooms;
	uint64_t serial;
	struct stream stream;
	struct ring ring;
	struct recent *due[ROOM_DUE]; /* of the ring's newest, those that nobody has been given yet */
	size_t due_count;
	size_t due_bytes;      /* of their payloads */
	struct list in_due;    /* rooms with such, while events are held */
	struct list opening;   /* who asks to come in */
	struct list listeners; /* who is in: REPLAYING or LIVE; staff first */
	size_t count;	       /* both */
	size_t inboxes;	       /* of both */
	size_t staff;	       /* of the listeners */
	bool paging;	       /* a page for those who resume is being read */

	bool known;    /* the three below are */
	bool has_test; /* the session's students take a test */
	char join_code[JOIN_CODE_TEXT];
	struct groups *groups;
	uint64_t groups_version; /* changes that came by events */
	bool groups_doubted;

	int64_t ends_at; /* the session's clock; SESSION_NO_DEADLINE: it doesn't run */
	bool over;	 /* the session is */

	struct figures figures;
};

struct rooms {
	struct room_ops ops;
	struct metrics *metrics;
	struct map *rooms;
	uint64_t last_serial;
	bool holding;	 /* between rooms_hold and rooms_release … */
	struct list due; /* … those with something to give */
};

/* What a room's stream does: it delivers to who is LIVE. */
extern const struct stream_ops room_stream_ops;

/* What is said to everybody here. */
struct scene room_scene_for_all(const struct room *room, int64_t now);

/* Gives everybody what is held back. */
void room_settle(struct room *room);
/* Gives one event to a connection of the room, unless it has had it or may not hear it. */
void room_give(struct conn *conn, struct recent *recent);
/* Tells the connection to fetch its state. */
void room_resync(struct room *room, struct conn *conn);

/* Takes everybody who waits along, and asks for a page for those whom the ring doesn't reach. */
void room_replay(struct room *room);
/* The next page of what the connection's user hasn't read. */
void room_ask_unread(struct room *room, struct conn *conn);
/* It is up to date, if it is. */
void room_tell_arrived(struct conn *conn);

#endif
