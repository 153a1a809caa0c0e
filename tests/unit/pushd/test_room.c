/* A room with fake connections: who hears what, in which order, from where on. */
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

static void publish(uint64_t id, enum event_type type)
{
	struct event e = event(id, type);

	stream_offer(room_stream(room), &e);
}

/* A connection that asks, and is let in with this head. */
static struct fake *enter(enum role role, uint64_t head, uint64_t joined)
{
	struct fake *fake = fake_new(role, 100000);
	const struct connect_item item = {.session_id = session, .head = head, .joined_event = joined};

	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 10000, 0);
	return fake;
}

static struct fake *resume(enum role role, uint64_t head, uint64_t cursor)
{
	struct fake *fake = fake_new(role, 100000);
	const struct connect_item item = {.session_id = session, .head = head};

	fake->conn->resume = true;
	fake->conn->cursor = cursor;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 100, 0);
	return fake;
}

static void give_snapshot(struct fake *fake)
{
	const struct doc doc = {.text = "{}", .len = 2};

	room_snapshot(room, fake->conn, &doc, 0);
}

/* What was written, in short: c connected, m snapshot, s stats, r resync, e error, a number for an event. */
static const char *heard(const struct fake *fake)
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

static void page(uint64_t since, uint64_t first, uint64_t last)
{
	struct event items[600];
	size_t count = 0;

	for (uint64_t id = first; id <= last; id++)
		items[count++] = event(id, EVENT_SESSION_STARTED);
	room_page(room, since, items, count, false);
}

static void test_who_hears_what(void **state)
{
	struct fake *student = enter(ROLE_STUDENT, 0, 0), *teacher = enter(ROLE_TEACHER, 0, 0);

	(void)state;
	give_snapshot(teacher);
	publish(1, EVENT_SESSION_STARTED);
	publish(2, EVENT_STUDENT_ANSWER);
	publish(3, EVENT_VIOLATION);
	publish(4, EVENT_SESSION_COMPLETED);
	assert_string_equal(heard(student), " c 1 4");
	assert_string_equal(heard(teacher), " c m 1 2 3 4");
	/* the student's cursor passes what he may not hear */
	assert_int_equal(room_cursor(student->conn), 4);
	assert_int_equal(room_staff(room), 1);
	fake_free(teacher);
	assert_int_equal(room_staff(room), 0);
	fake_free(student);
}

/* The others aren't asked about what only staff may hear; staff hear it wherever among them they came. */
static void test_for_staff_only(void **state)
{
	struct fake *before = enter(ROLE_STUDENT, 0, 0), *teacher = enter(ROLE_TEACHER, 0, 0),
		    *after = enter(ROLE_STUDENT, 0, 0), *admin = enter(ROLE_ADMIN, 0, 0);

	(void)state;
	give_snapshot(teacher);
	give_snapshot(admin);
	publish(1, EVENT_STUDENT_ANSWER);
	publish(2, EVENT_SESSION_STARTED);
	publish(3, EVENT_VIOLATION);
	assert_string_equal(heard(before), " c 2");
	assert_string_equal(heard(after), " c 2");
	assert_string_equal(heard(teacher), " c m 1 2 3");
	assert_string_equal(heard(admin), " c m 1 2 3");
	/* and are nevertheless behind nothing */
	assert_int_equal(room_cursor(before->conn), 3);
	assert_int_equal(room_cursor(after->conn), 3);
	publish(4, EVENT_SESSION_COMPLETED);
	assert_string_equal(heard(before), " c 2 4");
	fake_free(admin);
	fake_free(after);
	fake_free(teacher);
	fake_free(before);
}

static void test_duplicates_and_order(void **state)
{
	struct fake *fake = enter(ROLE_STUDENT, 0, 0);

	(void)state;
	publish(2, EVENT_SESSION_STARTED);
	publish(2, EVENT_SESSION_STARTED);
	publish(1, EVENT_SESSION_STARTED);
	publish(1, EVENT_SESSION_STARTED);
	publish(3, EVENT_SESSION_STARTED);
	assert_string_equal(heard(fake), " c 1 2 3");
	assert_int_equal(metrics.events, 3);
	fake_free(fake);
}

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

