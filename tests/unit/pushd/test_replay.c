/* Newcomers to a room: where they begin, how they are brought up to date, an inbox from its unread. */
#include "room.h"

static void test_where_one_begins(void **state)
{
	struct fake *first = enter(ROLE_STUDENT, 5, 5), *joiner, *watcher;

	(void)state;
	/* the first joiner hears his own joining, which is still on its way */
	assert_string_equal(heard(first), " c");
	publish(5, EVENT_PARTICIPANT_JOINED);
	assert_string_equal(heard(first), " c 5");
	/* another, whose joining the room has delivered already */
	publish(6, EVENT_PARTICIPANT_JOINED);
	joiner = enter(ROLE_STUDENT, 6, 6);
	assert_string_equal(heard(joiner), " c 6");
	/* one who came when the room was behind: nothing of what his head covers */
	watcher = enter(ROLE_STUDENT, 8, 0);
	publish(7, EVENT_SESSION_STARTED);
	publish(8, EVENT_SESSION_STARTED);
	publish(9, EVENT_SESSION_STARTED);
	assert_string_equal(heard(watcher), " c 9");
	assert_string_equal(heard(first), " c 5 6 7 8 9");
	assert_int_equal(asked.backfills, 0);
	fake_free(first);
	fake_free(joiner);
	fake_free(watcher);
}

static void test_resume_from_the_ring(void **state)
{
	struct fake *first = enter(ROLE_TEACHER, 0, 0), *student, *teacher;

	(void)state;
	give_snapshot(first);
	for (uint64_t id = 1; id <= 5; id++)
		publish(id, id % 2 ? EVENT_SESSION_STARTED : EVENT_VIOLATION);
	student = resume(ROLE_STUDENT, 5, 2);
	assert_string_equal(heard(student), " c 3 5");
	teacher = resume(ROLE_TEACHER, 5, 2);
	assert_string_equal(heard(teacher), " c");
	/* what happens before his snapshot comes is not lost, and comes behind it */
	publish(6, EVENT_VIOLATION);
	assert_string_equal(heard(teacher), " c");
	give_snapshot(teacher);
	assert_string_equal(heard(teacher), " c m 3 4 5 6");
	publish(7, EVENT_VIOLATION);
	assert_string_equal(heard(teacher), " c m 3 4 5 6 7");
	assert_int_equal(asked.backfills, 0);
	fake_free(first);
	fake_free(student);
	fake_free(teacher);
}

static void test_resume_from_the_table(void **state)
{
	struct fake *old = resume(ROLE_STUDENT, 10, 0), *newer = resume(ROLE_STUDENT, 10, 4), *older;

	(void)state;
	assert_int_equal(asked.backfills, 1);
	assert_int_equal(asked.since, 0);
	/* the live stream goes on meanwhile */
	publish(11, EVENT_SESSION_STARTED);
	assert_string_equal(heard(old), " c");
	/* one page serves all who wait for something in it */
	page(0, 1, 6);
	assert_string_equal(heard(old), " c 1 2 3 4 5 6");
	assert_string_equal(heard(newer), " c 5 6");
	assert_int_equal(asked.backfills, 2);
	assert_int_equal(asked.since, 6);
	/* who comes now, from before, waits for his own */
	older = resume(ROLE_STUDENT, 11, 2);
	assert_int_equal(asked.backfills, 2);
	page(6, 7, 10);
	assert_string_equal(heard(old), " c 1 2 3 4 5 6 7 8 9 10 11");
	assert_string_equal(heard(newer), " c 5 6 7 8 9 10 11");
	assert_string_equal(heard(older), " c");
	assert_int_equal(asked.backfills, 3);
	assert_int_equal(asked.since, 2);
	page(2, 3, 10);
	assert_string_equal(heard(older), " c 3 4 5 6 7 8 9 10 11");
	publish(12, EVENT_SESSION_STARTED);
	assert_string_equal(heard(newer), " c 5 6 7 8 9 10 11 12");
	assert_int_equal(asked.backfills, 3);
	fake_free(old);
	fake_free(newer);
	fake_free(older);
}

