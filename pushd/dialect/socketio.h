/* Socket.IO 5 on top of engineio.h: namespaces, events, acknowledgements both ways, binary attachments. It
 * knows nothing of what the events mean: that is the application's, a struct of callbacks.
 *
 * One client (an Engine.IO session) has a socket per namespace it has asked for. A socket is counted: whoever
 * keeps one beyond a callback takes a reference, and may call any function with it at any time; once the
 * client is gone they do nothing. Packets go out as counted messages in their wire form: encoded once
 * (socketio_encode), one may be sent through any number of sockets of that namespace without a copy. */
#ifndef INVIGIL_PUSHD_DIALECT_SOCKETIO_H
#define INVIGIL_PUSHD_DIALECT_SOCKETIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "pushd/dialect/engineio.h"
#include "pushd/message.h"
#include "wire/json.h"

#define SOCKETIO_ATTACHMENTS 10	   /* the most that one packet may have */
#define SOCKETIO_NAMESPACES  8	   /* the most that one client may be in */
#define SOCKETIO_NAMESPACE   64	   /* the longest name of one, in bytes */
#define SOCKETIO_QUESTIONS   64	   /* the most that one socket may leave unanswered */
#define SOCKETIO_REFUSALS    64	   /* the most that one client gets before it is in a namespace */
#define SOCKETIO_STRANGERS   16384 /* the most that poll and are in no namespace: over it the first is lost */

struct socketio;
struct socketio_socket;

/* The payload of a CONNECT packet: an object, `{}` when there was none. For recovery it holds what the client
 * was given before: `pid` and the last `offset`. Borrowed for the call. */
struct socketio_auth {
	const json_value *value;
	const char *text;
	size_t len;
};

/* An event, or the answer to one of ours. Borrowed for the call. */
struct socketio_event {
	const char *name;	/* NULL: an answer, or see `args` */
	const json_value *args; /* the whole array, an event's name included; NULL: JSON that we refuse (too
				   deep, a NUL, a huge number …), or an answer that will never come */
	const char *rest;	/* the arguments behind the name as the client wrote them, without brackets */
	size_t rest_len;
	bool wants_ack; /* answer with socketio_ack, now or later */
	uint64_t ack;
	struct message *const *attachments; /* what the placeholders in args stand for */
	size_t attachment_count;
	struct arena *arena; /* lives as long as the call */
};

struct socketio_app {
	/* A client asks to come into a namespace: answer by socketio_accept or socketio_refuse, now or
	 * later. */
	void (*connect)(void *owner, struct socketio_socket *socket, const struct socketio_auth *auth);
	void (*event)(struct socketio_socket *socket, const struct socketio_event *event);
	/* The answer to a socketio_ask, exactly once. May be NULL when nobody asks. */
	void (*answered)(struct socketio_socket *socket, void *question, const struct socketio_event *answer);
	/* After ENGINEIO_CHOKED: more is taken. May be NULL. */
	void (*writable)(struct socketio_socket *socket);
	/* The socket is gone; once for each `connect` that wasn't refused. ENGINEIO_LEFT also stands for a
	 * DISCONNECT packet, ENGINEIO_ENDED for socketio_disconnect. */
	void (*gone)(struct socketio_socket *socket, enum engineio_end why);
	/* socketio_outlet has changed. May be NULL. */
	void (*routed)(struct socketio_socket *socket);
};

/* Makes the engine too. `connect_timeout` in ms: a client that is in no namespace for so long is closed. */
MUST_CHECK struct socketio *socketio_new(const struct engineio_rules *rules, int64_t connect_timeout,
					 const struct engineio_ops *ops, const struct socketio_app *app,
					 void *owner);
/* Ends what is left; no socket or request may belong to it any more. Accepts NULL. */
void socketio_free(struct socketio *io);
/* For the transports. */
struct engineio *socketio_engine(struct socketio *io);
/* Every 50 ms or so. */
void socketio_tick(struct socketio *io, int64_t now);

/* --- sockets --- */

struct socketio_socket *socketio_ref(struct socketio_socket *socket);
void socketio_unref(struct socketio_socket *socket);
/* The application's own pointer, NULL at first. */
void socketio_set_context(struct socketio_socket *socket, void *context);
void *socketio_context(const struct socketio_socket *socket);
/* "/", or "/custom". */
const char *socketio_namespace(const struct socketio_socket *socket);
/* The id the client is told. */
const char *socketio_sid(const struct socketio_socket *socket);
/* Who opened the session; NULL once the client is gone. */
const struct engineio_peer *socketio_peer(const struct socketio_socket *socket);
/* Accepted, and not gone. */
bool socketio_is_connected(const struct socketio_socket *socket);

/* Lets him in. `sid`: a recovered socket's (at most 20 characters), NULL: a new one; `pid`: what he can
 * recover by, NULL: nothing. */
void socketio_accept(struct socketio_socket *socket, const char *sid, const char *pid);
/* CONNECT_ERROR {"message", "data"?}; `data` is JSON text, NULL: none. */
void socketio_refuse(struct socketio_socket *socket, const char *message, const char *data);
/* Ends it with a DISCONNECT packet; `close` ends the whole session too, once what is queued is sent. */
void socketio_disconnect(struct socketio_socket *socket, bool close);
/* Ends the whole session without a word to the application behind it: the client will come back. */
void socketio_close(struct socketio_socket *socket, enum engineio_end why);

/* --- sending --- */

/* What a packet says; NULL and 0 stand for none. */
struct socketio_packet {
	const char *namespace; /* NULL: the main one */
	const char *event;     /* NULL: it answers the event `ack` */
	const char *args;      /* JSON values with commas between, without brackets */
	const char *offset;    /* the last argument, by which a client recovers */
	bool has_ack;	       /* an event that wants an answer */
	uint64_t ack;
	size_t attachments; /* that follow it */
};

/* A fresh message with one reference; NULL: no memory. */
MUST_CHECK struct message *socketio_encode(const struct socketio_packet *packet);

/* Sends an encoded packet; the socket must be in its namespace. The message is referenced, never copied. */
enum engineio_write socketio_send(struct socketio_socket *socket, struct message *packet);
/* Likewise, with as many attachments as it was encoded with. */
enum engineio_write socketio_send_binary(struct socketio_socket *socket, struct message *packet,
					 struct message *const *attachments, size_t count);
/* Where encoded packets may go straight to the client for now, past socketio_send; NULL: nowhere. It is gone
 * when `gone` is called. */
const struct outlet *socketio_outlet(const struct socketio_socket *socket);
/* What went there has filled it: as after ENGINEIO_CHOKED. */
void socketio_choked(struct socketio_socket *socket);
/* Only when it would go out at once; else it is dropped. */
void socketio_send_volatile(struct socketio_socket *socket, struct message *packet);

/* Encodes and sends one packet to one client; without memory the session ends. */
void socketio_emit(struct socketio_socket *socket, const char *event, const char *args);
void socketio_ack(struct socketio_socket *socket, uint64_t ack, const char *args);
/* An event that wants an answer: `question` comes back with it in app.answered. */
void socketio_ask(struct socketio_socket *socket, const char *event, const char *args, void *question);

#endif
