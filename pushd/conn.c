/* The bounded queue of one connection, its latch, its one way through its states, and its pings. Owns nothing
 * of the socket; refuses to send anything once it is closing. */
#include "pushd/conn.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"

_Static_assert(offsetof(struct conn, written) + sizeof(uint64_t) <= CONN_HOT, "all that is hot");

#define CLOSING_MS 60000 /* so long a connection that is told to close may take to read the rest */

struct conn *conn_new(const struct conn_ops *ops, void *socket, const struct conn_hooks *hooks, void *owner,
		      size_t queue_limit)
{
	static uint64_t last_serial;
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->refs = 1;
	conn->serial = ++last_serial;
	conn->state = CONN_OPENING;
	conn->ops = ops;
	conn->socket = socket;
	conn->hooks = hooks;
	conn->owner = owner;
	conn->expires_at = INT64_MAX;
	conn->presence = "active";
	conn->queue_limit = queue_limit;
	conn->opened_at = conn->heard_at = conn->pinged_at = clock_monotonic();
	list_init(&conn->in_room);
	list_init(&conn->of_user);
	list_init(&conn->in_slot);
	list_init(&conn->in_parts);
	list_init(&conn->parts);
	list_init(&conn->early);
	return conn;
}

struct conn *conn_ref(struct conn *conn)
{
	conn->refs++;
	return conn;
}

static struct message *take(struct conn *conn)
{
	struct message *message = conn->queue[conn->queue_head];

	conn->queue_head = (conn->queue_head + 1) % conn->queue_cap;
	conn->queue_count--;
	conn->queue_bytes -= message->len;
	return message;
}

static void drop_queue(struct conn *conn)
{
	while (conn->queue_count)
		message_unref(take(conn));
	free(conn->queue);
	conn->queue = NULL;
	conn->queue_cap = conn->queue_head = 0;
}

void conn_unref(struct conn *conn)
{
	if (--conn->refs)
		return;
	assert(conn->state == CONN_CLOSED && list_empty(&conn->early));
	drop_queue(conn);
	free(conn);
}

/* The only place where a state changes. */
static void change_state(struct conn *conn, enum conn_state to)
{
	static const unsigned allowed[] = {
	    [CONN_OPENING] = 1u << CONN_REPLAYING | 1u << CONN_CLOSING | 1u << CONN_CLOSED,
	    [CONN_REPLAYING] = 1u << CONN_LIVE | 1u << CONN_CLOSING | 1u << CONN_CLOSED,
	    [CONN_LIVE] = 1u << CONN_CLOSING | 1u << CONN_CLOSED,
	    [CONN_CLOSING] = 1u << CONN_CLOSED,
	    [CONN_CLOSED] = 0,
	};

	assert(allowed[conn->state] & 1u << to);
	conn->state = to;
}

void conn_enter(struct conn *conn, enum conn_state state)
{
	change_state(conn, state);
}

static bool grow(struct conn *conn)
{
	size_t cap = conn->queue_cap ? conn->queue_cap * 2 : 8;
	struct message **queue = calloc(cap, sizeof(struct message *));

	if (!queue)
		return false;
	for (size_t i = 0; i < conn->queue_count; i++)
		queue[i] = conn->queue[(conn->queue_head + i) % conn->queue_cap];
	free(conn->queue);
	conn->queue = queue;
	conn->queue_cap = cap;
	conn->queue_head = 0;
	return true;
}

void conn_route(struct conn *conn, const struct outlet *outlet)
{
	conn->outlet = outlet ? *outlet : (struct outlet){.fd = -1};
}

static enum conn_write of_outlet(enum outlet_write result)
{
	static const enum conn_write results[] = {
	    [OUTLET_WRITTEN] = CONN_WRITTEN, [OUTLET_CHOKED] = CONN_CHOKED, [OUTLET_BROKEN] = CONN_BROKEN};

	return results[result];
}

static enum conn_write put(struct conn *conn, struct message *message)
{
	if (conn->outlet.wsi)
		return of_outlet(outlet_write(&conn->outlet, message, true));
	return conn->ops->write(conn->socket, message);
}

static void take_result(struct conn *conn, enum conn_write result)
{
	switch (result) {
	case CONN_WRITTEN:
		return;
	case CONN_CHOKED:
		conn->choked = true;
		conn->ops->want_writable(conn->socket);
		return;
	case CONN_BROKEN:
		break;
	}
	drop_queue(conn);
	conn_close(conn, 0, "broken", END_LOST);
}

