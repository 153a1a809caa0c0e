/* The packets of Socket.IO, and who is in which namespace. A client is the context of its engine session; it
 * owns its sockets by one reference each. */
#include "pushd/dialect/socketio.h"

#include <stdlib.h>
#include <string.h>

#include "pushd/dialect/socketio_client.h"
#include "pushd/dialect/socketio_event.h"
#include "pushd/dialect/socketio_packet.h"

/* A packet that waits for its attachments. */
struct pending {
	struct packet packet; /* the payload's copy follows the struct */
	struct message *attachments[SOCKETIO_ATTACHMENTS];
	size_t got;
	size_t bytes; /* of payload and attachments so far */
	char payload[];
};

static void pending_free(struct pending *pending)
{
	if (!pending)
		return;
	for (size_t i = 0; i < pending->got; i++)
		message_unref(pending->attachments[i]);
	free(pending);
}

void socketio_client_unref(struct client *client)
{
	if (--client->refs == 0) {
		pending_free(client->pending);
		free(client);
	}
}

/* From now on the client has to find a namespace. */
static void set_homeless(struct client *client)
{
	list_remove(&client->in_homeless);
	list_append(&client->io->homeless, &client->in_homeless);
	client->deadline = engineio_now(client->io->engine) + client->io->connect_timeout;
}

static void forget_stranger(struct client *client)
{
	client->io->stranger_count -= !list_empty(&client->in_strangers);
	list_remove(&client->in_strangers);
}

/* Nobody has asked yet who it is, and it doesn't even hold a descriptor: there are only so many of them, or
 * one host could fill the memory. */
static void set_stranger(struct client *client)
{
	struct socketio *io = client->io;

	if (!client->session || !engineio_is_polling(client->session))
		return;
	list_append(&io->strangers, &client->in_strangers);
	if (++io->stranger_count > SOCKETIO_STRANGERS)
		engineio_end(list_entry(io->strangers.next, struct client, in_strangers)->session,
			     ENGINEIO_LOST);
}

void socketio_client_lonely(struct client *client)
{
	if (list_empty(&client->in_homeless))
		set_homeless(client);
	set_stranger(client);
}

static struct socketio_socket *find_socket(const struct client *client, const char *namespace)
{
	list_each (node, &client->sockets) {
		struct socketio_socket *socket = list_entry(node, struct socketio_socket, in_client);

		if (strcmp(socket->namespace, namespace) == 0)
			return socket;
	}
	return NULL;
}

/* --- what packets do: false when one doesn't belong here --- */

/* Objects only. JSON that we refuse is no reason to close: it is told like any other bad credentials. */
static bool ask_in(struct client *client, const struct packet *packet, struct arena *arena)
{
	struct socketio_auth auth = {
	    .text = packet->len ? packet->payload : "{}",
	    .len = packet->len ? packet->len : 2,
	};
	struct socketio *io = client->io;
	struct socketio_socket *socket;
	json_value *value;
	enum err err;

	if (client->count == SOCKETIO_NAMESPACES)
		return false;
	err = socketio_read_json(arena, auth.text, auth.len, &value);
	if (err == ERR_INVALID_JSON) {
		socketio_send_refusal(client, packet->namespace, "Invalid payload", NULL);
		return true;
	}
	if (err || json_kind(value) != JSON_KIND_OBJECT)
		return false;
	socket = socketio_socket_new(client, packet->namespace);
	if (!socket) {
		arena_fail(arena);
		return false;
	}
	auth.value = value;
	forget_stranger(client);
	io->app->connect(io->owner, socket, &auth);
	socketio_unref(socket);
	return true;
}

static bool on_connect(struct client *client, const struct packet *packet, struct arena *arena)
{
	const struct socketio_socket *socket = find_socket(client, packet->namespace);

	/* a client whose application connects twice before the answer asks twice */
	if (socket)
		return socket->state == ASKING;
	return ask_in(client, packet, arena);
}

