/* One connection: who it is, where it stands in the stream, and its queue. It knows no socket: it drives the
 * operations that its maker gives it, and tells its owner through hooks.
 *
 * The policy for a slow reader is the latch: what a socket doesn't take at once is queued as references, up
 * to a number of bytes; over it the queue is dropped, nothing more is ever sent, and the connection is closed
 * with 1013. The client resumes by its cursor; nobody else is delayed. */
#ifndef INVIGIL_PUSHD_CONN_H
#define INVIGIL_PUSHD_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "base/list.h"
#include "core/err.h"
#include "model/role.h"
#include "pushd/limits.h"
#include "pushd/message.h"
#include "pushd/outlet.h"

struct dialect;
struct doc;
struct problems;
struct room;

enum conn_state {
	CONN_OPENING,	/* upgraded; the database is asked whether he may come in; he hears nothing yet */
	CONN_REPLAYING, /* let in, `connected` is sent; what he missed is on its way */
	CONN_LIVE,	/* hears what his room hears: the cursor is at the room's last event or ahead of it */
	CONN_CLOSING,	/* unlinked everywhere; what is queued goes out, then the close frame */
	CONN_CLOSED,	/* the socket is gone; only references keep the struct */
};

/* Close codes of RFC 6455 and the contract's own. */
enum {
	CLOSE_NORMAL = 1000,
	CLOSE_GOING_AWAY = 1001,
	CLOSE_UNSUPPORTED = 1003,
	CLOSE_NOT_UTF8 = 1007,
	CLOSE_POLICY = 1008,
	CLOSE_TOO_LARGE = 1009,
	CLOSE_SERVER_ERROR = 1011,
	CLOSE_TOO_SLOW = 1013,
	CLOSE_RATE_LIMITED = 4000,
};

/* How a connection ended, which decides when its student has left. */
enum conn_end {
	END_LOST,  /* the network, the tab or the machine was lost: he may come back within the grace */
	END_CLEAN, /* he said goodbye, or was sent away for cause */
	END_MOVED, /* pushd is going down: he will be back on another one, and nobody has left */
};

enum conn_write {
	CONN_WRITTEN, /* the socket took all of it */
	CONN_CHOKED,  /* accepted, but don't write again before conn_writable */
	CONN_BROKEN,  /* the socket is dead */
};

/* What became of a message. */
struct outcome {
	const char *ref; /* the message's; NULL: it had none */
	enum err err;
	const struct problems *problems; /* with ERR_VALIDATION; may be NULL */
	const struct doc *doc;		 /* with OK; NULL: there is nothing to tell */
};

/* What the socket's owner does for a connection. */
struct conn_ops {
	enum conn_write (*write)(void *socket, struct message *message);
	/* conn_writable shall be called once the socket takes more. */
	void (*want_writable)(void *socket);
	/* NULL: somebody else sees to it that the peer is alive. */
	void (*ping)(void *socket);
	/* Send the close frame (close_code, close_reason) after this turn of the loop. */
	void (*finish)(void *socket);
	/* Drop the socket: the peer doesn't even take a close frame. */
	void (*kill)(void *socket);
	/* The rest may be NULL. A connection that is in no room has been let in. */
	void (*let_in)(void *socket);
	/* Its opening was sent. */
	void (*begun)(void *socket, struct message *opening);
	/* Tell what became of a message, instead of the dialect's `ack` and `error`. */
	void (*answered)(void *socket, const struct outcome *outcome);
};

struct conn;

struct conn_hooks {
	/* The connection has begun to close, or is lost: unlink it. Called exactly once. */
	void (*left)(struct conn *conn, enum conn_end how);
	/* A queue that had held something is empty again. */
	void (*drained)(struct conn *conn);
};

#define CONN_HOT 104 /* bytes */

struct conn {
	/* what every delivery looks at, close together: CONN_HOT */
	struct list in_room; /* room's opening or listening connections */
	uint64_t cursor;     /* the last event he got, or had no right to, or asked to skip; where he
				stands now: room_cursor */
	struct actor actor;  /* nil until the token was read */
	enum conn_state state;
	const struct dialect *dialect;
	size_t queue_count;   /* messages that wait until the socket takes more */
	struct outlet outlet; /* the socket itself, when nothing stands before it: conn_route */
	bool choked;	      /* it takes nothing until conn_writable */
	uint64_t written;     /* the event_id of the last message that had one */

	const struct conn_ops *ops;
	void *socket;
	unsigned refs;
	uint64_t serial; /* names it in logs: "conn" */
	const struct conn_hooks *hooks;
	void *owner; /* the hooks' */