static void test_a_slow_reader_delays_nobody(void **state)
{
	struct fake *slow = fake_new(ROLE_STUDENT, 300), *quick = enter(ROLE_STUDENT, 0, 0);
	const struct connect_item item = {.session_id = session};

	(void)state;
	slow->takes = 2;
	room_add(room, slow->conn);
	room_admit(room, slow->conn, &item, 100, 0);
	for (uint64_t id = 1; id <= 20; id++)
		publish(id, EVENT_SESSION_STARTED);
	assert_int_equal(slow->conn->close_code, CLOSE_TOO_SLOW);
	assert_int_equal(quick->count, 21);
	assert_int_equal(room_count(room), 1);
	fake_free(slow);
	fake_free(quick);
}

static void test_figures(void **state)
{
	struct fake *student = enter(ROLE_STUDENT, 0, 0), *teacher;

	(void)state;
	publish(1, EVENT_VIOLATION);
	assert_false(room_figures_due(room, 5000)); /* nobody to tell */
	teacher = enter(ROLE_TEACHER, 1, 0);
	assert_true(room_baseline_due(room));
	assert_false(room_baseline_due(room));
	room_figures(room, "{\"n\":1}", true, 0);
	give_snapshot(teacher);
	assert_string_equal(heard(teacher), " c m"); /* not on connecting */
	publish(2, EVENT_STUDENT_PROGRESS);
	assert_false(room_figures_due(room, 6000)); /* changes no figure */
	publish(3, EVENT_STUDENT_ANSWER);
	assert_true(room_figures_due(room, 7000));
	assert_false(room_figures_due(room, 9000)); /* once per change */
	room_figures(room, "{\"n\":1}", false, 0);
	assert_string_equal(heard(teacher), " c m 2 3"); /* the same figures */
	publish(4, EVENT_VIOLATION);
	assert_false(room_figures_due(room, 7999)); /* at most once a second */
	assert_true(room_figures_due(room, 8000));
	room_figures(room, "{\"n\":2}", false, 0);
	assert_string_equal(heard(teacher), " c m 2 3 4 s");
	/* one that couldn't be read is asked for again */
	publish(5, EVENT_VIOLATION);
	assert_true(room_figures_due(room, 10000));
	room_figures(room, NULL, false, 0);
	assert_true(room_figures_due(room, 11000));
	assert_string_equal(heard(student), " c");
	fake_free(student);
	fake_free(teacher);
}

/* A change that came before the first figures were read may be in them: it is told all the same. */
static void test_figures_after_a_change(void **state)
{
	struct fake *teacher = enter(ROLE_TEACHER, 0, 0);

	(void)state;
	give_snapshot(teacher);
	publish(1, EVENT_VIOLATION);
	room_figures(room, "{\"n\":1}", true, 0);
	assert_true(room_figures_due(room, 5000));
	room_figures(room, "{\"n\":1}", false, 0);
	assert_string_equal(heard(teacher), " c m 1 s");
	fake_free(teacher);
}

static void test_gone(void **state)
{
	struct fake *in = enter(ROLE_STUDENT, 0, 0), *asking = fake_new(ROLE_STUDENT, 1000);

	(void)state;
	room_add(room, asking->conn);
	room_gone(room);
	assert_int_equal(in->conn->close_code, CLOSE_POLICY);
	assert_int_equal(asking->conn->close_code, CLOSE_POLICY);
	assert_string_equal(heard(in), " c e");
	assert_string_equal(heard(asking), " e");
	assert_int_equal(room_count(room), 0);
	fake_free(in);
	fake_free(asking);
}

/* --- the classroom --- */

static void learn(bool has_test, const struct group_member *members, size_t count)
{
	struct groups *groups = groups_new(members, count);

	assert_non_null(groups);
	room_learn(room, &(struct classroom){.has_test = has_test, .join_code = "ABC234"}, groups);
}

