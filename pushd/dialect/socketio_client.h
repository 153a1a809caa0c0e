/* The inside of socketio.c, which listens to a client, and socketio_socket.c, which is what the application
 * does with a socket: the two, and what each file asks of the other. Nobody else includes this. */
#ifndef INVIGIL_PUSHD_DIALECT_SOCKETIO_CLIENT_H
#define INVIGIL_PUSHD_DIALECT_SOCKETIO_CLIENT_H

#include "base/list.h"
#include "pushd/dialect/socketio.h"

struct pending;

struct socketio {
	struct engineio *engine;
	const struct socketio_app *app;
	void *owner;
	int64_t connect_timeout;
	struct list homeless;  /* clients in no namespace, by deadline */
	struct list strangers; /* of those, who polls and isn't being judged: the longest there first */
	size_t stranger_count;
};

struct client {
	unsigned refs;
	struct socketio *io;
	struct engineio_session *session; /* NULL: closed */
	const struct outlet *outlet;	  /* its own for now; NULL: none */
	struct list sockets;		  /* one for each namespace that it is in, or asks for */
	size_t count;			  /* of them */
	struct pending *pending;	  /* a packet that waits for its attachments; NULL: none */
	struct list in_homeless;
	int64_t deadline; /* there: until then it has to find a namespace */
	struct list in_strangers;
	unsigned refusals; /* since it was in a namespace */
};

enum state {
	ASKING,	   /* the application has been asked, and will answer */
	CONNECTED, /* it has been let in: packets come and go */
	GONE,	   /* nobody finds it any more; only references keep the struct */
};

struct socketio_socket {
	unsigned refs;
	enum state state;
	struct client *client; /* NULL once GONE */
	const struct socketio *io;
	struct list in_client;
	char namespace[SOCKETIO_NAMESPACE + 1];
	char sid[ENGINEIO_SID];
	void *context; /* the application's */
	struct list questions;
	size_t question_count;
	uint64_t next_ack;
};

/* --- socketio.c --- */

void socketio_client_unref(struct client *client);
/* Its last socket has gone. */
void socketio_client_lonely(struct client *client);

/* --- socketio_socket.c --- */

/* ASKING, with the client's reference and the caller's. NULL: no memory. */
MUST_CHECK struct socketio_socket *socketio_socket_new(struct client *client, const char *namespace);
/* It is gone: unlinks it, tells the application, gives the client's reference back. */
void socketio_leave(struct socketio_socket *socket, enum engineio_end why);
/* The answer to a question of ours; to none that is open, it is nothing. */
void socketio_answered(struct socketio_socket *socket, uint64_t ack, const struct socketio_event *event);
/* Takes the reference; NULL is a failed allocation, without which the client can't be served. */
void socketio_send_fresh(struct client *client, struct message *packet);
/* CONNECT_ERROR, as socketio_refuse. */
void socketio_send_refusal(struct client *client, const char *namespace, const char *message,
			   const char *data);

#endif
