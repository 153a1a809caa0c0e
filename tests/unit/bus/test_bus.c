/* The bus over a socket file: what is sent comes, whoever was there first; what a full queue does; what is
 * refused. */
#include "bus/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned char frame[FRAME_MAX];
static char problem[BUS_PROBLEM];

/* Endpoints in a folder of their own. */
struct place {
	char folder[40];
	char endpoints[2][80];
	const char *items[3];
	struct config config;
};

static void place_make(struct place *place, int count)
{
	char folder[] = "/tmp/invigil-bus-XXXXXX";

	memset(place, 0, sizeof(*place));
	assert_non_null(mkdtemp(folder));
	strcpy(place->folder, folder);
	for (int i = 0; i < count; i++) {
		snprintf(place->endpoints[i], sizeof(place->endpoints[i]), "ipc://%s/%d.sock", folder, i);
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
	rmdir(place->folder);
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

	place_make(&place, 1);
	assert_int_equal(bus_receiver_new(&place.config, problem, &receiver), OK);
	assert_int_equal(stat(place_path(&place, 0), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0660);
	assert_int_equal(bus_sender_new(&place.config, problem, &sender), OK);

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

	place_make(&place, 1);
	assert_int_equal(bus_sender_new(&place.config, problem, &sender), OK);
	for (int i = 0; i < 100; i++)
		bus_send_event(sender, &sent);
	assert_int_equal(bus_receiver_new(&place.config, problem, &receiver), OK);
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

	place_make(&place, 1);
	assert_int_equal(bus_receiver_new(&place.config, problem, &receiver), OK);
	for (int i = 0; i < 10; i++) {
		struct bus_sender *sender;

		assert_int_equal(bus_sender_new(&place.config, problem, &sender), OK);
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

	place_make(&place, 2);
	assert_int_equal(bus_receiver_new(&place.config, problem, &receiver), OK);
	assert_int_equal(bus_sender_new(&place.config, problem, &sender), OK);
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
	static const struct {
		const char *endpoint;
		bool connects; /* a file that isn't there may come */
		const char *problem;
	} rows[] = {
	    {"tcp://127.0.0.1:5555", false, "bus_secret_key: tcp:// needs a key here"},
	    {"ipc://", false, "bus_endpoints: ipc://: must be ipc:///path or tcp://host:port"},
	    {"ipc:///", false, "bus_endpoints: ipc:///: must be ipc:///path or tcp://host:port"},
	    {"ipc://here.sock", false,
	     "bus_endpoints: ipc://here.sock: must be ipc:///path or tcp://host:port"},
	    /* open to everybody on this host */
	    {"ipc://@bus", false, "bus_endpoints: ipc://@bus: must be ipc:///path or tcp://host:port"},
	    {"/tmp/x", false, "bus_endpoints: /tmp/x: must be ipc:///path or tcp://host:port"},
	    {"inproc://x", false, "bus_endpoints: inproc://x: must be ipc:///path or tcp://host:port"},
	    {"", false, "bus_endpoints: : must be ipc:///path or tcp://host:port"},
	    {"ipc:///nonexistent/directory/bus.sock", true,
	     "bus_endpoints: cannot bind ipc:///nonexistent/directory/bus.sock: No such file or directory"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *items[] = {rows[i].endpoint, NULL};
		struct config config = {.bus_endpoints = {items, 1}};
		struct bus_receiver *receiver = NULL;
		struct bus_sender *sender = NULL;

		assert_int_equal(bus_receiver_new(&config, problem, &receiver), ERR_CONFIG);
		assert_null(receiver);
		assert_string_equal(problem, rows[i].problem);
		if (rows[i].connects)
			continue;
		assert_int_equal(bus_sender_new(&config, problem, &sender), ERR_CONFIG);
		assert_null(sender);
		assert_string_equal(problem, rows[i].problem);
	}
}

/* Where everybody may make files, sticky or not, somebody could be there first. */
static void test_folders(void **state UNUSED)
{
	static const struct {
		mode_t mode;
		enum err err;
	} rows[] = {{0700, OK}, {0775, OK}, {0777, ERR_CONFIG}, {01777, ERR_CONFIG}, {0702, ERR_CONFIG}};
	char folder[] = "/tmp/invigil-bus-folder-XXXXXX", endpoint[64], expected[BUS_PROBLEM];
	const char *items[] = {endpoint, NULL};
	struct config config = {.bus_endpoints = {items, 1}};

	assert_non_null(mkdtemp(folder));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/bus.sock", folder);
	snprintf(expected, sizeof(expected),
		 "bus_endpoints: %s lies in a folder where everybody may make files", endpoint);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bus_receiver *receiver = NULL;
		struct bus_sender *sender = NULL;

		assert_int_equal(chmod(folder, rows[i].mode), 0);
		assert_int_equal(bus_receiver_new(&config, problem, &receiver), rows[i].err);
		assert_int_equal(bus_sender_new(&config, problem, &sender), rows[i].err);
		if (rows[i].err)
			assert_string_equal(problem, expected);
		bus_sender_free(sender, 0);
		bus_receiver_free(receiver);
	}
	unlink(endpoint + strlen("ipc://"));
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_waits_for_receiver),
	    cmocka_unit_test(test_flushes_before_leaving),
	    cmocka_unit_test(test_full_queue),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests_name("bus/bus", tests, NULL, NULL);
}