static void publish_row(uint64_t id, enum event_type type, enum audience audience, const struct id *target,
			const char *payload)
{
	struct event e = event(id, type);

	e.audience = audience;
	e.target_id = *target;
	e.payload = payload;
	e.payload_len = strlen(payload);
	stream_offer(room_stream(room), &e);
}

static void test_groups(void **state)
{
	struct fake *ann = enter(ROLE_STUDENT, 0, 0), *bob = enter(ROLE_STUDENT, 0, 0), *teacher;
	const struct id red = id_make();
	const struct group_member members[] = {{red, ann->conn->actor.user_id}};
	char id[ID_TEXT], student[ID_TEXT], payload[256];

	(void)state;
	teacher = enter(ROLE_TEACHER, 0, 0);
	give_snapshot(teacher);
	assert_false(room_knows(room));
	learn(true, members, 1);
	assert_true(room_knows(room));
	publish_row(1, EVENT_CHAT_MESSAGE, AUDIENCE_GROUP, &red, "{}");
	/* the group is Bob's now: the messages behind the event are his, those before it are not */
	snprintf(payload, sizeof(payload),
		 "{\"group\":{\"id\":\"%s\",\"student_ids\":[\"%s\"]},\"deleted\":false}",
		 id_format(&red, id), id_format(&bob->conn->actor.user_id, student));
	publish_row(3, EVENT_CHAT_MESSAGE, AUDIENCE_GROUP, &red, "{}");
	publish_row(2, EVENT_GROUP_UPDATED, AUDIENCE_ALL, &ID_NIL, payload);
	assert_string_equal(heard(ann), " c 1 2");
	assert_string_equal(heard(bob), " c 2 3");
	assert_string_equal(heard(teacher), " c m 1 2 3");
	assert_int_equal(room_groups_version(room), 1);
	/* in doubt until they are read again */
	assert_false(room_groups_doubted(room));
	room_doubt_groups(room);
	assert_true(room_groups_doubted(room));
	learn(true, NULL, 0);
	assert_false(room_groups_doubted(room));
	publish_row(4, EVENT_CHAT_MESSAGE, AUDIENCE_GROUP, &red, "{}");
	assert_string_equal(heard(bob), " c 2 3");
	assert_string_equal(heard(teacher), " c m 1 2 3 4");
	fake_free(ann);
	fake_free(bob);
	fake_free(teacher);
}

/* What can't be followed is learnt anew: everybody shall come again. */
static void test_groups_lost(void **state)
{
	struct fake *ann = enter(ROLE_STUDENT, 0, 0);

	(void)state;
	learn(false, NULL, 0);
	publish_row(1, EVENT_GROUP_UPDATED, AUDIENCE_ALL, &ID_NIL, "{}");
	assert_int_equal(ann->conn->close_code, CLOSE_SERVER_ERROR);
	assert_false(room_knows(room));
	/* but it has been delivered: the stream goes on behind it */
	assert_false(stream_has_hole(room_stream(room)));
	assert_int_equal(room_stream(room)->last, 1);
	fake_free(ann);
}

static void test_presence(void **state)
{
	const struct doc doc = {.text = "{\"status\":\"away\"}", .len = 17};
	struct fake *ann = enter(ROLE_STUDENT, 0, 0), *bob = enter(ROLE_STUDENT, 0, 0);
	struct fake *teacher = enter(ROLE_TEACHER, 0, 0), *envelope = fake_new(ROLE_ADMIN, 1000);
	const struct connect_item item = {.session_id = session};

	(void)state;
	give_snapshot(teacher);
	envelope->conn->dialect = &dialect_envelope;
	room_add(room, envelope->conn);
	room_admit(room, envelope->conn, &item, 100, 0);
	learn(true, NULL, 0);
	room_presence(ann->conn, &doc);
	assert_string_equal(heard(ann), " c p");
	assert_string_equal(heard(bob), " c");
	assert_string_equal(heard(teacher), " c m p");
	assert_string_equal(heard(envelope), " c p");
	room_presence(teacher->conn, &doc);
	assert_string_equal(heard(bob), " c p");
	learn(false, NULL, 0);
	room_presence(ann->conn, &doc);
	assert_string_equal(heard(bob), " c p p");
	assert_string_equal(envelope->wrote[1],
			    "{\"type\":\"presence_updated\",\"data\":{\"status\":\"away\"}}");
	fake_free(ann);
	fake_free(bob);
	fake_free(teacher);
	fake_free(envelope);
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

/* --- dialects with an opening of their own --- */

static const char *event_named(const char *text)
{
	static char name[100];

	if (sscanf(text, "42[\"%99[a-zA-Z]", name) != 1)
		snprintf(name, sizeof(name), "?");
	return name;
}

/* The events' names, in order. */
static const char *names(const struct fake *fake)
{
	static char all[500];

	all[0] = '\0';
	for (size_t i = 0; i < fake->count; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), " %s", event_named(fake->wrote[i]));
	return all;
}

