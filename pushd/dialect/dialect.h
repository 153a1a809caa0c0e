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

enum dialect_id { DIALECT_LIVE, DIALECT_ENVELOPE, DIALECT_NOTIFY, DIALECT_COUNT };

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

/* What a dialect has no message for is NULL: an inbox has `error`, `pong`, `resync`, `event` and `decode`
 * only. */
struct dialect {
	enum dialect_id id;
	const char *name;
	bool inbox; /* spoken to one user about what lies in his inbox, and not to the members of a session */
	struct message *(*connected)(const struct greeting *greeting);
	struct message *(*ack)(const char *ref, const struct doc *doc);
	struct message *(*error)(const struct complaint *complaint);
	struct message *(*pong)(const char *ref, uint64_t last_event_id, int64_t now);
	/* The monitor's body, right after `connected`. */
	struct message *(*snapshot)(const struct doc *doc, int64_t now);
	/* What state_sync_request is answered with. */
	struct message *(*state)(const char *ref, const struct doc *doc, int64_t now);
	struct message *(*stats)(const struct id *session_id, const char *stats, int64_t now);
	/* Somebody is active, idle or away: the presence's own document, with its timestamp. */
	struct message *(*presence)(const struct doc *doc);
	/* Fetch your state; the live stream goes on behind `head`. */
	struct message *(*resync)(const struct id *session_id, uint64_t head, int64_t now);
	/* ERR_INVALID_MESSAGE for a payload that is no object; *ret NULL when the dialect has no such
	 * message. */
	enum err (*event)(const struct event *event, struct message **ret);
	/* ERR_INVALID_MESSAGE, with *ret.ref filled when one could be read, or ERR_MEMORY; all belongs to the
	 * arena. */
	enum err (*decode)(struct arena *arena, const char *text, size_t len, struct incoming *ret);
};

extern const struct dialect dialect_live;
extern const struct dialect dialect_envelope;
extern const struct dialect dialect_notify;

#endif