static void test_resync(void **state)
{
	struct fake *live = enter(ROLE_STUDENT, 200, 0), *fake;

	(void)state;
	/* from the future */
	fake = resume(ROLE_STUDENT, 200, 201);
	assert_string_equal(heard(fake), " c r");
	fake_free(fake);
	/* too much missed: a hundred are replayed, one more is not */
	fake = resume(ROLE_STUDENT, 200, 99);
	assert_string_equal(heard(fake), " c r");
	fake_free(fake);
	fake = resume(ROLE_STUDENT, 200, 100);
	assert_string_equal(heard(fake), " c");
	assert_int_equal(asked.since, 100);
	/* the rows are there no more */
	page(100, 150, 200);
	assert_string_equal(heard(fake), " c r");
	publish(201, EVENT_SESSION_STARTED);
	assert_string_equal(heard(fake), " c r 201");
	assert_string_equal(heard(live), " c 201");
	fake_free(fake);
	/* none at all */
	fake = resume(ROLE_STUDENT, 201, 120);
	page(120, 1, 0);
	assert_string_equal(heard(fake), " c r");
	fake_free(fake);
	/* staff: behind the snapshot */
	fake = resume(ROLE_TEACHER, 201, 999);
	give_snapshot(fake);
	publish(202, EVENT_VIOLATION);
	assert_string_equal(heard(fake), " c m r 202");
	fake_free(fake);
	assert_int_equal(metrics.resyncs, 5);
	fake_free(live);
}

static void test_malformed_cursor(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 1000);
	const struct connect_item item = {.session_id = session, .head = 3};

	(void)state;
	fake->conn->resume = fake->conn->resume_bad = true;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 100, 0);
	publish(4, EVENT_SESSION_STARTED);
	assert_string_equal(heard(fake), " c r 4");
	fake_free(fake);
}

static void test_a_page_that_failed(void **state)
{
	struct fake *fake = resume(ROLE_STUDENT, 10, 0), *live = enter(ROLE_STUDENT, 10, 0);

	(void)state;
	room_page(room, 0, NULL, 0, true);
	assert_string_equal(heard(fake), " c e");
	assert_int_equal(fake->conn->close_code, CLOSE_SERVER_ERROR);
	assert_int_equal(live->conn->state, CONN_LIVE);
	fake_free(fake);
	asked.refuse = true;
	fake = resume(ROLE_STUDENT, 10, 0);
	assert_int_equal(fake->conn->close_code, CLOSE_SERVER_ERROR);
	fake_free(fake);
	fake_free(live);
}

/* Who resumes from far behind is fed as he reads, and never trips the latch. */
static void test_a_slow_reader_resumes(void **state)
{
	struct fake *fake = fake_new(ROLE_STUDENT, 1000);
	const struct connect_item item = {.session_id = session, .head = 100};

	(void)state;
	fake->takes = 3;
	fake->conn->resume = true;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 1000, 0);
	for (int turns = 0; fake->conn->state == CONN_REPLAYING && turns < 200; turns++) {
		page(asked.since, asked.since + 1, 100);
		assert_true(conn_queued(fake->conn) <= 1000);
		fake_take(fake, 2);
	}
	fake_take(fake, SIZE_MAX);
	assert_int_equal(fake->conn->state, CONN_LIVE);
	assert_int_equal(fake->count, 101);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(atoi(strstr(fake->wrote[i], "\"event_id\":") + 11), i);
	fake_free(fake);
}

/* --- an inbox --- */

static struct event notification(uint64_t id, const struct id *recipient)
{
	struct event e = event(id, EVENT_NOTIFICATION);

	e.audience = AUDIENCE_USER;
	e.actor_id = e.target_id = *recipient;
	return e;
}

static void notify(uint64_t id)
{
	struct event e = notification(id, &session);

	stream_offer(room_stream(room), &e);
}

/* A connection to the inbox whose owner is the room's own id; `cursor` < 0: none. */
static struct fake *open_inbox(uint64_t head, int64_t cursor)
{
	struct fake *fake = fake_new(ROLE_TEACHER, 1000);
	const struct connect_item item = {.session_id = session, .head = head};

	fake->conn->dialect = &dialect_notify;
	fake->conn->actor.user_id = session;
	fake->conn->resume = cursor >= 0;
	fake->conn->cursor = cursor >= 0 ? (uint64_t)cursor : 0;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 100, 0);
	return fake;
}

/* The unread among these, as the database gives them. */
static void give_unread(struct fake *fake, const uint64_t *ids, size_t count)
{
	struct event items[600];

	for (size_t i = 0; i < count; i++)
		items[i] = notification(ids[i], &session);
	room_unread(fake->conn, items, count, false);
}

