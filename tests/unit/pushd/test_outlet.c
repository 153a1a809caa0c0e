/* What goes straight into a socket, past the layers that stand before it: it comes whole and in order also
 * when the socket is full for a while, through WebSockets and Socket.IO; and nobody writes into one that is
 * gone. Real sockets, no database and no bus. */
#define _GNU_SOURCE /* memmem */
#include "pushd/outlet.h"

#include "tests/unit/pushd/sockets.h"

#include "pushd/room.h"

#define CODE	  "ABC234" /* the session's */
#define HEAD	  6	   /* its last event: the next is that he has joined */
#define BLOB	  3900	   /* bytes of an event's text */
#define FLOOD	  200	   /* events; within ws_queue_bytes, and more than the socket takes */
#define FEW_BYTES 4096	   /* that the system keeps for the client, on our side */

static struct client one;

/* --- the session --- */

static struct room *room(void)
{
	struct id session_id;

	assert_true(id_parse(SESSION, &session_id));
	return rooms_find(pushd->rooms, &session_id);
}

/* The only connection in it. */
static struct conn *listener_conn(void)
{
	struct room *there = room();

	return there ? room_next(there, NULL) : NULL;
}

static void publish(uint64_t event_id)
{
	static char payload[BLOB + 200];
	struct event event = {.event_id = event_id, .type = EVENT_TRANSCRIPTION, .created_at = 1};
	int len = snprintf(payload, sizeof(payload),
			   "{\"segment_id\":\"" SESSION "\",\"text\":\"event %llu %0*d\"}",
			   (unsigned long long)event_id, BLOB, 0);

	assert_true(id_parse(SESSION, &event.session_id));
	event.audience = event_type_audience(event.type);
	event.payload = payload;
	event.payload_len = (size_t)len;
	stream_offer(room_stream(room()), &event);
}

/* --- the client --- */

static void dial(const char *path)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "GET %s%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		 path, token);
	come(&one);
	say_text(&one, text);
	assert_true(hears(&one, "HTTP/1.1 101"));
}

static void say_and_hear(const char *said, const char *wanted)
{
	say_frame(&one, 1, said);
	assert_true(hears(&one, wanted) && has_got(&one, wanted));
}

static void enter_live(void)
{
	dial("/api/v1/sessions/" SESSION "/ws?token=");
	assert_true(hears(&one, "\"connected\""));
}

static void enter_socketio(void)
{
	dial("/socket.io/?EIO=4&transport=websocket&token=");
	assert_true(hears(&one, "0{\"sid\":\""));
	say_and_hear("40", "40{");
	say_and_hear("42[\"joinSession\",\"" CODE "\"]", "sessionJoined");
}

/* The events come, whole and in order: each is as long as it was made. */
static void hear_events(uint64_t first, uint64_t last)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;

	for (uint64_t id = first; id <= last;) {
		char mark[32], *at;
		int len = snprintf(mark, sizeof(mark), "event %llu 0", (unsigned long long)id);

		assert_true(clock_monotonic() < until);
		turn();
		read_some(&one);
		at = memmem(one.got, one.len, mark, (size_t)len);
		if (!at || one.len - (size_t)(at - one.got) <= (size_t)len - 1 + BLOB)
			continue;
		assert_null(memmem(one.got, (size_t)(at - one.got), "event ", 6));
		at += len;
		assert_int_equal(strspn(at, "0"), BLOB - 1);
		one.len -= (size_t)(at - one.got);
		memmove(one.got, at, one.len);
		id++;
	}
}

/* --- what must hold --- */

static void flood(uint64_t first)
{
	for (uint64_t i = 0; i < FLOOD; i++)
		publish(first + i);
}

static const struct row {
	const char *name;
	void (*enter)(void);
	bool shared; /* the socket carries more than this connection: while it is full, nobody may pass */
} rows[] = {
    {"live", enter_live, false},
    {"Socket.IO", enter_socketio, true},
};

static void begin(const struct row *row)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;
	const int few = FEW_BYTES;

	row->enter();
	while (listener_conn()->state != CONN_LIVE && clock_monotonic() < until)
		turn();
	assert_non_null(listener_conn()->outlet.wsi);
	assert_int_equal(setsockopt(listener_conn()->outlet.fd, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)), 0);
	one.len = 0;
}

