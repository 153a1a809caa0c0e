/* The window over a stream's end, and encoding once. */
#include "pushd/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void take(struct ring *ring, uint64_t id, size_t len)
{
	char *payload = malloc(len + 1);
	struct recent *recent;

	assert_non_null(payload);
	memset(payload, ' ', len);
	memcpy(payload, "{", 1);
	payload[len - 1] = '}';
	recent = recent_new(&(struct event){.event_id = id, .payload = payload, .payload_len = len});
	free(payload);
	assert_non_null(recent);
	ring_take(ring, recent);
}

static void test_window(void **state)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	(void)state;
	assert_null(ring_find(ring, 0));
	assert_null(ring_find(ring, 1));
	for (uint64_t id = 10; id < 10 + RING_EVENTS + 100; id++)
		take(ring, id, 2);
	assert_int_equal(ring->count, RING_EVENTS);
	assert_null(ring_find(ring, 109));
	for (uint64_t id = 110; id < 110 + RING_EVENTS; id++)
		assert_int_equal(ring_find(ring, id)->event.event_id, id);
	assert_null(ring_find(ring, 110 + RING_EVENTS));
	assert_null(ring_find(ring, 0));
	/* ids have no holes in it: behind a hole it begins anew */
	take(ring, 9000, 2);
	assert_int_equal(ring->count, 1);
	assert_null(ring_find(ring, 9001));
	ring_clear(ring);
	free(ring);
}

static void test_bytes(void **state)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	(void)state;
	for (uint64_t id = 1; id <= 8; id++)
		take(ring, id, RING_BYTES / 4);
	assert_int_equal(ring->count, 4);
	assert_non_null(ring_find(ring, 5));
	/* the newest is kept however large it is */
	take(ring, 9, RING_BYTES + 1);
	assert_int_equal(ring->count, 1);
	assert_non_null(ring_find(ring, 9));
	ring_clear(ring);
	assert_int_equal(ring->bytes, 0);
	free(ring);
}

static void test_encoded_once(void **state)
{
	struct event event = {.event_id = 1, .type = EVENT_VIOLATION, .payload = "{}", .payload_len = 2};
	struct recent *recent = recent_new(&event);
	struct message *first, *again;

	(void)state;
	assert_int_equal(recent_wire(recent, &dialect_live, NULL, &first), OK);
	assert_non_null(first);
	assert_int_equal(recent_wire(recent, &dialect_live, NULL, &again), OK);
	assert_ptr_equal(again, first);
	assert_int_equal(first->refs, 1);
	recent_free(recent);
	/* what can't be said is not tried again */
	event.payload = "[]";
	recent = recent_new(&event);
	assert_int_equal(recent_wire(recent, &dialect_live, NULL, &again), OK);
	assert_null(again);
	assert_true(recent->tried[DIALECT_LIVE]);
	recent_free(recent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_encoded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