static void test_inbox(void **state)
{
	struct fake *fake = open_inbox(3, -1), *other = open_inbox(3, 3);

	(void)state;
	/* no greeting, no snapshot, no unread without a cursor, or with the newest */
	assert_string_equal(heard(fake), "");
	assert_int_equal(fake->conn->state, CONN_LIVE);
	assert_int_equal(other->conn->state, CONN_LIVE);
	assert_int_equal(asked.unread, 0);
	assert_int_equal(room_staff(room), 0);
	assert_int_equal(room_inboxes(room), 2);
	assert_false(room_baseline_due(room));
	notify(4);
	/* nothing but notifications, and those only to him whose they are */
	publish(5, EVENT_SESSION_STARTED);
	publish_row(6, EVENT_NOTIFICATION, AUDIENCE_USER, &other->conn->actor.user_id, "{\"n\":1}");
	other->conn->actor.user_id = id_make();
	notify(7);
	assert_string_equal(heard(fake), " 4 6 7");
	assert_string_equal(heard(other), " 4 6");
	assert_false(room_figures_due(room, 9000));
	/* in which nothing has ever been, and which is there all the same */
	room_gone(room);
	assert_int_equal(fake->conn->state, CONN_LIVE);
	fake_free(fake);
	fake_free(other);
	assert_int_equal(room_inboxes(room), 0);
}

static void test_unread(void **state)
{
	static const uint64_t unread[] = {3, 5};
	struct fake *live = open_inbox(6, -1), *fake = open_inbox(6, 2);

	(void)state;
	assert_int_equal(asked.unread, 1);
	assert_int_equal(asked.since, 2);
	/* what comes meanwhile waits */
	notify(7);
	assert_string_equal(heard(live), " 7");
	assert_string_equal(heard(fake), "");
	give_unread(fake, unread, ARRAY_LEN(unread));
	assert_string_equal(heard(fake), " 3 5 7");
	assert_int_equal(fake->conn->state, CONN_LIVE);
	notify(8);
	assert_string_equal(heard(fake), " 3 5 7 8");
	assert_int_equal(asked.backfills, 0);
	fake_free(fake);
	fake_free(live);
}

/* He hears nothing twice of what was read while it came. */
static void test_unread_overlaps(void **state)
{
	static const uint64_t unread[] = {5, 7};
	struct fake *live = open_inbox(6, -1), *fake = open_inbox(6, 0);

	(void)state;
	notify(7);
	give_unread(fake, unread, ARRAY_LEN(unread));
	notify(8);
	assert_string_equal(heard(fake), " 5 7 8");
	fake_free(fake);
	fake_free(live);
}

static void test_unread_resync(void **state)
{
	static const struct {
		uint64_t head;
		int64_t cursor;
	} rows[] = {{0, 1}, {6, 7}, {200, 99}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = open_inbox(rows[i].head, rows[i].cursor);

		assert_string_equal(heard(fake), " r");
		assert_int_equal(fake->conn->state, CONN_LIVE);
		fake_free(fake);
		assert_int_equal(asked.unread, 0);
		tear_down(state);
		assert_int_equal(set_up(state), 0);
	}
}

static void test_unread_fails(void **state)
{
	struct fake *fake = open_inbox(6, 2);

	(void)state;
	room_unread(fake->conn, NULL, 0, true);
	assert_string_equal(heard(fake), " e");
	assert_int_equal(fake->conn->close_code, CLOSE_SERVER_ERROR);
	fake_free(fake);
	asked.refuse = true;
	fake = open_inbox(6, 2);
	assert_int_equal(fake->conn->close_code, CLOSE_SERVER_ERROR);
	fake_free(fake);
}

/* More than a page, to one who reads slowly: in pages, as he reads, without tripping the latch. */
static void test_unread_slowly(void **state)
{
	struct fake *fake = open_inbox(90, -1);
	uint64_t ids[STREAM_PAGE];
	int given = 0;

	(void)state;
	fake_free(fake);
	fake = open_inbox(2000, 1990);
	fake->takes = 3;
	/* full pages first: the last one is shorter */
	for (int turns = 0; fake->conn->unread_until && turns < 3000; turns++) {
		size_t count = 0;

		for (uint64_t id = asked.since + 1; id <= 3000 && count < STREAM_PAGE; id++)
			ids[count++] = id;
		given = asked.unread;
		give_unread(fake, ids, count);
		assert_true(conn_queued(fake->conn) <= 1000);
		fake_take(fake, 4);
	}
	assert_true(given > 2);
	fake_take(fake, SIZE_MAX);
	assert_int_equal(fake->conn->state, CONN_LIVE);
	assert_int_equal(fake->count, 1010);
	assert_int_equal(fake->conn->cursor, 3000);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_where_one_begins),
	    TEST(test_resume_from_the_ring),
	    TEST(test_resume_from_the_table),
	    TEST(test_resync),
	    TEST(test_malformed_cursor),
	    TEST(test_a_page_that_failed),
	    TEST(test_a_slow_reader_resumes),
	    TEST(test_inbox),
	    TEST(test_unread),
	    TEST(test_unread_overlaps),
	    TEST(test_unread_resync),
	    TEST(test_unread_fails),
	    TEST(test_unread_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
