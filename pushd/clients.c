/* The life of Socket.IO clients: coming in, subscriptions, and the end. Whatever ends is only noted when it
 * does, which may be in the midst of a write, and taken down after that turn of the loop. */
#include "pushd/clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/address.h"
#include "pushd/client.h"
#include "pushd/farewell.h"
#include "pushd/gate.h"

#define CONNECT_MS 45000 /* a client that is in no namespace for so long is closed */
#define UPGRADE_MS 10000
#define LINGER_MS  5000
#define PURPOSE	   "socket.io"

/* --- the end --- */

static enum conn_end end_of(const struct client *client)
{
	static const enum conn_end ends[] = {
	    [ENGINEIO_LEFT] = END_CLEAN,     [ENGINEIO_LOST] = END_LOST,
	    [ENGINEIO_SILENT] = END_LOST,    [ENGINEIO_MALFORMED] = END_CLEAN,
	    [ENGINEIO_NOT_UTF8] = END_CLEAN, [ENGINEIO_TOO_LARGE] = END_CLEAN,
	    [ENGINEIO_TOO_SLOW] = END_LOST,  [ENGINEIO_ENDED] = END_CLEAN,
	    [ENGINEIO_MOVED] = END_MOVED,
	};

	return client->ours ? END_LOST : ends[client->why];
}

static void end_client(struct client *client)
{
	struct pushd *pushd = client->clients->pushd;
	enum conn_end how = end_of(client);

	list_each (node, &client->subscriptions)
		subscription_free(list_entry(node, struct subscription, in_client), how);
	if (client->why == ENGINEIO_SILENT)
		pushd->metrics.dead++;
	if (client->why == ENGINEIO_TOO_SLOW && !client->ours)
		pushd->metrics.slow++;
	gate_closed(pushd, client->conn, how);
	client->conn = NULL;
	socketio_set_context(client->socket, NULL);
	/* its end may have been noted once more while it was being made */
	list_remove(&client->in_due);
	client_unref(client);
}

static void refuse(struct client *client)
{
	enum err err = client->conn->fault;
	struct buf data;

	buf_init(&data, NULL);
	buf_adds(&data, "{\"code\":");
	json_add_string(&data, err_code(err));
	buf_adds(&data, ",\"message\":");
	json_add_string(&data, err_sentence(err));
	buf_addc(&data, '}');
	socketio_refuse(client->socket, err == ERR_AUTH_FAILED ? "Authentication failed" : err_code(err),
			data.failed ? NULL : data.data);
	buf_done(&data);
	client->gone = true;
	client->why = ENGINEIO_ENDED;
}

/* In the exam's own words too, when he sits in one or watches it. */
static void tell_exam(struct client *client)
{
	const struct complaint complaint = {.err = client->conn->fault};

	if (!complaint.err)
		return;
	list_each (node, &client->subscriptions) {
		const struct conn *conn = list_entry(node, struct subscription, in_client)->conn;

		if (conn->dialect == &dialect_classroom)
			continue;
		client_send(client, conn->dialect->error(&complaint));
		return;
	}
}

static void finish_client(struct client *client)
{
	const struct conn *conn = client->conn;

	client->finished = false;
	if (conn->close_code == CLOSE_GOING_AWAY) {
		socketio_close(client->socket, ENGINEIO_MOVED);
	} else if (client_may_return(conn)) {
		client->ours = true;
		socketio_close(client->socket,
			       conn->close_code == CLOSE_TOO_SLOW ? ENGINEIO_TOO_SLOW : ENGINEIO_MOVED);
	} else if (!conn->admitted) {
		refuse(client);
	} else {
		tell_exam(client);
		socketio_disconnect(client->socket, true);
	}
}

static struct subscription *find_finished(const struct client *client)
{
	list_each (node, &client->subscriptions) {
		struct subscription *one = list_entry(node, struct subscription, in_client);

		if (one->finished)
			return one;
	}
	return NULL;
}