static bool on_disconnect(struct client *client, const struct packet *packet, struct arena *arena UNUSED)
{
	struct socketio_socket *socket = find_socket(client, packet->namespace);

	if (!socket || packet->len)
		return false;
	socketio_leave(socket, ENGINEIO_LEFT);
	return true;
}

/* The attachments are the client's until the packet has been taken. */
static void attach(const struct client *client, struct socketio_event *event)
{
	if (!client->pending)
		return;
	event->attachments = client->pending->attachments;
	event->attachment_count = client->pending->got;
}

static bool on_event(struct client *client, const struct packet *packet, struct arena *arena)
{
	struct socketio_socket *socket = find_socket(client, packet->namespace);
	struct socketio_event event = {.wants_ack = packet->has_ack, .ack = packet->ack, .arena = arena};

	if (!socket || socket->state != CONNECTED || !socketio_read_event(packet, &event))
		return false;
	attach(client, &event);
	socketio_ref(socket);
	client->io->app->event(socket, &event);
	socketio_unref(socket);
	return true;
}

static bool on_ack(struct client *client, const struct packet *packet, struct arena *arena)
{
	struct socketio_socket *socket = find_socket(client, packet->namespace);
	struct socketio_event event = {.arena = arena};

	if (!socket || socket->state != CONNECTED || !packet->has_ack || !socketio_read_args(packet, &event))
		return false;
	attach(client, &event);
	socketio_ref(socket);
	socketio_answered(socket, packet->ack, &event);
	socketio_unref(socket);
	return true;
}

/* Only servers refuse connections. */
static bool on_connect_error(struct client *client UNUSED, const struct packet *packet UNUSED,
			     struct arena *arena UNUSED)
{
	return false;
}

static bool (*const types[])(struct client *client, const struct packet *packet, struct arena *arena) = {
    [CONNECT] = on_connect, [DISCONNECT] = on_disconnect,	[EVENT] = on_event,
    [ACK] = on_ack,	    [CONNECT_ERROR] = on_connect_error,
};

/* --- what clients send --- */

static void take_packet(struct client *client, const struct packet *packet)
{
	struct arena *arena = arena_new(0);
	bool fits = arena && types[packet->type](client, packet, arena);
	bool starved = !arena || arena_failed(arena);

	if (!fits && client->session)
		engineio_end(client->session, starved ? ENGINEIO_LOST : ENGINEIO_MALFORMED);
	arena_free(arena);
}

/* Nothing is kept for who isn't in the namespace. */
static void await_attachments(struct client *client, const struct packet *packet)
{
	const struct socketio_socket *socket = find_socket(client, packet->namespace);
	struct pending *pending;

	if (!socket || socket->state != CONNECTED) {
		engineio_end(client->session, ENGINEIO_MALFORMED);
		return;
	}
	pending = calloc(1, sizeof(*pending) + packet->len);
	if (!pending) {
		engineio_end(client->session, ENGINEIO_LOST);
		return;
	}
	pending->packet = *packet;
	pending->packet.payload = pending->payload;
	memcpy(pending->payload, packet->payload, packet->len);
	pending->bytes = packet->len;
	client->pending = pending;
}

static void on_text(void *context, const char *text, size_t len)
{
	struct client *client = context;
	struct packet packet;

	if (client->pending || !packet_read(text, len, &packet)) {
		engineio_end(client->session, ENGINEIO_MALFORMED);
		return;
	}
	client->refs++;
	if (packet.attachments)
		await_attachments(client, &packet);
	else
		take_packet(client, &packet);
	socketio_client_unref(client);
}

/* The last one makes the packet whole. */
static void take_attachment(struct client *client, struct message *attachment)
{
	struct pending *pending = client->pending;

	pending->bytes += attachment->len;
	pending->attachments[pending->got++] = attachment;
	if (pending->got < pending->packet.attachments)
		return;
	take_packet(client, &pending->packet);
	pending_free(pending);
	client->pending = NULL;
}

