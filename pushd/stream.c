/* Order, duplicates and gaps of one stream. */
#include "pushd/stream.h"

#include <stdlib.h>
#include <string.h>

struct held {
	struct list in_held;
	struct event event; /* its payload is behind it, in the same block */
};

void stream_init(struct stream *stream, const struct id *id, const struct stream_ops *ops)
{
	memset(stream, 0, sizeof(*stream));
	stream->id = *id;
	stream->ops = ops;
	list_init(&stream->held);
	list_init(&stream->in_holes);
}

static void drop(struct stream *stream, struct held *held)
{
	list_remove(&held->in_held);
	stream->held_count--;
	free(held);
}

void stream_done(struct stream *stream)
{
	list_each (node, &stream->held)
		drop(stream, list_entry(node, struct held, in_held));
	list_remove(&stream->in_holes);
}

bool stream_has_hole(const struct stream *stream)
{
	return stream->known && stream->head > stream->last;
}

/* Keeps a copy, in order. What can't be kept is read from the table later: `head` remembers that it exists.
 */
static void hold(struct stream *stream, const struct event *event)
{
	struct list *after = stream->held.prev;
	struct held *held;

	for (; after != &stream->held; after = after->prev) {
		struct held *other = list_entry(after, struct held, in_held);

		if (other->event.event_id == event->event_id)
			return;
		if (other->event.event_id < event->event_id)
			break;
	}
	held = stream->held_count < STREAM_HELD_MAX ? malloc(sizeof(*held) + event->payload_len + 1) : NULL;
	if (!held)
		return;
	held->event = *event;
	memcpy(held + 1, event->payload, event->payload_len);
	((char *)(held + 1))[event->payload_len] = '\0';
	held->event.payload = (char *)(held + 1);
	/* `after` as a head would append at the list's end: link by hand behind it */
	list_append(after->next, &held->in_held);
	stream->held_count++;
}

/* False: it couldn't be, and is missing still. */
static bool deliver(struct stream *stream, const struct event *event)
{
	uint64_t before = stream->last;

	stream->last = event->event_id;
	if (stream->head < stream->last)
		stream->head = stream->last;
	stream->denied = false;
	if (stream->ops->deliver(stream, event))
		return true;
	stream->last = before;
	return false;
}

/* Delivers what is held and whose turn has come. */
static void advance(struct stream *stream)
{
	list_each (node, &stream->held) {
		struct held *held = list_entry(node, struct held, in_held);

		if (held->event.event_id > stream->last + 1)
			break;
		if (held->event.event_id == stream->last + 1 && !deliver(stream, &held->event))
			break;
		drop(stream, held);
	}
}

void stream_begin(struct stream *stream, uint64_t last)
{
	if (stream->known)
		return;
	stream->known = true;
	stream->last = last;
	advance(stream);
	if (stream_has_hole(stream))
		stream->ops->hole(stream);
}

void stream_offer(struct stream *stream, const struct event *event)
{
	if (stream->head < event->event_id)
		stream->head = event->event_id;
	if (!stream->known) {
		hold(stream, event);
		return;
	}
	if (event->event_id <= stream->last) {
		if (stream->ops->repeated)
			stream->ops->repeated(stream);
		return;
	}
	if (event->event_id > stream->last + 1)
		hold(stream, event);
	else if (deliver(stream, event))
		advance(stream);
	if (stream_has_hole(stream))
		stream->ops->hole(stream);
}

void stream_grown(struct stream *stream, uint64_t head, bool at_once)
{
	if (stream->head < head)
		stream->head = head;
	if (at_once)
		stream_fill(stream);
	else if (stream_has_hole(stream))
		stream->ops->hole(stream);
}

void stream_fill(struct stream *stream)
{
	if (!stream_has_hole(stream) || stream->reading)
		return;
	stream->reading = stream->ops->read(stream, stream->last);
}

/* What the table doesn't bear out would make us read for ever: believe it when it is told again. A copy may
 * have come while the page was on its way, but then it is in the next one. */
static void disbelieve(struct stream *stream)
{
	list_each (node, &stream->held)
		drop(stream, list_entry(node, struct held, in_held));
	stream->denied = false;
	stream->head = stream->last;
}

void stream_page(struct stream *stream, const struct event *items, size_t count, bool failed)
{
	stream->reading = false;
	if (failed)
		return;
	for (size_t i = 0; i < count; i++) {
		if (items[i].event_id <= stream->last)
			continue;
		if (items[i].event_id > stream->last + 1)
			stream->ops->skipped(stream, items[i].event_id);
		if (!deliver(stream, &items[i]))
			break;
	}
	advance(stream);
	if (!stream_has_hole(stream))
		return;
	if (count == 0 && (!stream->held_count || stream->denied)) {
		disbelieve(stream);
	} else {
		stream->denied = count == 0;
		stream->ops->hole(stream);
	}
}
