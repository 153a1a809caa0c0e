/* socketio_echo PORT: a Socket.IO server at /socket.io/ with the namespaces / and /custom, which answers:
 *
 *   on connecting                emits `auth` with the handshake's auth object
 *   message, any arguments       emits `message-back` with the same arguments
 *   message-with-ack, likewise   acknowledges with the same arguments
 *
 * `auth` is sent a few milliseconds after the connection, as a packet of its own: a client that asks for one
 * message after the other would miss it when both come at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "tests/conformance/echo_server.h"
#include "pushd/dialect/socketio.h"
#include "pushd/polling.h"

#define GREETING_MS 5

/* An `auth` to be sent. */
struct greeting {
	struct list in_all;
	struct socketio_socket *socket;
	char *auth;
	int64_t due;
};

struct echo {
	struct socketio *io;
	struct list greetings; /* by due */
};

static void greet(struct greeting *greeting)
{
	socketio_emit(greeting->socket, "auth", greeting->auth);
	list_remove(&greeting->in_all);
	socketio_unref(greeting->socket);
	free(greeting->auth);
	free(greeting);
}

static void greet_later(struct echo *echo, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	struct greeting *greeting = calloc(1, sizeof(*greeting));
	char *text = strndup(auth->text, auth->len);

	if (!greeting || !text)
		abort();
	greeting->auth = text;
	greeting->socket = socketio_ref(socket);
	greeting->due = clock_monotonic() + GREETING_MS;
	list_append(&echo->greetings, &greeting->in_all);
}

static void connect(void *owner, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	const char *namespace = socketio_namespace(socket);

	if (strcmp(namespace, "/") != 0 && strcmp(namespace, "/custom") != 0) {
		socketio_refuse(socket, "Invalid namespace", NULL);
		return;
	}
	socketio_accept(socket, NULL, NULL);
	greet_later(owner, socket, auth);
}

static void event(struct socketio_socket *socket, const struct socketio_event *event)
{
	bool with_ack = event->name && strcmp(event->name, "message-with-ack") == 0;
	struct socketio_packet packet = {
	    .namespace = socketio_namespace(socket),
	    .event = with_ack ? NULL : "message-back",
	    .ack = event->ack,
	    .attachments = event->attachment_count,
	};
	struct message *encoded;
	char *args;

	if (!event->name || (!with_ack && strcmp(event->name, "message") != 0))
		return;
	if (with_ack && !event->wants_ack)
		return;
	args = strndup(event->rest, event->rest_len);
	packet.args = args;
	encoded = args ? socketio_encode(&packet) : NULL;
	if (encoded)
		(void)socketio_send_binary(socket, encoded, event->attachments, event->attachment_count);
	message_unref(encoded);
	free(args);
}

static void gone(struct socketio_socket *socket, enum engineio_end why)
{
	(void)socket;
	(void)why;
}

static void greet_due(struct echo *echo, int64_t now)
{
	list_each (node, &echo->greetings) {
		struct greeting *greeting = list_entry(node, struct greeting, in_all);

		if (greeting->due > now)
			break;
		greet(greeting);
	}
}

static void tick(void *context, int64_t now)
{
	struct echo *echo = context;

	greet_due(echo, now);
	socketio_tick(echo->io, now);
}

int main(int argc, char **argv)
{
	const struct socketio_app app = {.connect = connect, .event = event, .gone = gone};
	struct echo echo;
	struct echo_server server = {.path = "/socket.io/", .tick = tick, .context = &echo};
	struct engineio_rules rules;
	int64_t patience = CONNECT_TIMEOUT_MS;
	int status = 2;

	if (!echo_arguments(argc, argv, &rules))
		return status;
	list_init(&echo.greetings);
	// who is patient with pongs is so with a CONNECT
	if (rules.ping_timeout > patience)
		patience = rules.ping_timeout;
	echo.io = socketio_new(&rules, patience, &transport_ops, &app, &echo);
	if (echo.io) {
		server.engine = socketio_engine(echo.io);
		status = echo_serve(&server, argv[1]);
	}
	socketio_free(echo.io);
	greet_due(&echo, INT64_MAX);
	return status;
}
