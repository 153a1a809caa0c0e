#include "bus/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned char frame[FRAME_MAX];

/* Endpoints of this process alone. */
struct place {
	char endpoints[2][80];
	const char *items[3];
	struct config config;
};

static void place_make(struct place *place, const char *name, int count)
{
	memset(place, 0, sizeof(*place));
	for (int i = 0; i < count; i++) {
		snprintf(place->endpoints[i], sizeof(place->endpoints[i]), "ipc:///tmp/invigil-bus-%s-%d-%d",
			 name, (int)getpid(), i);
		place->items[i] = place->endpoints[i];
	}
	place->config.bus_endpoints.items = place->items;
	place->config.bus_endpoints.count = count;
}

static const char *place_path(const struct place *place, int which)
{
	return place->endpoints[which] + strlen("ipc://");
}

static void place_remove(struct place *place)
{
	for (int i = 0; i < place->config.bus_endpoints.count; i++)
		unlink(place_path(place, i));
}

static struct event event_make(uint64_t id)
{
	static const char payload[] = "{\"status\":\"WAITING\"}";

	return (struct event){
	    .session_id = id_make(),
	    .event_id = id,
	    .type = EVENT_SESSION_STATUS_CHANGED,
	    .audience = AUDIENCE_ALL,
	    .created_at = 1768732200000,
	    .payload = payload,
	    .payload_len = sizeof(payload) - 1,
	};
}

static void test_round_trip(void **state UNUSED)
{
	struct event sent = event_make(7), got;
	struct bus_receiver *receiver;
	struct bus_sender *sender;
	enum frame_kind kind;
	struct place place;
	struct stat info;
	size_t len;

	place_make(&place, "round", 1);
	assert_int_equal(bus_receiver_new(&place.config, &receiver), OK);
	assert_int_equal(stat(place_path(&place, 0), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0660);
	assert_int_equal(bus_sender_new(&place.config, &sender), OK);

	assert_int_equal(bus_receive(receiver, frame, sizeof(frame), 10), 0);
	bus_send_event(sender, &sent);
	bus_send_head(sender, &sent.session_id, 9);
	len = bus_receive(receiver, frame, sizeof(frame), 5000);
	assert_int_equal(event_decode(frame, len, &kind, &got), OK);
	assert_int_equal(kind, FRAME_EVENT);
	assert_int_equal(got.event_id, 7);
	assert_int_equal(got.payload_len, sent.payload_len);
	assert_memory_equal(got.payload, sent.payload, sent.payload_len);
	len = bus_receive(receiver, frame, sizeof(frame), 5000);
	assert_int_equal(event_decode(frame, len, &kind, &got), OK);
	assert_int_equal(kind, FRAME_HEAD);
	assert_int_equal(got.event_id, 9);
	assert_true(id_equal(&got.session_id, &sent.session_id));
	assert_int_equal(bus_dropped(sender), 0);

	/* One that doesn't fit is dropped, and the next one comes. */
	bus_send_event(sender, &sent);
	bus_send_head(sender, &sent.session_id, 10);
	assert_int_equal(bus_receive(receiver, frame, 30, 5000), 0);
	assert_true(bus_receive(receiver, frame, 30, 5000) > 0);

	bus_sender_free(sender, 0);
	bus_receiver_free(receiver);
	place_remove(&place);
}

/* pushd starts after the worker, or comes back: what was sent meanwhile waits for it. */
static void test_waits_for_receiver(void **state UNUSED)
{
	struct event sent = event_make(1);
	struct bus_receiver *receiver;
	struct bus_sender *sender;
	struct place place;

	place_make(&place, "late", 1);
	assert_int_equal(bus_sender_new(&place.config, &sender), OK);
	for (int i = 0; i < 100; i++)
		bus_send_event(sender, &sent);
	assert_int_equal(bus_receiver_new(&place.config, &receiver), OK);
	for (int i = 0; i < 100; i++)
		assert_true(bus_receive(receiver, frame, sizeof(frame), 5000) > 0);
	assert_int_equal(bus_dropped(sender), 0);
	bus_sender_free(sender, 0);
	bus_receiver_free(receiver);
	place_remove(&place);
}

/* A plain CGI process sends once and leaves. */
static void test_flushes_before_leaving(void **state UNUSED)
{
	struct event sent = event_make(1);
	struct bus_receiver *receiver;
	struct place place;

	place_make(&place, "brief", 1);
	assert_int_equal(bus_receiver_new(&place.config, &receiver), OK);
	for (int i = 0; i < 10; i++) {
		struct bus_sender *sender;

		assert_int_equal(bus_sender_new(&place.config, &sender), OK);
		bus_send_event(sender, &sent);
		bus_sender_free(sender, 1000);
		assert_true(bus_receive(receiver, frame, sizeof(frame), 5000) > 0);
	}
	bus_receiver_free(receiver);
	place_remove(&place);
}

/* Every pushd hears everything; one that is away costs nothing but its own queue, and what that drops is
 * counted. */
static void test_full_queue(void **state UNUSED)
{
	struct id session = id_make();
	struct bus_receiver *receiver;
	struct bus_sender *sender;
	struct place place;

	place_make(&place, "full", 2);
	assert_int_equal(bus_receiver_new(&place.config, &receiver), OK);
	assert_int_equal(bus_sender_new(&place.config, &sender), OK);
	for (int i = 0; i < 101000; i++) {
		bus_send_head(sender, &session, (uint64_t)i);
		if (i % 100 < 99)
			continue;
		for (int j = 0; j < 100; j++)
			assert_true(bus_receive(receiver, frame, sizeof(frame), 5000) > 0);
	}
	assert_int_equal(bus_dropped(sender), 1000);
	bus_sender_free(sender, 0);
	bus_receiver_free(receiver);
	place_remove(&place);
}

static void test_refuses(void **state UNUSED)
{
	static const char *const rows[] = {
	    "tcp://127.0.0.1:5555", "ipc://", "/tmp/x",
	    "inproc://x",	    "",	      "ipc:///nonexistent/directory/bus.sock"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *items[] = {rows[i], NULL};
		struct config config = {.bus_endpoints = {items, 1}};
		struct bus_receiver *receiver = NULL;
		struct bus_sender *sender = NULL;

		assert_int_equal(bus_receiver_new(&config, &receiver), ERR_CONFIG);
		assert_null(receiver);
		if (i + 1 < ARRAY_LEN(rows))
			assert_int_equal(bus_sender_new(&config, &sender), ERR_CONFIG);
		assert_null(sender);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_waits_for_receiver),
	    cmocka_unit_test(test_flushes_before_leaving),
	    cmocka_unit_test(test_full_queue),
	    cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests_name("bus/bus", tests, NULL, NULL);
}
