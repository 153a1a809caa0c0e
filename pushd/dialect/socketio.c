/* The packets of Socket.IO, and who is in which namespace. A client is the context of its engine session; it
 * owns its sockets by one reference each. */
#include "pushd/dialect/socketio.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "pushd/dialect/socketio_event.h"
#include "pushd/dialect/socketio_packet.h"

struct socketio {
	struct engineio *engine;
	const struct socketio_app *app;
	void *owner;
	int64_t connect_timeout;
	struct list homeless;  /* clients in no namespace, by deadline */
	struct list strangers; /* of those, who polls and isn't being judged: the longest there first */
	size_t stranger_count;
};

/* A packet that waits for its attachments. */
struct pending {
	struct packet packet; /* the payload's copy follows the struct */
	struct message *attachments[SOCKETIO_ATTACHMENTS];
	size_t got;
	size_t bytes; /* of payload and attachments so far */
	char payload[];
};

struct client {
	unsigned refs;
	struct socketio *io;
	struct engineio_session *session; /* NULL: closed */
	const struct outlet *outlet;	  /* its own for now; NULL: none */
	struct list sockets;
	size_t count; /* of them */
	struct pending *pending;
	struct list in_homeless;
	int64_t deadline;
	struct list in_strangers;
	unsigned refusals; /* since it was in a namespace */
};

/* A question of ours that isn't answered yet. */
struct question {
	struct list in_socket;
	uint64_t ack;
	void *context;
};

enum state {
	ASKING, /* the application has been asked, and will answer */
	CONNECTED,
	GONE,
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

static void pending_free(struct pending *pending)
{
	if (!pending)
		return;
	for (size_t i = 0; i < pending->got; i++)
		message_unref(pending->attachments[i]);
	free(pending);
}

/* --- sending --- */

static enum engineio_write send_packet(struct client *client, struct message *packet)
{
	return engineio_send(client->session, packet, ENGINEIO_TEXT);
}

/* Takes the reference; NULL is a failed allocation, without which the client can't be served. */
static void send_fresh(struct client *client, struct message *packet)
{
	if (client->session && packet)
		(void)send_packet(client, packet);
	else if (client->session)
		engineio_end(client->session, ENGINEIO_LOST);
	message_unref(packet);
}

enum engineio_write socketio_send(struct socketio_socket *socket, struct message *packet)
{
	return socket->state == CONNECTED ? send_packet(socket->client, packet) : ENGINEIO_BROKEN;
}

enum engineio_write socketio_send_binary(struct socketio_socket *socket, struct message *packet,
					 struct message *const *attachments, size_t count)
{
	enum engineio_write result = socketio_send(socket, packet);

