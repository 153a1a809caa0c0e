/* A room with fake connections, and what it asks of its owner. For one test program: it is all static. */
#ifndef INVIGIL_TESTS_PUSHD_ROOM_H
#define INVIGIL_TESTS_PUSHD_ROOM_H

#include "pushd/room.h"

#include "fake.h"

/* What the room asked its owner for. */
static struct {
	int holes;
	int reads;
	int backfills;
	int unread;
	int opening;
	uint64_t since; /* of the last backfill, or of the unread */
	bool refuse;	/* backfills can't be had */
} asked;

static void hole(void *context, struct stream *stream)
{
	(void)context;
	(void)stream;
	asked.holes++;
}

static bool read_stream(void *context, struct stream *stream, uint64_t since)
{
	(void)context;
	(void)stream;
	(void)since;
	asked.reads++;
	return true;
}

static bool backfill(void *context, struct room *room, uint64_t since)
{
	(void)context;
	(void)room;
	asked.backfills++;
	asked.since = since;
	return !asked.refuse;
}

static void opening(void *context, struct conn *conn)
{
	(void)context;
	(void)conn;
	asked.opening++;
}

static bool ask_unread(void *context, struct conn *conn)
{
	(void)context;
	asked.unread++;
	asked.since = conn->cursor;
	return !asked.refuse;
}

static struct metrics metrics;
static struct rooms *rooms;
static struct room *room;
static struct id session;

static int set_up(void **state)
{
	const struct room_ops ops = {.hole = hole,
				     .read = read_stream,
				     .backfill = backfill,
				     .opening = opening,
				     .unread = ask_unread};

	(void)state;
	memset(&asked, 0, sizeof(asked));
	memset(&metrics, 0, sizeof(metrics));
	rooms = rooms_new(&ops, &metrics);
	session = id_make();
	room = rooms ? rooms_open(rooms, &session) : NULL;
	return room ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	rooms_sweep(rooms);
	assert_int_equal(rooms_count(rooms), 0);
	rooms_free(rooms);
	return 0;
}

static struct event event(uint64_t id, enum event_type type)
{
	static const char payload[] = "{\"n\":1}";

	return (struct event){.session_id = session,
			      .event_id = id,
			      .type = type,
			      .audience = event_type_audience(type),
			      .payload = payload,
			      .payload_len = sizeof(payload) - 1};
}

UNUSED static void publish(uint64_t id, enum event_type type)
{
	struct event e = event(id, type);

	stream_offer(room_stream(room), &e);
}

UNUSED static void publish_row(uint64_t id, enum event_type type, enum audience audience,
			       const struct id *target, const char *payload)
{
	struct event e = event(id, type);

	e.audience = audience;
	e.target_id = *target;
	e.payload = payload;
	e.payload_len = strlen(payload);
	stream_offer(room_stream(room), &e);
}

/* A connection that asks, and is let in with this head. */
UNUSED static struct fake *enter(enum role role, uint64_t head, uint64_t joined)
{
	struct fake *fake = fake_new(role, 100000);
	const struct connect_item item = {.session_id = session, .head = head, .joined_event = joined};

	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 10000, 0);
	return fake;
}

UNUSED static struct fake *resume(enum role role, uint64_t head, uint64_t cursor)
{
	struct fake *fake = fake_new(role, 100000);
	const struct connect_item item = {.session_id = session, .head = head};

	fake->conn->resume = true;
	fake->conn->cursor = cursor;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 100, 0);
	return fake;
}

UNUSED static void give_snapshot(struct fake *fake)
{
	const struct doc doc = {.text = "{}", .len = 2};

	room_snapshot(room, fake->conn, &doc, 0);
}

/* What was written, in short: c connected, m snapshot, s stats, r resync, e error, a number for an event. */
UNUSED static const char *heard(const struct fake *fake)
{
	static const struct {
		const char *begin;
		const char *sign;
	} signs[] = {
	    {"{\"type\":\"connected\"", "c"},
	    {"{\"type\":\"monitor_snapshot\"", "m"},
	    {"{\"type\":\"session_stats\"", "s"},
	    {"{\"type\":\"resync_required\"", "r"},
	    {"{\"type\":\"error\"", "e"},
	    {"{\"error\":", "e"},
	    {"{\"type\":\"presence_updated\"", "p"},
	};
	static char text[8192];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < fake->count; i++) {
		const char *id = strstr(fake->wrote[i], "\"event_id\":");
		const char *sign = "?";

		for (size_t k = 0; k < ARRAY_LEN(signs); k++)
			if (strncmp(fake->wrote[i], signs[k].begin, strlen(signs[k].begin)) == 0)
				sign = signs[k].sign;
		if (id)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %d", atoi(id + 11));
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %s", sign);
	}
	return text;
}

UNUSED static void page(uint64_t since, uint64_t first, uint64_t last)
{
	struct event items[600];
	size_t count = 0;

	for (uint64_t id = first; id <= last; id++)
		items[count++] = event(id, EVENT_SESSION_STARTED);
	room_page(room, since, items, count, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