	/* who and how */
	struct id address;  /* the client's, as IPv6 */
	int64_t expires_at; /* the token's end, wall clock; INT64_MAX: none */

	/* A client that is in several sessions at once is one connection to every limit, and carries a
	 * connection for each of them: those are in rooms, it is in none. */
	struct conn *carrier; /* NULL: it stands for itself */
	struct list in_parts; /* the carrier's parts */
	struct list parts;    /* what it carries */

	/* where: the room's fields */
	struct room *room;   /* NULL before and after */
	struct list of_user; /* all open connections of one user */
	struct list in_slot; /* the slice of connections that one tick looks after */
	struct id session_id;
	struct id attempt_id; /* nil: none, or not known yet */
	unsigned lookups;     /* questions for the attempt that are under way */
	bool counted;	      /* presence counts him */
	bool admitted;	      /* he has been let in */
	bool resume;	      /* he named a cursor … */
	bool resume_bad;      /* … that is none */
	bool rejoined;	      /* he joined once more on his way in: his opening is wanted all the same */
	bool snapshot_due;    /* nothing is replayed before its opening is there */
	bool resync_due;      /* he must be told to fetch his state */
	/* inbox: the unread of the events up to this one come before all others; 0: done */
	uint64_t unread_until;
	bool stalled;	      /* replay waits for his queue to drain */
	const char *presence; /* "active", "idle" or "away", as he said; static text */

	/* the socket's signs of life, all clock_monotonic() */
	int64_t opened_at;
	int64_t heard_at;  /* the last frame from the client */
	int64_t pinged_at; /* the last ping to him */
	int64_t closing_at;
	unsigned unanswered;	/* pings since the last frame from him */
	struct window messages; /* his messages this minute */

	/* messages that came before he was let in: early.h */
	struct list early;
	size_t early_bytes;

	/* the queue, this file's own */
	struct message **queue; /* a ring */
	size_t queue_cap, queue_head;
	size_t queue_bytes;
	size_t queue_limit; /* bytes; over it the latch falls */

	/* how it ends */
	int close_code;		  /* 0: just drop it */
	const char *close_reason; /* static text */
	enum err fault;		  /* what it was sent away for; OK: nothing */
	bool too_slow;
};

/* With one reference, the maker's. `queue_limit` in bytes. NULL: no memory. */
MUST_CHECK struct conn *conn_new(const struct conn_ops *ops, void *socket, const struct conn_hooks *hooks,
				 void *owner, size_t queue_limit);
struct conn *conn_ref(struct conn *conn);
void conn_unref(struct conn *conn);

/* From now on messages go straight into this outlet, past ops->write; NULL: by ops->write again. Only while
 * ops->write would do just that. When it has become too full, ops->want_writable is called as ever. */
void conn_route(struct conn *conn, const struct outlet *outlet);

/* Sends or queues; keeps a reference when it queues. Nothing happens once the connection is closing. */
void conn_push(struct conn *conn, struct message *message);
/* conn_push of each, in order; where nothing stands before the socket, of many by one call. */
void conn_push_all(struct conn *conn, struct message *const *messages, size_t count);
/* conn_push of a fresh message whose reference it takes; NULL (no memory) closes the connection with 1011. */
void conn_tell(struct conn *conn, struct message *message);
/* The socket takes more. */
void conn_writable(struct conn *conn);
size_t conn_queued(const struct conn *conn);

/* Ends it: unlinks it now; what is queued is still sent, then the close frame. `reason` is static. Only the
 * first call counts. */
void conn_close(struct conn *conn, int code, const char *reason, enum conn_end how);
/* The socket is gone. */
void conn_closed(struct conn *conn, enum conn_end how);
/* The state after OPENING: nothing else moves a connection forward. */
void conn_enter(struct conn *conn, enum conn_state state);

/* Any frame from the client. */
void conn_heard(struct conn *conn, int64_t now);

struct conn_rules {
	int64_t now;  /* clock_monotonic() */
	int64_t wall; /* clock_now() */
	int64_t ping_seconds;
	int64_t idle_seconds;
};

enum conn_verdict {
	CONN_FINE,
	CONN_EXPIRED, /* the token's time is over */
	CONN_IDLE,    /* no frame for too long */
	CONN_DEAD,    /* two pings unanswered */
	CONN_STUCK,   /* closing, and the peer doesn't take the rest */
};

/* Looks after one connection, about once a second: pings when it is time, and tells what should be done. */
enum conn_verdict conn_check(struct conn *conn, const struct conn_rules *rules);

#endif