static void on_binary(void *context, const void *bytes, size_t len)
{
	struct client *client = context;
	const struct pending *pending = client->pending;
	struct message *attachment;

	if (!pending) {
		engineio_end(client->session, ENGINEIO_MALFORMED);
		return;
	}
	if (len > engineio_rules(client->io->engine)->max_payload - pending->bytes) {
		engineio_end(client->session, ENGINEIO_TOO_LARGE);
		return;
	}
	attachment = message_new(bytes, len);
	if (!attachment) {
		engineio_end(client->session, ENGINEIO_LOST);
		return;
	}
	client->refs++;
	take_attachment(client, attachment);
	socketio_client_unref(client);
}

/* --- the engine's hooks --- */

static void *on_opened(void *owner, struct engineio_session *session)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->refs = 1;
	client->io = owner;
	client->session = session;
	list_init(&client->sockets);
	list_init(&client->in_homeless);
	list_init(&client->in_strangers);
	set_homeless(client);
	set_stranger(client);
	return client;
}

/* The application may end any socket meanwhile. */
static void on_writable(void *context)
{
	struct client *client = context;
	const struct socketio_app *app = client->io->app;
	struct socketio_socket *sockets[SOCKETIO_NAMESPACES];
	size_t count = 0;

	if (!app->writable)
		return;
	list_each (node, &client->sockets)
		sockets[count++] = socketio_ref(list_entry(node, struct socketio_socket, in_client));
	for (size_t i = 0; i < count; i++) {
		if (sockets[i]->state == CONNECTED)
			app->writable(sockets[i]);
		socketio_unref(sockets[i]);
	}
}

static void on_routed(void *context, const struct outlet *outlet)
{
	struct client *client = context;

	client->outlet = outlet;
	list_each (node, &client->sockets)
		if (client->io->app->routed)
			client->io->app->routed(list_entry(node, struct socketio_socket, in_client));
}

static void on_closed(void *context, enum engineio_end why)
{
	struct client *client = context;

	client->session = NULL;
	forget_stranger(client);
	while (!list_empty(&client->sockets))
		socketio_leave(list_entry(client->sockets.next, struct socketio_socket, in_client), why);
	list_remove(&client->in_homeless);
	socketio_client_unref(client);
}

static const struct engineio_hooks hooks = {
    .opened = on_opened,
    .text = on_text,
    .binary = on_binary,
    .writable = on_writable,
    .closed = on_closed,
    .routed = on_routed,
};

/* --- the server --- */

struct socketio *socketio_new(const struct engineio_rules *rules, int64_t connect_timeout,
			      const struct engineio_ops *ops, const struct socketio_app *app, void *owner)
{
	struct socketio *io = calloc(1, sizeof(*io));

	if (!io)
		return NULL;
	io->app = app;
	io->owner = owner;
	io->connect_timeout = connect_timeout;
	list_init(&io->homeless);
	list_init(&io->strangers);
	io->engine = engineio_new(rules, ops, &hooks, io);
	if (!io->engine) {
		free(io);
		return NULL;
	}
	return io;
}

void socketio_free(struct socketio *io)
{
	if (!io)
		return;
	engineio_free(io->engine);
	free(io);
}

struct engineio *socketio_engine(struct socketio *io)
{
	return io->engine;
}

/* Who is still being judged gets more time: that is up to us. */
static void end_homeless(struct client *client)
{
	if (client->count)
		set_homeless(client);
	else
		engineio_end(client->session, ENGINEIO_ENDED);
}

void socketio_tick(struct socketio *io, int64_t now)
{
	engineio_tick(io->engine, now);
	while (!list_empty(&io->homeless)) {
		struct client *client = list_entry(io->homeless.next, struct client, in_homeless);

		if (client->deadline > now)
			break;
		end_homeless(client);
	}
}
