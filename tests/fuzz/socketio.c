/* Socket.IO over Engine.IO's transports: packets of every type, with and without attachments, in any order.
 * The application lets everybody into all namespaces but `/no…`, answers what wants an answer, and asks back;
 * every socket that was let in goes exactly once, every question is answered exactly once, and what clients
 * read are packets. */
#include "tests/fuzz/transport.h"

#include "pushd/dialect/json_syntax.h"
#include "pushd/dialect/socketio.h"

static unsigned came, went, asked, answered;

/* `4`, the type, attachments, namespace, number, JSON. */
static void packet_written(const char *text, size_t len)
{
	const char *at = text + 2, *end = text + len;

	MUST(len && strchr("012346", text[0]));
	if (text[0] != '4')
		return;
	MUST(len >= 2 && text[1] >= '0' && text[1] <= '6');
	if (at < end && *at == '/') {
		at = memchr(at, ',', (size_t)(end - at));
		MUST(at);
		at++;
	}
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	at += at < end && *at == '-';
	MUST(at == end || json_syntax(at, (size_t)(end - at)));
}

static void connect(void *owner UNUSED, struct socketio_socket *socket, const struct socketio_auth *auth)
{
	const char *namespace = socketio_namespace(socket);

	MUST(json_kind(auth->value) == JSON_KIND_OBJECT && json_syntax(auth->text, auth->len));
	MUST(namespace[0] == '/' && strlen(namespace) <= SOCKETIO_NAMESPACE);
	MUST(socketio_peer(socket) && !socketio_is_connected(socket));
	if (strncmp(namespace, "/no", 3) == 0) {
		socketio_refuse(socket, "no", "{\"code\":1}");
		return;
	}
	came++;
	socketio_accept(socket, NULL, "recover");
}

static void event(struct socketio_socket *socket, const struct socketio_event *event)
{
	struct arena *arena = event->arena;
	char *rest;

	MUST(socketio_is_connected(socket) && event->attachment_count <= SOCKETIO_ATTACHMENTS);
	if (!event->args) {
		if (event->wants_ack)
			socketio_ack(socket, event->ack, NULL);
		return;
	}
	MUST(event->name && json_kind(event->args) == JSON_KIND_ARRAY && json_count(event->args) > 0);
	rest = arena_printf(arena, "[%.*s]", (int)event->rest_len, event->rest ? event->rest : "");
	MUST(rest && json_syntax(rest, strlen(rest)));
	rest = arena_strndup(arena, event->rest, event->rest_len);
	if (event->wants_ack)
		socketio_ack(socket, event->ack, rest);
	if (strcmp(event->name, "ask") == 0) {
		asked++;
		socketio_ask(socket, "question", rest, NULL);
	} else if (strcmp(event->name, "bye") == 0) {
		socketio_disconnect(socket, event->wants_ack);
	} else {
		socketio_emit(socket, event->name, rest);
	}
}

static void on_answered(struct socketio_socket *socket UNUSED, void *question UNUSED,
			const struct socketio_event *answer UNUSED)
{
	answered++;
}

static void gone(struct socketio_socket *socket, enum engineio_end why UNUSED)
{
	MUST(!socketio_is_connected(socket));
	went++;
}

static const struct socketio_app app = {
    .connect = connect, .event = event, .answered = on_answered, .gone = gone};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct socketio *io = socketio_new(&transport_rules, 45000, &transport_ops, &app, NULL);
	struct rest rest = {data, size};

	MUST(io);
	came = went = asked = answered = 0;
	transports_play(socketio_engine(io), &rest);
	socketio_tick(io, transport_now);
	transports_turn();
	transports_done();
	socketio_free(io);
	MUST(came == went && asked == answered);
	return 0;
}