static int begun;

static void note_begun(void *socket, struct message *opening)
{
	(void)socket;
	(void)opening;
	begun++;
}

static struct fake *enter_exam(const struct dialect *dialect, enum role role, uint64_t head,
			       const uint64_t *cursor)
{
	static struct conn_ops ops;
	const struct connect_item item = {.session_id = session,
					  .head = head,
					  .status = SESSION_IN_PROGRESS,
					  .started_at = 1768732200000,
					  .time_limit_seconds = 600};
	struct fake *fake = fake_new(role, 100000);

	ops = fake_ops;
	ops.begun = note_begun;
	fake->conn->ops = &ops;
	fake->conn->dialect = dialect;
	fake->conn->resume = cursor != NULL;
	fake->conn->cursor = cursor ? *cursor : 0;
	asked.opening = begun = 0;
	room_add(room, fake->conn);
	room_admit(room, fake->conn, &item, 100, 0);
	return fake;
}

/* What each says of himself; who is here twice is as present as he can be. */
static void test_present_people(void **state)
{
	static const struct {
		const char *says[3]; /* on each of his connections */
		bool connected;	     /* the database says so */
		const char *status;
	} rows[] = {
	    {{"active"}, true, "active"},
	    {{"idle"}, true, "idle"},
	    {{"away"}, true, "away"},
	    {{"away", "idle"}, true, "idle"},
	    {{"idle", "away"}, true, "idle"},
	    {{"away", "active", "idle"}, true, "active"},
	    {{"away", "away", "away"}, true, "away"},
	    {{"idle"}, false, "idle"},
	    {{NULL}, true, "active"},
	    {{NULL}, false, "offline"},
	};
	struct fake *fakes[ARRAY_LEN(rows)][3] = {{NULL}},
		    *asker = enter_exam(&dialect_classroom, ROLE_TEACHER, 0, NULL);
	char text[4096] = "{\"participants\":[", expected[64], user[ID_TEXT];
	struct doc doc = {.text = text};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct id id = id_make();

		for (size_t j = 0; j < 3 && rows[i].says[j]; j++) {
			fakes[i][j] = enter(ROLE_STUDENT, 0, 0);
			fakes[i][j]->conn->actor.user_id = id;
			fakes[i][j]->conn->presence = rows[i].says[j];
		}
		id_format(&id, user);
		snprintf(
		    text + strlen(text), sizeof(text) - strlen(text),
		    "%s{\"user_id\":\"%s\",\"user_name\":\"N%zu\",\"role\":\"STUDENT\",\"connected\":%s}",
		    i ? "," : "", user, i, rows[i].connected ? "true" : "false");
	}
	strcat(text, "]}");
	doc.len = strlen(text);
	room_snapshot(room, asker->conn, &doc, 0);
	assert_int_equal(asker->count, 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(expected, sizeof(expected), "\"N%zu\",\"role\":\"STUDENT\",\"status\":\"%s\"}", i,
			 rows[i].status);
		if (!strstr(asker->wrote[0], expected))
			fail_msg("%s is not in %s", expected, asker->wrote[0]);
		for (size_t j = 0; j < 3; j++)
			if (fakes[i][j])
				fake_free(fakes[i][j]);
	}
	fake_free(asker);
}

