/* Engine.IO: polling bodies, frames and packets in any order, from up to eight sessions over both transports.
 * What comes as a message is sent back, so that queues fill; every session that was opened is closed exactly
 * once; what clients read are packets. */
#include "tests/fuzz/transport.h"

#include "base/buf.h"
#include "pushd/base64.h"

struct echo {
	struct engineio_session *session;
};

static unsigned opened, closed;

static void packet_written(const char *text, size_t len)
{
	MUST(len && strchr("012346", text[0]));
}

static void *on_opened(void *owner UNUSED, struct engineio_session *session)
{
	struct echo *echo = malloc(sizeof(*echo));

	MUST(echo);
	echo->session = session;
	opened++;
	return echo;
}

static void send_back(struct engineio_session *session, const char *text, size_t len, enum engineio_kind kind)
{
	struct message *message;
	struct buf packet;

	buf_init(&packet, NULL);
	buf_adds(&packet, kind == ENGINEIO_TEXT ? "4" : "");
	buf_add(&packet, text, len);
	message = message_take(&packet);
	MUST(message);
	(void)engineio_send(session, message, kind);
	message_unref(message);
}

static void on_text(void *context, const char *text, size_t len)
{
	struct echo *echo = context;

	MUST(utf8_valid(text, len));
	if (len && *text == 'x')
		engineio_end(echo->session, ENGINEIO_ENDED);
	else
		send_back(echo->session, text, len, ENGINEIO_TEXT);
}

/* What came in base64 goes out so, and is the same when it is read again. */
static void on_binary(void *context, const void *bytes, size_t len)
{
	struct echo *echo = context;
	struct buf text, again;

	buf_init(&text, NULL);
	buf_init(&again, NULL);
	base64_add(&text, bytes, len);
	MUST(base64_read(text.data, text.len, &again) && again.len == len && !memcmp(again.data, bytes, len));
	buf_done(&text);
	buf_done(&again);
	send_back(echo->session, bytes, len, ENGINEIO_BINARY);
}

static void on_writable(void *context)
{
	struct echo *echo = context;

	MUST(engineio_is_writable(echo->session));
	send_back(echo->session, "writable", 8, ENGINEIO_TEXT);
}

static void on_closed(void *context, enum engineio_end why UNUSED)
{
	closed++;
	free(context);
}

static const struct engineio_hooks hooks = {
    .opened = on_opened,
    .text = on_text,
    .binary = on_binary,
    .writable = on_writable,
    .closed = on_closed,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engineio *engine = engineio_new(&transport_rules, &transport_ops, &hooks, NULL);
	struct rest rest = {data, size};

	MUST(engine);
	opened = closed = 0;
	transports_play(engine, &rest);
	transports_done();
	engineio_free(engine);
	MUST(opened == closed);
	return 0;
}
