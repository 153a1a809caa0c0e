/* Frames from the bus: what is taken is written again as the very same bytes. Whatever an event brings is
 * then made into messages of every dialect, and followed by the groups of a room. */
#include "tests/fuzz/fuzz.h"

#include "pushd/dialect/dialect.h"
#include "pushd/dialect/json_syntax.h"
#include "pushd/groups.h"
#include "wire/event.h"

static const struct dialect *const dialects[] = {&dialect_live,	     &dialect_envelope, &dialect_notify,
						 &dialect_classroom, &dialect_exam,	&dialect_monitor};

static void check_encoding(enum frame_kind kind, const struct event *event, const char *bytes, size_t len)
{
	struct buf out;

	buf_init(&out, NULL);
	if (kind == FRAME_EVENT)
		event_encode(event, &out);
	else
		head_encode(&event->session_id, event->event_id, &out);
	MUST(out.len == len && memcmp(out.data, bytes, len) == 0);
	buf_done(&out);
}

/* Payloads come from our own database, as objects: for one that is, the message is JSON. */
static void check_message(struct arena *arena, const struct dialect *dialect, const struct event *event)
{
	struct message *message = NULL;
	json_value *payload;
	size_t skip;
	bool object = json_parse_object(arena, event->payload, event->payload_len, &payload) == OK;
	const struct scene scene = {.session_id = event->session_id, .join_code = "ABC234"};
	enum err err = dialect->event(event, &scene, &message);

	MUST(err == OK || err == ERR_INVALID_MESSAGE);
	MUST(err == OK || !message);
	MUST(err == OK || !object || dialect->inbox);
	/* a Socket.IO packet has its types in front */
	skip = message && strncmp(message->text, "42", 2) == 0 ? 2 : 0;
	if (object && message)
		MUST(json_syntax(message->text + skip, message->len - skip));
	message_unref(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct groups *groups = groups_new(NULL, 0);
	char *bytes = exact(data, size);
	enum frame_kind kind;
	struct event event;

	if (event_decode(bytes, size, &kind, &event) == OK) {
		check_encoding(kind, &event, bytes, size);
		for (size_t i = 0; kind == FRAME_EVENT && i < ARRAY_LEN(dialects); i++)
			check_message(arena, dialects[i], &event);
		if (kind == FRAME_EVENT)
			MUST(groups_update(groups, event.payload, event.payload_len) != ERR_MEMORY);
	}
	groups_free(groups);
	arena_free(arena);
	free(bytes);
	return 0;
}