static void give_state(struct fake *fake)
{
	static const char text[] = "{\"session\":{},\"attempt\":null,\"participants\":[]}";
	const struct doc doc = {.text = text, .len = strlen(text)};

	room_snapshot(room, fake->conn, &doc, 0);
}

static void test_openings(void **state)
{
	static const struct {
		const struct dialect *dialect;
		enum role role;
		const char *opening, *once_more;
	} rows[] = {
	    {&dialect_exam, ROLE_STUDENT, " examSessionJoined timeUpdate",
	     " examSessionJoined timeUpdate examSessionJoined timeUpdate"},
	    {&dialect_monitor, ROLE_TEACHER, " monitoringJoined timeUpdate",
	     " monitoringJoined timeUpdate monitoringJoined timeUpdate"},
	    {&dialect_classroom, ROLE_TEACHER, " sessionJoined", " sessionJoined sessionJoined"},
	    {&dialect_classroom, ROLE_STUDENT, " sessionJoined", " sessionJoined sessionJoined"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = enter_exam(rows[i].dialect, rows[i].role, 0, NULL);

		/* nothing before the opening, and that once, however often it is asked for */
		assert_int_equal(asked.opening, 1);
		room_open(fake->conn);
		assert_int_equal(asked.opening, 1);
		assert_string_equal(names(fake), "");
		give_state(fake);
		assert_string_equal(names(fake), rows[i].opening);
		assert_int_equal(fake->conn->state, CONN_LIVE);
		assert_int_equal(begun, 1);
		/* once more for one who joins again */
		room_open(fake->conn);
		assert_int_equal(asked.opening, 2);
		give_state(fake);
		assert_string_equal(names(fake), rows[i].once_more);
		assert_int_equal(begun, 2);
		fake_free(fake);
	}
}

static void test_quiet_return(void **state)
{
	static const uint64_t seen = 1, future = 9;
	struct fake *first, *back, *lost;

	(void)state;
	first = enter_exam(&dialect_monitor, ROLE_TEACHER, 0, NULL);
	give_state(first);
	publish(1, EVENT_STUDENT_PROGRESS);
	publish(2, EVENT_STUDENT_PROGRESS);
	/* who comes back hears what he missed, how late it is, and no opening … */
	back = enter_exam(&dialect_monitor, ROLE_TEACHER, 2, &seen);
	assert_int_equal(asked.opening, 0);
	assert_string_equal(names(back), " progressUpdate timeUpdate");
	/* … unless that can't be told */
	lost = enter_exam(&dialect_monitor, ROLE_TEACHER, 2, &future);
	assert_int_equal(asked.opening, 1);
	give_state(lost);
	assert_string_equal(names(lost), " monitoringJoined timeUpdate");
	assert_false(lost->conn->resync_due);
	publish(3, EVENT_STUDENT_PROGRESS);
	assert_string_equal(names(lost), " monitoringJoined timeUpdate progressUpdate");
	fake_free(first);
	fake_free(back);
	fake_free(lost);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_who_hears_what),
	    TEST(test_duplicates_and_order),
	    TEST(test_where_one_begins),
	    TEST(test_resume_from_the_ring),
	    TEST(test_resume_from_the_table),
	    TEST(test_resync),
	    TEST(test_for_staff_only),
	    TEST(test_malformed_cursor),
	    TEST(test_a_page_that_failed),
	    TEST(test_a_slow_reader_resumes),
	    TEST(test_a_slow_reader_delays_nobody),
	    TEST(test_figures),
	    TEST(test_figures_after_a_change),
	    TEST(test_gone),
	    TEST(test_groups),
	    TEST(test_groups_lost),
	    TEST(test_presence),
	    TEST(test_inbox),
	    TEST(test_unread),
	    TEST(test_unread_overlaps),
	    TEST(test_unread_resync),
	    TEST(test_unread_fails),
	    TEST(test_unread_slowly),
	    TEST(test_present_people),
	    TEST(test_openings),
	    TEST(test_quiet_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
