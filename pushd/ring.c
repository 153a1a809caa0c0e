/* A bounded window over the end of a stream. */
#include "pushd/ring.h"

#include <stdlib.h>
#include <string.h>

struct recent *recent_new(const struct event *event)
{
	struct recent *recent = calloc(1, sizeof(*recent) + event->payload_len + 1);

	if (!recent)
		return NULL;
	recent->event = *event;
	memcpy(recent + 1, event->payload, event->payload_len);
	recent->event.payload = (char *)(recent + 1);
	return recent;
}

void recent_free(struct recent *recent)
{
	if (!recent)
		return;
	for (size_t i = 0; i < DIALECT_COUNT; i++)
		message_unref(recent->wire[i]);
	free(recent);
}

enum err recent_wire(struct recent *recent, const struct dialect *dialect, const struct scene *scene,
		     struct message **ret)
{
	if (!recent->tried[dialect->id] &&
	    dialect->event(&recent->event, scene, &recent->wire[dialect->id]) == ERR_MEMORY)
		return ERR_MEMORY;
	recent->tried[dialect->id] = true;
	*ret = recent->wire[dialect->id];
	return OK;
}

static struct recent *oldest(struct ring *ring)
{
	return ring->items[ring->first];
}

static void drop_oldest(struct ring *ring)
{
	ring->bytes -= oldest(ring)->event.payload_len;
	recent_free(oldest(ring));
	ring->first = (ring->first + 1) % RING_EVENTS;
	ring->count--;
}

void ring_clear(struct ring *ring)
{
	while (ring->count)
		drop_oldest(ring);
}

void ring_take(struct ring *ring, struct recent *recent)
{
	if (ring->count && recent->event.event_id != oldest(ring)->event.event_id + ring->count)
		ring_clear(ring);
	if (ring->count == RING_EVENTS)
		drop_oldest(ring);
	ring->items[(ring->first + ring->count++) % RING_EVENTS] = recent;
	ring->bytes += recent->event.payload_len;
	while (ring->count > 1 && ring->bytes > RING_BYTES)
		drop_oldest(ring);
}

struct recent *ring_find(const struct ring *ring, uint64_t event_id)
{
	uint64_t first = ring->count ? ring->items[ring->first]->event.event_id : 0;

	if (!ring->count || event_id < first || event_id - first >= ring->count)
		return NULL;
	return ring->items[(ring->first + (size_t)(event_id - first)) % RING_EVENTS];
}
