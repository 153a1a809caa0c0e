/* One Socket.IO client, as the four files that serve it see it: clients.c has its life, client.c what it is
 * sent, subscription.c what it has joined, sayings.c what it says. Nobody else includes this. */
#ifndef INVIGIL_PUSHD_CLIENT_H
#define INVIGIL_PUSHD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/token.h"
#include "base/list.h"
#include "pushd/conn.h"
#include "pushd/dialect/dialect.h"
#include "pushd/dialect/emit.h"
#include "pushd/dialect/socketio.h"
#include "pushd/clients.h"
#include "pushd/pushd.h"

struct clients {
	struct pushd *pushd;
	struct socketio *io;
	struct list due; /* clients of which something has ended */
};

struct client {
	unsigned refs; /* its socket's, and one for each question that is under way */
	struct clients *clients;
	struct socketio_socket *socket; /* one reference */
	struct conn *conn;		/* the carrier; NULL: it is gone */
	struct list subscriptions;	/* in the order of their joins */
	size_t count;			/* of them */
	struct list in_due;
	bool finished; /* the carrier is closing, and all is sent */
	bool gone;     /* the socket is */
	enum engineio_end why;
	bool ours;	    /* the end was our fault: nobody has left */
	char *pid, *offset; /* as it brought them; NULL: it didn't */
};

#define PID_TEXT (ENGINEIO_SID + SEAL_TEXT)

/* A callback that wants to hear of an opening. */
struct waiting {
	struct list in_subscription;
	uint64_t ack;
};

/* A session that a client has joined. */
struct subscription {
	struct client *client;
	struct list in_client;
	struct conn *conn;
	char code[JOIN_CODE_TEXT]; /* that it was joined by; "": by its id */
	bool begun;		   /* the client knows that it is in */
	bool finished;		   /* the connection is closing, and all is sent */
	struct list waiting;
};

/* What a question was asked with. */
struct ask {
	bool wants_ack;
	uint64_t ack;
};

/* As it comes; NULL: no memory. */
struct client *client_new(struct clients *clients, struct socketio_socket *socket,
			  const struct socketio_auth *auth);
struct client *client_ref(struct client *client);
void client_unref(struct client *client);
/* Something of it has ended: clients_turn, soon. */
void client_is_due(struct client *client);
/* Whether a connection ended for what isn't the client's fault, so that it may come back at once. */
bool client_may_return(const struct conn *conn);

/* Opens a subscription; `session_id` nil: by `code`. NULL, and the client is told: it can't. */
struct subscription *subscribe(struct client *client, const struct dialect *dialect,
			       const struct id *session_id, const char *code, const uint64_t *cursor);
/* Its opening answers this, too. */
void subscription_await(struct subscription *subscription, const struct ask *ask);
/* The one that is open; NULL: none. */
struct subscription *subscription_of_code(const struct client *client, const char *code);
struct subscription *subscription_of_session(const struct client *client, const struct dialect *dialect,
					     const struct id *session_id);
/* The exam that was joined last. */
struct subscription *subscription_exam(const struct client *client);
/* Where the client stands in all of them; `at`: in this one it is at `event_id`. NULL: no memory. */
MUST_CHECK char *client_offset(const struct client *client, const struct subscription *at, uint64_t event_id);

/* What has come to an end and sent all: one that was refused is told so, one that was in takes the client
 * with it, unless it was left, or was lost while the client is in others. */
void subscription_end(struct subscription *subscription);
void subscription_free(struct subscription *subscription, enum conn_end how);

/* Where its subscriptions write to has changed. */
void client_route(struct client *client);
/* Sends; the message stays the caller's. */
enum conn_write client_put(struct client *client, struct message *message);
/* Takes the message's reference; NULL: no memory, which ends the client. */
void client_send(struct client *client, struct message *message);
/* Likewise as an event, and as the answer to an acknowledgement. */
void client_answer(struct client *client, struct message *message, const struct ask *ask);
void client_refuse(struct client *client, const struct dialect *dialect, const struct complaint *complaint,
		   const struct ask *ask);

/* An event from the client. */
void client_says(struct client *client, const struct socketio_event *event);
/* What became of one that was said in a session. */
void client_outcome(struct subscription *subscription, const struct outcome *outcome);

#endif
