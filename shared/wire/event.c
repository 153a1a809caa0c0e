#include "wire/event.h"

/* The encoder writes what the head of event.h draws; the decoder reads with a cursor that can't leave the
 * frame. */

#define FRAME_MAGIC   'I'
#define FRAME_VERSION 1
#define PAYLOAD_MAX   (256 * 1024)

static void add_integer(struct buf *out, uint64_t number, size_t bytes)
{
	while (bytes-- > 0)
		buf_addc(out, (char)(number >> (8 * bytes)));
}

static void add_start(struct buf *out, enum frame_kind kind)
{
	buf_addc(out, FRAME_MAGIC);
	buf_addc(out, FRAME_VERSION);
	buf_addc(out, (char)kind);
}

void head_encode(const struct id *session_id, uint64_t head, struct buf *out)
{
	add_start(out, FRAME_HEAD);
	buf_add(out, session_id->b, sizeof(session_id->b));
	add_integer(out, head, 8);
}

void event_encode(const struct event *event, struct buf *out)
{
	if (event->payload_len > PAYLOAD_MAX) {
		head_encode(&event->session_id, event->event_id, out);
		return;
	}
	add_start(out, FRAME_EVENT);
	add_integer(out, event->type, 1);
	add_integer(out, event->audience, 1);
	buf_add(out, event->session_id.b, sizeof(event->session_id.b));
	add_integer(out, event->event_id, 8);
	buf_add(out, event->actor_id.b, sizeof(event->actor_id.b));
	buf_add(out, event->target_id.b, sizeof(event->target_id.b));
	add_integer(out, (uint64_t)event->created_at, 8);
	add_integer(out, event->payload_len, 4);
	buf_add(out, event->payload, event->payload_len);
}

/* What is left of a frame. Once a read wanted more than that, `short_` stays true and reads give 0. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool short_;
};

static const uint8_t *take(struct cursor *cursor, size_t len)
{
	const uint8_t *at = cursor->at;

	if (cursor->short_ || len > cursor->left) {
		cursor->short_ = true;
		return NULL;
	}
	cursor->at += len;
	cursor->left -= len;
	return at;
}

static uint64_t take_integer(struct cursor *cursor, size_t bytes)
{
	const uint8_t *at = take(cursor, bytes);
	uint64_t number = 0;

	for (size_t i = 0; at && i < bytes; i++)
		number = number << 8 | at[i];
	return number;
}

static struct id take_id(struct cursor *cursor)
{
	struct id id = ID_NIL;
	const uint8_t *at = take(cursor, sizeof(id.b));

	for (size_t i = 0; at && i < sizeof(id.b); i++)
		id.b[i] = at[i];
	return id;
}

static bool take_event(struct cursor *cursor, struct event *event)
{
	uint64_t type = take_integer(cursor, 1);
	uint64_t audience = take_integer(cursor, 1);

	event->session_id = take_id(cursor);
	event->event_id = take_integer(cursor, 8);
	event->actor_id = take_id(cursor);
	event->target_id = take_id(cursor);
	event->created_at = (int64_t)take_integer(cursor, 8);
	event->payload_len = take_integer(cursor, 4);
	if (type >= EVENT_TYPE_COUNT || audience >= AUDIENCE_ROW || event->payload_len > PAYLOAD_MAX)
		return false;
	event->type = (enum event_type)type;
	event->audience = (enum audience)audience;
	event->payload = (const char *)take(cursor, event->payload_len);
	return true;
}

enum err event_decode(const void *bytes, size_t len, enum frame_kind *ret_kind, struct event *ret)
{
	struct cursor cursor = {.at = bytes, .left = len};
	struct event event = {.event_id = 0};
	uint64_t magic = take_integer(&cursor, 1), version = take_integer(&cursor, 1),
		 kind = take_integer(&cursor, 1);

	if (magic != FRAME_MAGIC || version != FRAME_VERSION)
		return ERR_INVALID_MESSAGE;
	if (kind == FRAME_HEAD) {
		event.session_id = take_id(&cursor);
		event.event_id = take_integer(&cursor, 8);
	} else if (kind != FRAME_EVENT || !take_event(&cursor, &event)) {
		return ERR_INVALID_MESSAGE;
	}
	/* The column is a bigint: no stream gets so far. */
	if (cursor.short_ || cursor.left || event.event_id > INT64_MAX)
		return ERR_INVALID_MESSAGE;
	*ret_kind = (enum frame_kind)kind;
	*ret = event;
	return OK;
}