static void end_what_is_due(struct client *client)
{
	struct subscription *finished;

	while (!client->gone && (finished = find_finished(client)))
		subscription_end(finished);
	if (client->finished && !client->gone)
		finish_client(client);
	if (client->gone && client->conn)
		end_client(client);
}

void clients_turn(struct clients *clients)
{
	while (!list_empty(&clients->due)) {
		struct client *client = list_entry(clients->due.next, struct client, in_due);

		list_remove(&client->in_due);
		end_what_is_due(client);
	}
}

/* --- coming in --- */

static enum conn_write carrier_write(void *socket, struct message *message)
{
	struct client *client = socket;

	/* a refusal is told in the packet that refuses */
	return socketio_is_connected(client->socket) ? client_put(client, message) : CONN_WRITTEN;
}

static void carrier_want(void *socket UNUSED)
{
}

static void carrier_finish(void *socket)
{
	struct client *client = socket;

	client->finished = true;
	client_is_due(client);
}

static void carrier_kill(void *socket)
{
	socketio_close(((struct client *)socket)->socket, ENGINEIO_LOST);
}

#define SEALED_TEXT (ID_TEXT + ENGINEIO_SID)

static const char *sealed(const struct client *client, const char *sid, char text[SEALED_TEXT])
{
	char user[ID_TEXT];

	snprintf(text, SEALED_TEXT, "%s:%s", id_format(&client->conn->actor.user_id, user), sid);
	return text;
}

/* The sid of a pid that is the client's own. */
static bool read_pid(const struct client *client, char ret_sid[ENGINEIO_SID])
{
	char text[SEALED_TEXT];

	if (!client->pid || strlen(client->pid) != PID_TEXT - 1 || client->pid[ENGINEIO_SID - 1] != '.')
		return false;
	memcpy(ret_sid, client->pid, ENGINEIO_SID - 1);
	ret_sid[ENGINEIO_SID - 1] = '\0';
	return token_seal_holds(client->clients->pushd->keys, PURPOSE, sealed(client, ret_sid, text),
				client->pid + ENGINEIO_SID);
}

/* Where it stood; false when that is no offset. */
static bool read_offsets(const struct client *client, struct offset ret[SUBSCRIPTIONS_MAX], size_t *ret_count)
{
	const char *at = client->offset ? client->offset : "";

	for (*ret_count = 0; *at; ++*ret_count)
		if (*ret_count == SUBSCRIPTIONS_MAX || !offset_read(&at, &ret[*ret_count]))
			return false;
	return true;
}

static void resume(struct client *client, const struct offset *offsets, size_t count)
{
	for (size_t i = 0; i < count && client->conn->state < CONN_CLOSING; i++)
		if (!subscription_of_session(client, offsets[i].dialect, &offsets[i].session_id))
			(void)subscribe(client, offsets[i].dialect, &offsets[i].session_id, NULL,
					&offsets[i].event_id);
}

static void carrier_let_in(void *socket)
{
	struct offset offsets[SUBSCRIPTIONS_MAX];
	struct client *client = socket;
	char sid[ENGINEIO_SID], text[SEALED_TEXT], mark[SEAL_TEXT], pid[PID_TEXT];
	size_t count;
	bool recovers = read_pid(client, sid) && read_offsets(client, offsets, &count);

	if (!recovers)
		snprintf(sid, sizeof(sid), "%s", socketio_sid(client->socket));
	token_seal(client->clients->pushd->keys, PURPOSE, sealed(client, sid, text), mark);
	snprintf(pid, sizeof(pid), "%s.%s", sid, mark);
	socketio_accept(client->socket, sid, pid);
	if (recovers)
		resume(client, offsets, count);
}

static const struct conn_ops carrier_ops = {
    .write = carrier_write,
    .want_writable = carrier_want,
    .finish = carrier_finish,
    .kill = carrier_kill,
    .let_in = carrier_let_in,
};

