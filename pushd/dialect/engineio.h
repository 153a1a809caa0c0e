/* Engine.IO 4: sessions that carry packets over HTTP long-polling, over a WebSocket, or over the first and
 * then the second. It knows neither sockets nor what the packets say: requests, frames and the time are told
 * to it, and it drives the operations of the transports and the hooks of whoever is above.
 *
 * A session is named by its id, which is random. The server pings; a client that doesn't answer in time is
 * gone. What can't be sent at once waits in a queue bounded in bytes, with conn.h's policy: over it nothing
 * more is sent and the session ends. Sessions stand in lists by what they wait for next, each as long as the
 * others in its list, so that one look at the first of each list is the whole clock. */
#ifndef INVIGIL_PUSHD_DIALECT_ENGINEIO_H
#define INVIGIL_PUSHD_DIALECT_ENGINEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "core/err.h"
#include "pushd/message.h"

#define ENGINEIO_SID 21 /* the text of an id, and the terminator */

struct engineio;
struct engineio_session;
struct outlet;

/* All times in milliseconds, all sizes in bytes. */
struct engineio_rules {
	int64_t ping_interval;	 /* from a pong to the next ping */
	int64_t ping_timeout;	 /* from a ping to its pong */
	int64_t upgrade_timeout; /* from a second transport to its `upgrade` packet */
	int64_t linger;		 /* the longest that an ending session may take to fetch the rest */
	size_t max_payload;	 /* of one frame, or one request's body */
	size_t queue_bytes;	 /* over it a client is too slow */
};

enum engineio_kind { ENGINEIO_TEXT, ENGINEIO_BINARY };

enum engineio_write {
	ENGINEIO_WRITTEN, /* taken; more will be */
	ENGINEIO_CHOKED,  /* taken; what comes before the writable hook is queued */
	ENGINEIO_BROKEN,  /* not taken: there is nobody any more */
};

/* How a session ended. */
enum engineio_end {
	ENGINEIO_LEFT,	    /* the client said goodbye */
	ENGINEIO_LOST,	    /* its connection broke, or it broke the rules of polling */
	ENGINEIO_SILENT,    /* it didn't answer a ping */
	ENGINEIO_MALFORMED, /* it sent what is no packet */
	ENGINEIO_NOT_UTF8,
	ENGINEIO_TOO_LARGE,
	ENGINEIO_TOO_SLOW,
	ENGINEIO_ENDED, /* by us, once what is queued is sent */
	ENGINEIO_MOVED, /* likewise, because we go down: the client shall come back */
};

/* What the transports do. A socket is a WebSocket, a request an HTTP GET that is being held. */
struct engineio_ops {
	enum engineio_write (*write)(void *socket, struct message *message, enum engineio_kind kind);
	/* engineio_writable shall be called once the socket takes more. */
	void (*want_writable)(void *socket);
	/* Send the close frame after this turn of the loop; code 0: none. */
	void (*finish)(void *socket, int code, const char *reason);
	/* Drop the socket: it doesn't even take a close frame. */
	void (*kill)(void *socket);
	/* There is something to answer: engineio_collect shall be called soon, after this turn. */
	void (*ready)(void *request);
	/* Where a text can be written to the socket without `write`. May be NULL: nowhere. */
	const struct outlet *(*outlet)(void *socket);
};

/* What is above. A context is the hooks' own, one per session. */
struct engineio_hooks {
	/* A new session, to which nothing may be sent yet. NULL: no memory, and there is no session. */
	void *(*opened)(void *owner, struct engineio_session *session);
	/* A message without its packet type; borrowed. */
	void (*text)(void *context, const char *text, size_t len);
	void (*binary)(void *context, const void *bytes, size_t len);
	/* After ENGINEIO_CHOKED: more is taken. */
	void (*writable)(void *context);
	/* Exactly once for each `opened`. */
	void (*closed)(void *context, enum engineio_end why);
	/* From now on text packets may as well go straight into the outlet, because nothing stands before
	 * them (engineio_choked when it is full); NULL: no more. Before `closed` it is NULL again. May be
	 * NULL. */
	void (*routed)(void *context, const struct outlet *outlet);
};

MUST_CHECK struct engineio *engineio_new(const struct engineio_rules *rules, const struct engineio_ops *ops,
					 const struct engineio_hooks *hooks, void *owner);
/* Ends what is left; no socket or request may belong to it any more. Accepts NULL. */
void engineio_free(struct engineio *engine);

