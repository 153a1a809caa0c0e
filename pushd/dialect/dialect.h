/* A dialect is a wire form of the one stream of events: how what pushd says becomes text, and what clients
 * send becomes a command. One file each; rooms, feeds and commands know only this table. The encoders are
 * pure: they read their arguments and return a fresh message with one reference, or NULL when memory ran out.
 */
#ifndef INVIGIL_PUSHD_DIALECT_DIALECT_H
#define INVIGIL_PUSHD_DIALECT_DIALECT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"
#include "domain/domain.h"
#include "model/role.h"
#include "model/session.h"
#include "pushd/message.h"
#include "wire/event.h"
#include "wire/json.h"

enum dialect_id {
	DIALECT_LIVE,
	DIALECT_ENVELOPE,
	DIALECT_NOTIFY,
	DIALECT_SOCKETIO,
	DIALECT_CLASSROOM,
	DIALECT_EXAM,
	DIALECT_MONITOR,
	DIALECT_COUNT
};

/* Where and when something is said: what neither an event nor a document tells. */
struct scene {
	struct id session_id;
	const char *join_code;
	struct id user_id; /* who is told; nil: whoever may hear it */
	uint64_t event_id; /* where he stands in the stream */
	int64_t ends_at;   /* ms; SESSION_NO_DEADLINE: no clock runs */
	bool over;	   /* the session is */
	int64_t now;
	/* With OPENING_MEMBERS: "active", "idle" or "away", as he says himself; NULL: he isn't here. */
	const char *(*presence)(const void *presences, const struct id *user_id);
	const void *presences;
};

/* What `connected` tells. */
struct greeting {
	struct id session_id;
	enum role role;
	enum session_status status;
	struct id attempt_id;	    /* nil: none (yet) */
	int64_t started_at;	    /* ms; 0: not started */
	int64_t time_limit_seconds; /* 0: none */
	uint64_t last_event_id;	    /* where the connection stands in the stream */
	int64_t now;
};

/* What went wrong, to the one concerned. */
struct complaint {
	enum err err;
	const char *message;		 /* NULL: the error's own sentence, or the first problem */
	const char *ref;		 /* of the message that it answers; NULL: none */
	const struct problems *problems; /* with ERR_VALIDATION; may be NULL */
	int close_code;			 /* what the connection closes with now; 0: it stays */
};

/* A message from a client. */
struct incoming {
	const char *type;
	const char *ref;  /* NULL: none; at most REF_MAX bytes */
	json_value *body; /* the object with its fields */
};

#define REF_MAX 128

/* What is read for a connection that has been let in; it is told of that before anything is replayed. */
enum opening {
	OPENING_NONE,
	OPENING_MONITOR, /* the monitor's body */
	OPENING_STATE,	 /* session and attempt of the one who asks */
	OPENING_MEMBERS, /* who is in the session */
};

/* What a dialect has no message for is NULL: an inbox has `error`, `pong`, `resync`, `event` and `decode`
 * only. */
struct dialect {
	enum dialect_id id;
	const char *name;
	bool inbox; /* spoken to one user about what lies in his inbox, and not to the members of a session */
	bool quiet; /* who resumes hears what he missed and no opening, unless he missed too much; then it is
		       his `resync` */
	bool staff; /* nobody else may enter a session in it */
	/* whoever may enter in a quiet dialect has one */
	enum opening staff_opening, student_opening;
	struct message *(*connected)(const struct greeting *greeting);
	struct message *(*ack)(const char *ref, const struct doc *doc);
	struct message *(*error)(const struct complaint *complaint);
	struct message *(*pong)(const char *ref, uint64_t last_event_id, int64_t now);
	/* The opening, right after `connected`. */
	struct message *(*snapshot)(const struct doc *doc, const struct scene *scene);
	/* Whoever came in, or resumed, is up to date. */
	struct message *(*arrived)(const struct scene *scene);
	/* What a command of this type (its live name) is answered with where it isn't by `ack`; NULL: no
	 * memory. */
	struct message *(*reply)(const char *type, const struct doc *doc, const struct scene *scene);
	/* What state_sync_request is answered with. */
	struct message *(*state)(const char *ref, const struct doc *doc, int64_t now);
	struct message *(*stats)(const struct id *session_id, const char *stats, int64_t now);
	/* Somebody is active, idle or away: the presence's own document, with its timestamp. */
	struct message *(*presence)(const struct doc *doc, const struct scene *scene);
	/* Fetch your state; the live stream goes on behind `head`. */
	struct message *(*resync)(const struct id *session_id, uint64_t head, int64_t now);
	/* ERR_INVALID_MESSAGE for a payload that is no object; *ret NULL when the dialect has no such
	 * message. */
	enum err (*event)(const struct event *event, const struct scene *scene, struct message **ret);
	/* ERR_INVALID_MESSAGE, with *ret.ref filled when one could be read, or ERR_MEMORY; all belongs to the
	 * arena. */
	enum err (*decode)(struct arena *arena, const char *text, size_t len, struct incoming *ret);
};

extern const struct dialect dialect_live;
extern const struct dialect dialect_envelope;
extern const struct dialect dialect_notify;
/* Spoken over Socket.IO, all four. The first to a client that is in no session yet: errors only. */
extern const struct dialect dialect_socketio;
extern const struct dialect dialect_classroom;
extern const struct dialect dialect_exam;
extern const struct dialect dialect_monitor;

#endif
