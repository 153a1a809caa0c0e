/* A socket: what is sent through it, the questions that are open on it, and its life. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pushd/dialect/socketio_client.h"
#include "pushd/dialect/socketio_packet.h"

/* A question of ours that isn't answered yet. */
struct question {
	struct list in_socket;
	uint64_t ack;
	void *context;
};

/* --- sending --- */

static enum engineio_write send_packet(struct client *client, struct message *packet)
{
	return engineio_send(client->session, packet, ENGINEIO_TEXT);
}

void socketio_send_fresh(struct client *client, struct message *packet)
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
		socketio_send_fresh(socket->client, socketio_encode(&packet));
}

void socketio_ack(struct socketio_socket *socket, uint64_t ack, const char *args)
{
	const struct socketio_packet packet = {.namespace = socket->namespace, .args = args, .ack = ack};

	if (socket->state == CONNECTED)
		socketio_send_fresh(socket->client, socketio_encode(&packet));
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

void socketio_answered(struct socketio_socket *socket, uint64_t ack, const struct socketio_event *event)
{
	struct question *question = find_question(socket, ack);

	if (question)
		answer(socket, question, event);
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
	socketio_send_fresh(socket->client, socketio_encode(&packet));
}

/* --- sockets --- */

struct socketio_socket *socketio_socket_new(struct client *client, const char *namespace)
{
	struct socketio_socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return NULL;
	*socket = (struct socketio_socket){.refs = 2, .client = client, .io = client->io};
	snprintf(socket->namespace, sizeof(socket->namespace), "%s", namespace);
	engineio_make_sid(socket->sid);
	list_init(&socket->questions);
	list_append(&client->sockets, &socket->in_client);
	client->count++;
	return socket;
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

/* Takes the client's reference over from it. */
static void unlink_socket(struct socketio_socket *socket)
{
	/* the analyser doesn't see that a freed socket has left the list.
	 * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	struct client *client = socket->client;

	socket->state = GONE;
	socket->client = NULL;
	list_remove(&socket->in_client);
	if (--client->count == 0)
		socketio_client_lonely(client);
}

void socketio_leave(struct socketio_socket *socket, enum engineio_end why)
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
	socketio_send_fresh(socket->client, message_take(&out));
}

/* One that asks again and again is answered so often: refusals are longer than what they refuse, and wait for
 * a client that may never fetch them. */
void socketio_send_refusal(struct client *client, const char *namespace, const char *message,
			   const char *data)
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
	socketio_send_fresh(client, message_take(&out));
}

void socketio_refuse(struct socketio_socket *socket, const char *message, const char *data)
{
	struct client *client = socket->client;

	if (socket->state != ASKING)
		return;
	unlink_socket(socket);
	socketio_send_refusal(client, socket->namespace, message, data);
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
	socketio_send_fresh(client, message_take(&out));
	/* unless that was the end of all */
	if (socket->state != GONE)
		socketio_leave(socket, ENGINEIO_ENDED);
	if (close && client->session)
		engineio_end(client->session, ENGINEIO_ENDED);
	socketio_client_unref(client);
}

void socketio_close(struct socketio_socket *socket, enum engineio_end why)
{
	if (socket->client && socket->client->session)
		engineio_end(socket->client->session, why);
}