/* Sends pings, ends what is overdue. Every 50 ms or so. */
void engineio_tick(struct engineio *engine, int64_t now);
/* Ends at most `most` sessions (ENGINEIO_MOVED); true when none is left that can still be told. */
bool engineio_dismiss(struct engineio *engine, size_t most, int64_t now);
size_t engineio_count(const struct engineio *engine);
const struct engineio_rules *engineio_rules(const struct engineio *engine);
/* The one rule that may change, for those who are there too. */
void engineio_set_queue(struct engineio *engine, size_t bytes);
/* The last moment that the engine was told. */
int64_t engineio_now(const struct engineio *engine);
/* A random id, 15 bytes in the URL form of base64: nobody guesses one. */
void engineio_make_sid(char ret[ENGINEIO_SID]);

/* --- for the transports: from a request to a session --- */

/* Why a request is refused: the codes that clients see. */
enum engineio_refusal {
	ENGINEIO_ACCEPTED = -1,
	ENGINEIO_UNKNOWN_TRANSPORT,
	ENGINEIO_UNKNOWN_SESSION,
	ENGINEIO_BAD_METHOD,
	ENGINEIO_BAD_REQUEST,
	ENGINEIO_FORBIDDEN,
	ENGINEIO_UNSUPPORTED_VERSION,
};

/* A request's arguments; NULL: missing. */
struct engineio_request {
	const char *version;   /* EIO */
	const char *transport; /* transport */
	const char *sid;       /* sid */
	bool get;	       /* the method is GET */
	bool upgrade;	       /* to a WebSocket */
};

/* *ret_session: the one that is meant, borrowed for this turn; NULL: one is to be opened. */
MUST_CHECK enum engineio_refusal engineio_judge(struct engineio *engine,
						const struct engineio_request *request, int64_t now,
						struct engineio_session **ret_session);
int engineio_refusal_status(enum engineio_refusal refusal);
/* {"code":…,"message":…}, static. */
const char *engineio_refusal_body(enum engineio_refusal refusal);

/* Who opens; texts are copied. */
struct engineio_peer {
	const char *address; /* "": unknown */
	const char *token;   /* `?token=`; NULL: none */
};

/* `socket`: the WebSocket that it is opened with, to be given back by engineio_lost; NULL: polling, and
 * engineio_poll follows. */
MUST_CHECK enum err engineio_open(struct engineio *engine, const struct engineio_peer *peer, void *socket,
				  int64_t now, struct engineio_session **ret);

/* A second transport, to be given back by engineio_lost. False: refused, close it. */
MUST_CHECK bool engineio_probe(struct engineio_session *session, void *socket, int64_t now);
/* Frames, whole. Any other call for a socket that the session has done with does nothing. */
void engineio_text(struct engineio_session *session, void *socket, const char *text, size_t len, int64_t now);
void engineio_binary(struct engineio_session *session, void *socket, const void *bytes, size_t len,
		     int64_t now);
/* The socket takes more. */
void engineio_writable(struct engineio_session *session, void *socket, int64_t now);
/* A frame or a body over max_payload. */
void engineio_too_large(struct engineio_session *session, int64_t now);
/* The socket is gone, or will be: nothing is to be sent through it any more. `clean`: by a goodbye. */
void engineio_lost(struct engineio_session *session, void *socket, bool clean, int64_t now);

/* A GET to be held, until engineio_collect or engineio_poll_lost. False: one is held already, which ends the
 * session; answer ENGINEIO_BAD_REQUEST. */
MUST_CHECK bool engineio_poll(struct engineio_session *session, void *request, int64_t now);
/* The body that answers it; NULL: no memory, drop the connection. */
MUST_CHECK struct message *engineio_collect(struct engineio_session *session, int64_t now);
void engineio_poll_lost(struct engineio_session *session, int64_t now);

/* A POST begins, until engineio_posted or engineio_post_lost. False: as with engineio_poll. */
MUST_CHECK bool engineio_post(struct engineio_session *session, int64_t now);
/* Its body is there. False: it is malformed; answer ENGINEIO_BAD_REQUEST. */
MUST_CHECK bool engineio_posted(struct engineio_session *session, const char *body, size_t len, int64_t now);
void engineio_post_lost(struct engineio_session *session, int64_t now);

/* --- for what is above --- */

/* A whole packet: a text begins with its type ('4': a message), binary data is a message by itself. The
 * message is referenced, never copied. */
enum engineio_write engineio_send(struct engineio_session *session, struct message *message,
				  enum engineio_kind kind);
/* What went straight into the outlet has filled it: as after ENGINEIO_CHOKED. */
void engineio_choked(struct engineio_session *session);
/* Whether a message would go out at once. */
bool engineio_is_writable(const struct engineio_session *session);
/* Ends the session; `closed` is called before this returns. Only the first call counts. */
void engineio_end(struct engineio_session *session, enum engineio_end why);
/* Borrowed; lives as long as the session. */
const struct engineio_peer *engineio_peer(const struct engineio_session *session);
const char *engineio_sid(const struct engineio_session *session);
/* It is carried by requests: between two of them it costs nobody a descriptor. */
bool engineio_is_polling(const struct engineio_session *session);

#endif
