/* The inside of engineio.c, which keeps sessions and sends, engineio_input.c, which listens, and
 * engineio_session.c, which has a session's memory and queue: one session, and what the three ask of each
 * other. Nobody else includes this. */
#ifndef INVIGIL_PUSHD_DIALECT_ENGINEIO_SESSION_H
#define INVIGIL_PUSHD_DIALECT_ENGINEIO_SESSION_H

#include "base/id.h"
#include "base/list.h"
#include "base/map.h"
#include "pushd/dialect/engineio.h"

enum state {
	OPEN,
	ENDING, /* what is queued goes out, then it ends */
	ENDED,	/* nobody finds it any more; only references keep the struct */
};

/* What waits to be sent. */
struct packet {
	struct message *message;
	enum engineio_kind kind;
};

struct engineio {
	struct engineio_rules rules;
	const struct engineio_ops *ops;
	const struct engineio_hooks *hooks;
	void *owner;
	int64_t now;	      /* the last that we were told */
	struct map *sessions; /* by the bytes of their id; those not ENDED */
	struct list resting;  /* sessions until their next ping, by deadline */
	struct list pinged;   /* until its pong */
	struct list ending;   /* until the rest is fetched */
	struct list probing;  /* those with a second transport, by probe_by */
	struct message *ping;
};

struct engineio_session {
	unsigned refs;
	struct engineio *engine;
	enum state state;
	enum engineio_end why; /* once it isn't OPEN */
	struct id key;
	char sid[ENGINEIO_SID];
	struct engineio_peer peer; /* the texts are the session's */
	void *context;		   /* the hooks' */

	struct list in_turn; /* the engine's resting, pinged or ending … */
	int64_t deadline;    /* … until then */
	bool pinged;	     /* and that is for the pong */
	bool refreshed;	     /* one packet that isn't the pong has put the deadline off */

	bool polling;	 /* false: it has a WebSocket, or had one */
	void *socket;	 /* that WebSocket; NULL: gone */
	bool choked;	 /* and it takes nothing until engineio_writable */
	void *poll;	 /* the held GET; NULL: none */
	bool ready;	 /* engineio_collect will be called for it */
	bool posting;	 /* a POST's body is being read */
	void *probe;	 /* a second transport; NULL: none */
	bool probed;	 /* and it has been tried: `upgrade` may follow */
	bool probe_full; /* it takes nothing for now */
	struct list in_probing;
	int64_t probe_by;

	bool starved; /* somebody was told ENGINEIO_CHOKED */
	/* what is above has the socket's outlet: OPEN, a WebSocket, not choked, nothing queued */
	bool routed;

	struct packet *queue; /* a ring */
	size_t queue_cap, queue_head, queue_count;
	size_t queue_bytes;
};

/* With one reference, the map's; not in it yet. NULL: no memory. */
MUST_CHECK struct engineio_session *engineio_session_new(struct engineio *engine,
							 const struct engineio_peer *peer);
/* Gives one reference back; the last is given back after the session has ended. */
void engineio_unref(struct engineio_session *session);
/* Nobody finds it any more. */
void engineio_vanish(struct engineio_session *session);
/* Whether an ending session has anything left to do; if not, it is over. */
void engineio_settle(struct engineio_session *session);
/* Its place among the engine's lists, and until when. */
void engineio_wait_in(struct engineio_session *session, struct list *list, int64_t deadline);
/* The held GET, if there is one, shall be answered. */
void engineio_make_ready(struct engineio_session *session);
/* Lets the second transport go, if there is one. */
void engineio_refuse_probe(struct engineio_session *session);

/* Keeps a reference. False: the queue is full. */
MUST_CHECK bool engineio_enqueue(struct engineio_session *session, struct message *message,
				 enum engineio_kind kind);
/* The queue's first, whose reference the caller gets; there must be one. */
struct packet engineio_take(struct engineio_session *session);
void engineio_drop_queue(struct engineio_session *session);
/* Writes what is queued to the WebSocket, as far as it takes it. */
void engineio_flush(struct engineio_session *session);
/* Tells what is above whether it may have the outlet; after every change of what that depends on. */
void engineio_route(struct engineio_session *session);
/* Those who were told to wait may go on. */
void engineio_feed(struct engineio_session *session);
/* What a held GET is told at the end of the session. */
char engineio_farewell(const struct engineio_session *session);

#endif