static void write_now(struct conn *conn, struct message *message)
{
	/* before: who completes the message is told of it */
	if (message->event_id)
		conn->written = message->event_id;
	take_result(conn, put(conn, message));
}

/* Into the outlet: how many of them. */
static size_t write_train(struct conn *conn, struct message *const *messages, size_t count)
{
	size_t taken;
	enum outlet_write result = outlet_write_train(&conn->outlet, messages, count, &taken);

	for (size_t i = 0; i < taken; i++)
		if (messages[i]->event_id)
			conn->written = messages[i]->event_id;
	take_result(conn, of_outlet(result));
	return taken;
}

static bool is_free(const struct conn *conn)
{
	return conn->state < CONN_CLOSING && !conn->choked && !conn->queue_count;
}

void conn_push(struct conn *conn, struct message *message)
{
	if (conn->state >= CONN_CLOSING)
		return;
	if (is_free(conn)) {
		write_now(conn, message);
		return;
	}
	if (conn->queue_bytes + message->len > conn->queue_limit ||
	    (conn->queue_count == conn->queue_cap && !grow(conn))) {
		conn->too_slow = true;
		drop_queue(conn);
		conn_close(conn, CLOSE_TOO_SLOW, "too slow to read", END_LOST);
		return;
	}
	conn->queue[(conn->queue_head + conn->queue_count++) % conn->queue_cap] = message_ref(message);
	conn->queue_bytes += message->len;
}

void conn_push_all(struct conn *conn, struct message *const *messages, size_t count)
{
	size_t at = 0;

	while (at < count && is_free(conn) && conn->outlet.wsi)
		at += write_train(conn, messages + at, count - at);
	for (; at < count; at++)
		conn_push(conn, messages[at]);
}

void conn_tell(struct conn *conn, struct message *message)
{
	if (!message) {
		conn_close(conn, CLOSE_SERVER_ERROR, "out of memory", END_LOST);
		return;
	}
	conn_push(conn, message);
	message_unref(message);
}

void conn_writable(struct conn *conn)
{
	bool had = conn->queue_count > 0;

	conn->choked = false;
	while (conn->queue_count && !conn->choked) {
		struct message *message = take(conn);

		write_now(conn, message);
		message_unref(message);
	}
	if (conn->queue_count || conn->choked)
		return;
	if (conn->state == CONN_CLOSING)
		conn->ops->finish(conn->socket);
	else if (conn->state < CONN_CLOSING && (had || conn->stalled))
		conn->hooks->drained(conn);
}

size_t conn_queued(const struct conn *conn)
{
	return conn->queue_bytes;
}

void conn_close(struct conn *conn, int code, const char *reason, enum conn_end how)
{
	if (conn->state >= CONN_CLOSING)
		return;
	conn->close_code = code;
	conn->close_reason = reason;
	conn->closing_at = clock_monotonic();
	change_state(conn, CONN_CLOSING);
	conn->hooks->left(conn, how);
	if (!conn->queue_count && !conn->choked)
		conn->ops->finish(conn->socket);
}

void conn_closed(struct conn *conn, enum conn_end how)
{
	bool told = conn->state == CONN_CLOSING;

	change_state(conn, CONN_CLOSED);
	conn->socket = NULL;
	conn_route(conn, NULL);
	drop_queue(conn);
	if (!told)
		conn->hooks->left(conn, how);
}

void conn_heard(struct conn *conn, int64_t now)
{
	conn->heard_at = now;
	conn->unanswered = 0;
}

/* A ping that stays unanswered is repeated after half the time, and that one gets the other half: a peer is
 * dead two intervals after its last sign of life, however long they are. */
static int64_t patience(const struct conn *conn, const struct conn_rules *rules)
{
	return rules->ping_seconds * (conn->unanswered ? 500 : 1000);
}

enum conn_verdict conn_check(struct conn *conn, const struct conn_rules *rules)
{
	if (conn->state == CONN_CLOSED)
		return CONN_FINE;
	if (conn->state == CONN_CLOSING)
		return rules->now - conn->closing_at > CLOSING_MS ? CONN_STUCK : CONN_FINE;
	if (rules->wall >= conn->expires_at)
		return CONN_EXPIRED;
	if (!conn->ops->ping)
		return CONN_FINE;
	if (rules->now - conn->heard_at > rules->idle_seconds * 1000)
		return CONN_IDLE;
	if (rules->now - conn->pinged_at < patience(conn, rules))
		return CONN_FINE;
	if (conn->unanswered >= 2)
		return CONN_DEAD;
	conn->pinged_at = rules->now;
	conn->unanswered++;
	conn->ops->ping(conn->socket);
	return CONN_FINE;
}