static void end(void)
{
	leave(&one);
	settle();
	assert_int_equal(pushd->open, 0);
	rooms_sweep(pushd->rooms);
}

static void test_straight(void **state)
{
	begin(*state);
	publish(HEAD + 1);
	hear_events(HEAD + 1, HEAD + 1);
	end();
}

/* What came together goes out together. */
static void test_train(void **state)
{
	begin(*state);
	rooms_hold(pushd->rooms);
	for (uint64_t i = 1; i <= 3; i++)
		publish(HEAD + i);
	read_some(&one);
	assert_int_equal(one.len, 0);
	rooms_release(pushd->rooms);
	hear_events(HEAD + 1, HEAD + 3);
	end();
}

static void flood_held(uint64_t first)
{
	rooms_hold(pushd->rooms);
	flood(first);
	rooms_release(pushd->rooms);
}

static void fill(const struct row *row, void (*publish_all)(uint64_t first))
{
	int64_t until = clock_monotonic() + PATIENCE_MS;
	const struct conn *conn;

	begin(row);
	conn = listener_conn();
	publish_all(HEAD + 1);
	assert_true(conn->choked && conn->queue_count > 0);
	assert_int_equal(conn->outlet.wsi == NULL, row->shared);
	hear_events(HEAD + 1, HEAD + FLOOD);
	while (conn->queue_count && clock_monotonic() < until)
		turn();
	assert_false(conn->choked);
	assert_non_null(conn->outlet.wsi);
	publish(HEAD + FLOOD + 1);
	hear_events(HEAD + FLOOD + 1, HEAD + FLOOD + 1);
	end();
}

static void test_full(void **state)
{
	fill(*state, flood);
}

static void test_full_by_trains(void **state)
{
	fill(*state, flood_held);
}

/* The connection was reset, and pushd doesn't know it yet. */
static void test_reset(void **state)
{
	const struct linger at_once = {.l_onoff = 1};

	begin(*state);
	assert_int_equal(setsockopt(one.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
	close(one.fd);
	flood(HEAD + 1);
	assert_null(listener_conn());
	settle();
	assert_int_equal(pushd->open, 0);
	rooms_sweep(pushd->rooms);
}

/* With a second session in the same client each message is completed, and so takes the long way. */
static void test_two_sessions(void **state)
{
	int64_t until = clock_monotonic() + PATIENCE_MS;

	begin(*state);
	say_and_hear("42[\"joinExamSession\",{\"examId\":\"" SESSION "\"}]", "examSessionJoined");
	for (struct conn *conn = listener_conn(); conn; conn = room_next(room(), conn))
		assert_null(conn->outlet.wsi);
	say_frame(&one, 1, "42[\"leaveSession\",\"" CODE "\"]");
	assert_true(hears(&one, "sessionLeft"));
	while (!listener_conn()->outlet.wsi && clock_monotonic() < until)
		turn();
	assert_non_null(listener_conn()->outlet.wsi);
	assert_null(room_next(room(), listener_conn()));
	end();
}

/* A client that leaves its namespace hears nothing more, though its socket is there. */
static void test_left(void **state)
{
	begin(*state);
	say_frame(&one, 1, "41");
	for (int i = 0; i < 10; i++)
		turn();
	if (listener_conn())
		assert_null(listener_conn()->outlet.wsi);
	end();
}

#define ROW(test, row)                                                                                       \
	{                                                                                                    \
#test, test, NULL, NULL, (void *)(uintptr_t)&rows[row]                                       \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(test_straight, 0), ROW(test_straight, 1),	ROW(test_train, 0),
	    ROW(test_train, 1),	   ROW(test_full_by_trains, 0), ROW(test_full_by_trains, 1),
	    ROW(test_full, 0),	   ROW(test_full, 1),		ROW(test_reset, 0),
	    ROW(test_reset, 1),	   ROW(test_two_sessions, 1),	ROW(test_left, 1),
	};

	/* before a lane's thread can look at it */
	snprintf(database_head, sizeof(database_head), "%d", HEAD);
	return cmocka_run_group_tests_name("outlet", tests, set_up, tear_down);
}