static void connect(void *owner, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	struct clients *clients = owner;
	const struct engineio_peer *peer = socketio_peer(socket);
	const char *token = json_text(json_member(auth->value, "token"));
	const struct handshake handshake = {.token = token ? token : peer->token, .address = peer->address};
	struct client *client;

	if (strcmp(socketio_namespace(socket), "/") != 0) {
		socketio_refuse(socket, "Invalid namespace", NULL);
		return;
	}
	client = client_new(clients, socket, auth);
	if (client)
		client->conn = gate_open(clients->pushd, &handshake, &carrier_ops, client);
	if (client && client->conn) {
		socketio_set_context(socket, client);
		return;
	}
	if (client)
		client_unref(client);
	socketio_close(socket, ENGINEIO_LOST);
}

/* --- what the socket tells --- */

static void event(struct socketio_socket *socket, const struct socketio_event *event)
{
	struct client *client = socketio_context(socket);

	if (client && !client->gone && client->conn->state < CONN_CLOSING)
		client_says(client, event);
}

static void writable(struct socketio_socket *socket)
{
	struct client *client = socketio_context(socket);

	if (!client || client->gone)
		return;
	conn_writable(client->conn);
	list_each (node, &client->subscriptions)
		conn_writable(list_entry(node, struct subscription, in_client)->conn);
}

static void gone(struct socketio_socket *socket, enum engineio_end why)
{
	struct client *client = socketio_context(socket);

	if (!client)
		return;
	client->gone = true;
	client->why = why;
	client_route(client);
	client_is_due(client);
}

static void routed(struct socketio_socket *socket)
{
	struct client *client = socketio_context(socket);

	if (client)
		client_route(client);
}

static const struct socketio_app app = {
    .connect = connect,
    .event = event,
    .writable = writable,
    .gone = gone,
    .routed = routed,
};

/* --- all of them --- */

struct clients *clients_new(struct pushd *pushd, const struct engineio_ops *ops)
{
	const struct config *config = pushd->config;
	const struct engineio_rules rules = {
	    .ping_interval = config->socketio_ping_seconds * 1000,
	    .ping_timeout = config->socketio_timeout_seconds * 1000,
	    .upgrade_timeout = UPGRADE_MS,
	    .linger = LINGER_MS,
	    .max_payload = (size_t)config->ws_message_bytes,
	    .queue_bytes = (size_t)config->ws_queue_bytes,
	};
	struct clients *clients = calloc(1, sizeof(*clients));

	if (!clients)
		return NULL;
	clients->pushd = pushd;
	list_init(&clients->due);
	clients->io = socketio_new(&rules, CONNECT_MS, ops, &app, clients);
	if (!clients->io) {
		free(clients);
		return NULL;
	}
	pushd->clients = clients;
	return clients;
}

void clients_free(struct clients *clients)
{
	if (!clients)
		return;
	socketio_free(clients->io);
	clients_turn(clients);
	clients->pushd->clients = NULL;
	free(clients);
}

void clients_configure(struct clients *clients)
{
	engineio_set_queue(clients_engine(clients), (size_t)clients->pushd->config->ws_queue_bytes);
}

struct engineio *clients_engine(struct clients *clients)
{
	return socketio_engine(clients->io);
}

void clients_tick(struct clients *clients, int64_t now)
{
	if (engineio_count(clients_engine(clients)))
		socketio_tick(clients->io, now);
}

bool clients_dismiss(struct clients *clients, size_t most)
{
	return engineio_dismiss(clients_engine(clients), most, clock_monotonic());
}

/* --- for the transports --- */

enum transport_origin clients_origin(void *pushd, const char *origin)
{
	const struct config *config = ((struct pushd *)pushd)->config;

	if (!limits_origin(config, origin))
		return TRANSPORT_REFUSED;
	return *origin && config->allowed_origins.count ? TRANSPORT_LISTED : TRANSPORT_OWN;
}

void clients_address(void *pushd, const char *peer, const char *forwarded, char ret[ADDRESS_TEXT])
{
	const struct config *config = ((struct pushd *)pushd)->config;

	address_client(peer, forwarded, &config->trusted_proxies, ret);
}
