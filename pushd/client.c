/* What a Socket.IO client is made of, and what it is sent. */
#include "pushd/client.h"

#include <stdlib.h>
#include <string.h>

/* NULL when it isn't there, no text, or longer than any of ours. False: no memory. */
static bool copy_member(const struct socketio_auth *auth, const char *name, size_t most, char **ret)
{
	const char *text = json_text(json_member(auth->value, name));

	if (!text || strlen(text) > most)
		return true;
	*ret = strdup(text);
	return *ret;
}

struct client *client_new(struct clients *clients, struct socketio_socket *socket,
			  const struct socketio_auth *auth)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->refs = 1;
	client->clients = clients;
	client->socket = socketio_ref(socket);
	list_init(&client->subscriptions);
	list_init(&client->in_due);
	/* without what he brought he would begin anew */
	if (copy_member(auth, "pid", PID_TEXT, &client->pid) &&
	    copy_member(auth, "offset", (size_t)SUBSCRIPTIONS_MAX * OFFSET_TEXT, &client->offset))
		return client;
	client_unref(client);
	return NULL;
}

struct client *client_ref(struct client *client)
{
	client->refs++;
	return client;
}

void client_unref(struct client *client)
{
	if (--client->refs)
		return;
	socketio_unref(client->socket);
	free(client->pid);
	free(client->offset);
	free(client);
}

void client_is_due(struct client *client)
{
	struct pushd *pushd = client->clients->pushd;

	list_remove(&client->in_due);
	list_append(&client->clients->due, &client->in_due);
	pushd->loop.wake(pushd->loop.context);
}

/* --- sending --- */

/* Straight into the socket, past all that a delivery would otherwise have to look at: unless what is said has
 * to be completed for this client, as it has with two subscriptions. */
void client_route(struct client *client)
{
	const struct outlet *outlet =
	    client->gone || client->count != 1 ? NULL : socketio_outlet(client->socket);

	list_each (node, &client->subscriptions)
		conn_route(list_entry(node, struct subscription, in_client)->conn, outlet);
}

enum conn_write client_put(struct client *client, struct message *message)
{
	/* it is taken down in a moment, and knows better how it ended */
	if (client->gone)
		return CONN_WRITTEN;
	switch (socketio_send(client->socket, message)) {
	case ENGINEIO_WRITTEN:
		return CONN_WRITTEN;
	case ENGINEIO_CHOKED:
		return CONN_CHOKED;
	case ENGINEIO_BROKEN:
		break;
	}
	return client->gone ? CONN_WRITTEN : CONN_BROKEN;
}

void client_send(struct client *client, struct message *message)
{
	if (message)
		(void)client_put(client, message);
	else if (client->conn)
		conn_close(client->conn, CLOSE_SERVER_ERROR, "out of memory", END_LOST);
	message_unref(message);
}

void client_answer(struct client *client, struct message *message, const struct ask *ask)
{
	if (message && ask->wants_ack) {
		(void)client_put(client, message);
		client_send(client, emit_ack(message, ask->ack));
		message_unref(message);
	} else {
		client_send(client, message);
	}
}

void client_refuse(struct client *client, const struct dialect *dialect, const struct complaint *complaint,
		   const struct ask *ask)
{
	client_answer(client, dialect->error(complaint), ask);
}
