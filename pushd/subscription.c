/* What a Socket.IO client has joined: connections that its own one carries, and where it stands in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pushd/client.h"
#include "pushd/gate.h"

char *client_offset(const struct client *client, const struct subscription *at, uint64_t event_id)
{
	char text[OFFSET_TEXT];
	struct buf out;

	buf_init(&out, NULL);
	buf_adds(&out, "");
	list_each (node, &client->subscriptions) {
		const struct subscription *one = list_entry(node, struct subscription, in_client);
		struct offset offset = {.session_id = one->conn->session_id,
					.dialect = one->conn->dialect,
					.event_id = room_cursor(one->conn)};

		if (one != at && (!one->begun || one->conn->state >= CONN_CLOSING))
			continue;
		/* what waits in its queue hasn't been sent */
		if (one->conn->queue_count)
			offset.event_id = one->conn->written;
		if (one == at)
			offset.event_id = event_id;
		buf_printf(&out, "%s%s", out.len ? " " : "", offset_format(&offset, text));
	}
	if (out.failed)
		buf_done(&out);
	return out.data;
}

/* Behind the object of a message stands one subscription: the others of the client are added. */
static enum conn_write put_with_offset(struct subscription *subscription, struct message *message)
{
	char *text = client_offset(subscription->client, subscription, message->event_id);
	struct message *copy = text ? emit_with_offset(message, text) : NULL;
	enum conn_write result = copy ? client_put(subscription->client, copy) : CONN_BROKEN;

	message_unref(copy);
	free(text);
	return result;
}

static enum conn_write subscription_write(void *socket, struct message *message)
{
	struct subscription *subscription = socket;
	const char *offset;
	size_t len;

	if (subscription->client->count == 1 || !emit_offset(message, &offset, &len))
		return client_put(subscription->client, message);
	return put_with_offset(subscription, message);
}

/* After ENGINEIO_CHOKED it is said anyway. */
static void subscription_want(void *socket)
{
	socketio_choked(((struct subscription *)socket)->client->socket);
}

static void subscription_finish(void *socket)
{
	struct subscription *subscription = socket;
	const struct conn *conn = subscription->conn;

	/* a frame may have been cut off: nothing can follow it */
	if (!conn->close_code && conn->outlet.wsi)
		socketio_close(subscription->client->socket, ENGINEIO_LOST);
	subscription->finished = true;
	client_is_due(subscription->client);
}

static void subscription_kill(void *socket)
{
	subscription_finish(socket);
}

static void answer_waiting(const struct subscription *subscription, const struct message *answer)
{
	list_each (node, &subscription->waiting)
		client_send(subscription->client,
			    emit_ack(answer, list_entry(node, struct waiting, in_subscription)->ack));
}

static void drop_waiting(struct subscription *subscription)
{
	list_each (node, &subscription->waiting) {
		list_remove(node);
		free(list_entry(node, struct waiting, in_subscription));
	}
}

/* Another one of the same session, which was there before: it was joined by its code when a recovered one was
 * still on its way in. */
static bool is_second(const struct subscription *subscription)
{
	const struct conn *conn = subscription->conn;

	return subscription_of_session(subscription->client, conn->dialect, &conn->session_id) !=
	       subscription;
}

static void subscription_begun(void *socket, struct message *opening)
{
	struct subscription *subscription = socket;

	answer_waiting(subscription, opening);
	drop_waiting(subscription);
	if (!subscription->begun && is_second(subscription))
		conn_close(subscription->conn, CLOSE_NORMAL, "joined twice", END_CLEAN);
	else
		subscription->begun = true;
}

static void subscription_answered(void *socket, const struct outcome *outcome)
{
	client_outcome(socket, outcome);
}

static const struct conn_ops subscription_ops = {
    .write = subscription_write,
    .want_writable = subscription_want,
    .finish = subscription_finish,
    .kill = subscription_kill,
    .begun = subscription_begun,
    .answered = subscription_answered,
};

