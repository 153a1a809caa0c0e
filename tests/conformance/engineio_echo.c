/* engineio_echo PORT: an Engine.IO server at /engine.io/ that sends every message back. */
#include "base/buf.h"
#include "tests/conformance/echo_server.h"
#include "pushd/polling.h"

static void *opened(void *owner, struct engineio_session *session)
{
	(void)owner;
	return session;
}

static void send_back(struct engineio_session *session, struct message *message, enum engineio_kind kind)
{
	if (message)
		(void)engineio_send(session, message, kind);
	message_unref(message);
}

static void text(void *context, const char *bytes, size_t len)
{
	struct buf out;

	buf_init(&out, NULL);
	buf_addc(&out, '4');
	buf_add(&out, bytes, len);
	send_back(context, message_take(&out), ENGINEIO_TEXT);
}

static void binary(void *context, const void *bytes, size_t len)
{
	send_back(context, message_new(bytes, len), ENGINEIO_BINARY);
}

static void writable(void *context)
{
	(void)context;
}

static void closed(void *context, enum engineio_end why)
{
	(void)context;
	(void)why;
}

static void tick(void *context, int64_t now)
{
	engineio_tick(context, now);
}

int main(int argc, char **argv)
{
	const struct engineio_hooks hooks = {
	    .opened = opened,
	    .text = text,
	    .binary = binary,
	    .writable = writable,
	    .closed = closed,
	};
	struct echo_server server = {.path = "/engine.io/", .tick = tick};
	struct engineio_rules rules;
	int status = 2;

	if (!echo_arguments(argc, argv, &rules))
		return status;
	server.engine = server.context = engineio_new(&rules, &transport_ops, &hooks, NULL);
	if (server.engine)
		status = echo_serve(&server, argv[1]);
	engineio_free(server.engine);
	return status;
}