	for (size_t i = 0; i < count && result != ENGINEIO_BROKEN; i++)
		result = engineio_send(socket->client->session, attachments[i], ENGINEIO_BINARY);
	return result;
}

const struct outlet *socketio_outlet(const struct socketio_socket *socket)
{
	return socket->state == CONNECTED ? socket->client->outlet : NULL;
}

void socketio_choked(struct socketio_socket *socket)
{
	if (socket->state == CONNECTED)
		engineio_choked(socket->client->session);
}

void socketio_send_volatile(struct socketio_socket *socket, struct message *packet)
{
	if (socket->state == CONNECTED && engineio_is_writable(socket->client->session))
		(void)send_packet(socket->client, packet);
}

void socketio_emit(struct socketio_socket *socket, const char *event, const char *args)
{
	const struct socketio_packet packet = {
	    .namespace = socket->namespace,
	    .event = event,
	    .args = args,
	};

	if (socket->state == CONNECTED)
		send_fresh(socket->client, socketio_encode(&packet));
}

void socketio_ack(struct socketio_socket *socket, uint64_t ack, const char *args)
{
	const struct socketio_packet packet = {.namespace = socket->namespace, .args = args, .ack = ack};

	if (socket->state == CONNECTED)
		send_fresh(socket->client, socketio_encode(&packet));
}

/* --- questions --- */

static struct question *find_question(const struct socketio_socket *socket, uint64_t ack)
{
	list_each (node, &socket->questions) {
		struct question *question = list_entry(node, struct question, in_socket);

		if (question->ack == ack)
			return question;
	}
	return NULL;
}

static void answer(struct socketio_socket *socket, struct question *question,
		   const struct socketio_event *event)
{
	void *context = question->context;

	list_remove(&question->in_socket);
	socket->question_count--;
	free(question);
	socket->io->app->answered(socket, context, event);
}

static void drop_questions(struct socketio_socket *socket)
{
	const struct socketio_event never = {0};

	while (!list_empty(&socket->questions))
		answer(socket, list_entry(socket->questions.next, struct question, in_socket), &never);
}

/* A question that can't be asked is answered at once, by nothing. */
void socketio_ask(struct socketio_socket *socket, const char *event, const char *args, void *question)
{
	const struct socketio_packet packet = {
	    .namespace = socket->namespace,
	    .event = event,
	    .args = args,
	    .has_ack = true,
	    .ack = socket->next_ack,
	};
	const struct socketio_event never = {0};
	struct question *asked = NULL;

	if (socket->state == CONNECTED && socket->question_count < SOCKETIO_QUESTIONS)
		asked = malloc(sizeof(*asked));
	if (!asked) {
		socket->io->app->answered(socket, question, &never);
		return;
	}
	*asked = (struct question){.ack = socket->next_ack++, .context = question};
	list_append(&socket->questions, &asked->in_socket);
	socket->question_count++;
	send_fresh(socket->client, socketio_encode(&packet));
}

/* --- sockets --- */

static void client_unref(struct client *client)
{
	if (--client->refs == 0) {
		pending_free(client->pending);
		free(client);
	}
}

struct socketio_socket *socketio_ref(struct socketio_socket *socket)
{
	socket->refs++;
	return socket;
}

void socketio_unref(struct socketio_socket *socket)
{
	if (--socket->refs)
		return;
	assert(socket->state == GONE);
	free(socket);
}

void socketio_set_context(struct socketio_socket *socket, void *context)
{
	socket->context = context;
}

void *socketio_context(const struct socketio_socket *socket)
{
	return socket->context;
}

const char *socketio_namespace(const struct socketio_socket *socket)
{
	return socket->namespace;
}

const char *socketio_sid(const struct socketio_socket *socket)
{
	return socket->sid;
}

const struct engineio_peer *socketio_peer(const struct socketio_socket *socket)
{
	return socket->client ? engineio_peer(socket->client->session) : NULL;
}

bool socketio_is_connected(const struct socketio_socket *socket)
{
	return socket->state == CONNECTED;
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

/* Takes the client's reference over from it. */
static void unlink_socket(struct socketio_socket *socket)
{
	/* the analyser doesn't see that a freed socket has left the list.
	 * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	struct client *client = socket->client;

	socket->state = GONE;
	socket->client = NULL;
	list_remove(&socket->in_client);
	if (--client->count)
		return;
	if (list_empty(&client->in_homeless))
		set_homeless(client);
	set_stranger(client);
}

static void leave(struct socketio_socket *socket, enum engineio_end why)
{
	unlink_socket(socket);
	drop_questions(socket);
	socket->io->app->gone(socket, why);
	socketio_unref(socket);
}

void socketio_accept(struct socketio_socket *socket, const char *sid, const char *pid)
{
	struct buf out;

	if (socket->state != ASKING)
		return;
	socket->state = CONNECTED;
	socket->client->refusals = 0;
	list_remove(&socket->client->in_homeless);
	if (sid && strlen(sid) < sizeof(socket->sid))
		memcpy(socket->sid, sid, strlen(sid) + 1);
	buf_init(&out, NULL);
	packet_head(&out, CONNECT, 0, socket->namespace);
	buf_adds(&out, "{\"sid\":");
	json_add_string(&out, socket->sid);
	if (pid) {
		buf_adds(&out, ",\"pid\":");
		json_add_string(&out, pid);
	}
	buf_addc(&out, '}');
	send_fresh(socket->client, message_take(&out));
}

/* One that asks again and again is answered so often: refusals are longer than what they refuse, and wait for
 * a client that may never fetch them. */
static void send_refusal(struct client *client, const char *namespace, const char *message, const char *data)
{
	struct buf out;

	if (client->refusals++ == SOCKETIO_REFUSALS && client->session) {
		engineio_end(client->session, ENGINEIO_LOST);
		return;
	}
	buf_init(&out, NULL);
	packet_head(&out, CONNECT_ERROR, 0, namespace);
	buf_adds(&out, "{\"message\":");
	json_add_string(&out, message);
	if (data) {
		buf_adds(&out, ",\"data\":");
		buf_adds(&out, data);
	}
	buf_addc(&out, '}');
	send_fresh(client, message_take(&out));
}

void socketio_refuse(struct socketio_socket *socket, const char *message, const char *data)
{
	struct client *client = socket->client;

	if (socket->state != ASKING)
		return;
	unlink_socket(socket);
	send_refusal(client, socket->namespace, message, data);
	socketio_unref(socket);
}

void socketio_disconnect(struct socketio_socket *socket, bool close)
{
	struct client *client = socket->client;
	struct buf out;

	if (socket->state == GONE)
		return;
	client->refs++;
	buf_init(&out, NULL);
	packet_head(&out, DISCONNECT, 0, socket->namespace);
	send_fresh(client, message_take(&out));
	/* unless that was the end of all */
	if (socket->state != GONE)
		leave(socket, ENGINEIO_ENDED);
	if (close && client->session)
		engineio_end(client->session, ENGINEIO_ENDED);
	client_unref(client);
}

void socketio_close(struct socketio_socket *socket, enum engineio_end why)
{
	if (socket->client && socket->client->session)
		engineio_end(socket->client->session, why);
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
		send_refusal(client, packet->namespace, "Invalid payload", NULL);
		return true;
	}
	if (err || json_kind(value) != JSON_KIND_OBJECT)
		return false;
	socket = calloc(1, sizeof(*socket));
	if (!socket) {
		arena_fail(arena);
		return false;
	}
	auth.value = value;
	*socket = (struct socketio_socket){.refs = 2, .client = client, .io = io};
	memcpy(socket->namespace, packet->namespace, sizeof(socket->namespace));
	engineio_make_sid(socket->sid);
	list_init(&socket->questions);
	list_append(&client->sockets, &socket->in_client);
	client->count++;
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
	leave(socket, ENGINEIO_LEFT);
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
	struct question *question;

	if (!socket || socket->state != CONNECTED || !packet->has_ack || !socketio_read_args(packet, &event))
		return false;
	question = find_question(socket, packet->ack);
	if (!question)
		return true;
	attach(client, &event);
	socketio_ref(socket);
	answer(socket, question, &event);
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
	client_unref(client);
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
	client_unref(client);
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
		leave(list_entry(client->sockets.next, struct socketio_socket, in_client), why);
	list_remove(&client->in_homeless);
	client_unref(client);
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