struct subscription *subscribe(struct client *client, const struct dialect *dialect,
			       const struct id *session_id, const char *code, const uint64_t *cursor)
{
	struct subscription *subscription = calloc(1, sizeof(*subscription));

	if (subscription)
		subscription->conn =
		    gate_carry(client->conn, dialect, cursor, &subscription_ops, subscription);
	if (!subscription || !subscription->conn) {
		free(subscription);
		client_send(client, NULL);
		return NULL;
	}
	subscription->client = client;
	subscription->begun = cursor != NULL;
	subscription->conn->written = cursor ? *cursor : 0;
	if (code)
		snprintf(subscription->code, sizeof(subscription->code), "%s", code);
	list_init(&subscription->waiting);
	list_append(&client->subscriptions, &subscription->in_client);
	client->count++;
	client_route(client);
	gate_enter(subscription->conn, session_id, code);
	return subscription;
}

void subscription_await(struct subscription *subscription, const struct ask *ask)
{
	struct waiting *waiting = ask->wants_ack ? calloc(1, sizeof(*waiting)) : NULL;

	if (waiting) {
		waiting->ack = ask->ack;
		list_append(&subscription->waiting, &waiting->in_subscription);
	} else if (ask->wants_ack) {
		client_send(subscription->client, NULL);
	}
}

void subscription_free(struct subscription *subscription, enum conn_end how)
{
	drop_waiting(subscription);
	list_remove(&subscription->in_client);
	subscription->client->count--;
	client_route(subscription->client);
	gate_closed(subscription->client->clients->pushd, subscription->conn, how);
	free(subscription);
}

static bool is_open(const struct subscription *subscription)
{
	return subscription->conn->state < CONN_CLOSING;
}

struct subscription *subscription_of_code(const struct client *client, const char *code)
{
	list_each (node, &client->subscriptions) {
		struct subscription *one = list_entry(node, struct subscription, in_client);
		const struct room *room = one->conn->room;

		if (is_open(one) && one->conn->dialect == &dialect_classroom &&
		    (strcmp(one->code, code) == 0 || (room && strcmp(room_join_code(room), code) == 0)))
			return one;
	}
	return NULL;
}

struct subscription *subscription_of_session(const struct client *client, const struct dialect *dialect,
					     const struct id *session_id)
{
	list_each (node, &client->subscriptions) {
		struct subscription *one = list_entry(node, struct subscription, in_client);

		if (is_open(one) && one->conn->dialect == dialect &&
		    id_equal(&one->conn->session_id, session_id))
			return one;
	}
	return NULL;
}

struct subscription *subscription_exam(const struct client *client)
{
	struct subscription *last = NULL;

	list_each (node, &client->subscriptions) {
		struct subscription *one = list_entry(node, struct subscription, in_client);

		if (is_open(one) && one->conn->dialect == &dialect_exam)
			last = one;
	}
	return last;
}

/* The client may try again, and find another answer. */
bool client_may_return(const struct conn *conn)
{
	return conn->close_code != CLOSE_POLICY && conn->close_code != CLOSE_RATE_LIMITED;
}

/* Losing one session says nothing of the others, and the official client doesn't come back when it is sent
 * away. */
static bool others_stay(const struct subscription *subscription)
{
	if (subscription->conn->close_code != CLOSE_POLICY)
		return false;
	list_each (node, &subscription->client->subscriptions) {
		const struct subscription *one = list_entry(node, struct subscription, in_client);

		if (one != subscription && is_open(one))
			return true;
	}
	return false;
}

/* One that was refused is told so; one that was in takes the client with it, unless it was left or others
 * stay. */
void subscription_end(struct subscription *subscription)
{
	struct client *client = subscription->client;
	struct conn *conn = subscription->conn;
	struct complaint complaint = {.err = conn->fault};
	struct message *answer =
	    conn->fault && !list_empty(&subscription->waiting) ? conn->dialect->error(&complaint) : NULL;

	if (answer)
		answer_waiting(subscription, answer);
	message_unref(answer);
	if (conn->close_code != CLOSE_NORMAL && !others_stay(subscription) &&
	    (conn->admitted || (conn->resume && client_may_return(conn))))
		conn_close(client->conn, conn->close_code, conn->close_reason,
			   client_may_return(conn) ? END_LOST : END_CLEAN);
	subscription_free(subscription, END_LOST);
}
