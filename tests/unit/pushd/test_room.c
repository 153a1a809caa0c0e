/* Who in a room hears what, and in which order. */
#include "room.h"

#include "pushd/room_inside.h"

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
	/* counted at once, and not when the room is gone; a copy that is still held is none of what was
	 * delivered */
	assert_int_equal(metrics.duplicates, 1);
	fake_free(fake);
}

static void serve_a_slow_reader(bool held)
{
	struct fake *slow = fake_new(ROLE_STUDENT, 300), *quick = enter(ROLE_STUDENT, 0, 0);
	const struct connect_item item = {.session_id = session};

	slow->takes = 2;
	room_add(room, slow->conn);
	room_admit(room, slow->conn, &item, 100, 0);
	if (held)
		rooms_hold(rooms);
	for (uint64_t id = 1; id <= 20; id++)
		publish(id, EVENT_TRANSCRIPTION);
	rooms_release(rooms);
	assert_int_equal(slow->conn->close_code, CLOSE_TOO_SLOW);
	assert_int_equal(quick->count, 21);
	assert_int_equal(room_count(room), 1);
	fake_free(slow);
	fake_free(quick);
}

static void test_a_slow_reader_delays_nobody(void **state)
{
	(void)state;
	serve_a_slow_reader(false);
}

/* Nor when it gets many events together. */
static void test_held_for_a_slow_reader(void **state)
{
	(void)state;
	serve_a_slow_reader(true);
}

/* Held events go out when they are released, in order, each to those who may hear it; nobody is thought to
 * have had them before. */
static void test_held(void **state)
{
	struct fake *student = enter(ROLE_STUDENT, 0, 0), *teacher = enter(ROLE_TEACHER, 0, 0);

	(void)state;
	give_snapshot(teacher);
	rooms_hold(rooms);
	publish(1, EVENT_STUDENT_ANSWER);
	publish(3, EVENT_STUDENT_ANSWER);
	publish(2, EVENT_TRANSCRIPTION);
	assert_string_equal(heard(student), " c");
	assert_string_equal(heard(teacher), " c m");
	assert_int_equal(room_cursor(student->conn), 0);
	rooms_release(rooms);
	assert_string_equal(heard(student), " c 2");
	assert_string_equal(heard(teacher), " c m 1 2 3");
	assert_int_equal(room_cursor(student->conn), 3);
	/* for staff only */
	rooms_hold(rooms);
	publish(4, EVENT_STUDENT_ANSWER);
	rooms_release(rooms);
	rooms_release(rooms);
	assert_string_equal(heard(student), " c 2");
	assert_string_equal(heard(teacher), " c m 1 2 3 4");
	assert_int_equal(room_cursor(student->conn), 4);
	publish(5, EVENT_TRANSCRIPTION);
	assert_string_equal(heard(student), " c 2 5");
	fake_free(student);
	fake_free(teacher);
}

/* No more is held back than the room keeps for those who resume, however many there are and however big they
 * are. */
static void test_too_much_to_hold(void **state)
{
	static char payload[RING_BYTES];
	struct fake *student = enter(ROLE_STUDENT, 0, 0);
	uint64_t id = 0;

	(void)state;
	rooms_hold(rooms);
	for (int i = 0; i < 2 * ROOM_DUE; i++)
		publish(++id, EVENT_TRANSCRIPTION);
	assert_int_equal(student->count, 1 + ROOM_DUE); /* connected, and those that went out */
	for (size_t len = RING_BYTES / 4; len < RING_BYTES; len += RING_BYTES / 4) {
		snprintf(payload, sizeof(payload), "{\"text\":\"%0*d\"}", (int)len, 0);
		publish_row(++id, EVENT_TRANSCRIPTION, AUDIENCE_ALL, &ID_NIL, payload);
		publish_row(++id, EVENT_TRANSCRIPTION, AUDIENCE_ALL, &ID_NIL, payload);
	}
	rooms_release(rooms);
	assert_int_equal(student->count, 1 + id);
	assert_int_equal(student->conn->close_code, 0);
	fake_free(student);
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
	room_figures(room, "{\"n\":1}", true, 5000, 0);
	give_snapshot(teacher);
	assert_string_equal(heard(teacher), " c m"); /* not on connecting */
	publish(2, EVENT_STUDENT_PROGRESS);
	assert_false(room_figures_due(room, 6000)); /* changes no figure */
	publish(3, EVENT_STUDENT_ANSWER);
	assert_true(room_figures_due(room, 7000));
	assert_false(room_figures_due(room, 9000)); /* once per change */
	room_figures(room, "{\"n\":1}", false, 7000, 0);
	assert_string_equal(heard(teacher), " c m 2 3"); /* the same figures */
	publish(4, EVENT_VIOLATION);
	assert_false(room_figures_due(room, 7999)); /* at most once a second */
	assert_true(room_figures_due(room, 8000));
	room_figures(room, "{\"n\":2}", false, 8900, 0);
	assert_string_equal(heard(teacher), " c m 2 3 4 s");
	publish(5, EVENT_VIOLATION);
	assert_false(room_figures_due(room, 9899)); /* a second after they were told, not asked for */
	assert_true(room_figures_due(room, 10000));
	/* one that couldn't be read is asked for again */
	room_figures(room, NULL, false, 10000, 0);
	assert_true(room_figures_due(room, 11000));
	/* and so are two that were long under way and come together */
	publish(6, EVENT_VIOLATION);
	assert_true(room_figures_due(room, 12000));
	room_figures(room, "{\"n\":3}", false, 12500, 0);
	room_figures(room, "{\"n\":4}", false, 12501, 0);
	assert_string_equal(heard(teacher), " c m 2 3 4 s 5 6 s");
	assert_false(room_figures_due(room, 13499));
	assert_true(room_figures_due(room, 13500));
	room_figures(room, "{\"n\":4}", false, 13501, 0);
	assert_string_equal(heard(teacher), " c m 2 3 4 s 5 6 s s");
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
	room_figures(room, "{\"n\":1}", true, 4000, 0);
	assert_true(room_figures_due(room, 5000));
	room_figures(room, "{\"n\":1}", false, 5000, 0);
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

static void judge_by_groups(bool held)
{
	struct fake *ann = enter(ROLE_STUDENT, 0, 0), *bob = enter(ROLE_STUDENT, 0, 0), *teacher;
	const struct id red = id_make();
	const struct group_member members[] = {{red, ann->conn->actor.user_id}};
	char id[ID_TEXT], student[ID_TEXT], payload[256];

	teacher = enter(ROLE_TEACHER, 0, 0);
	give_snapshot(teacher);
	assert_false(room_knows(room));
	learn(true, members, 1);
	assert_true(room_knows(room));
	if (held)
		rooms_hold(rooms);
	publish_row(1, EVENT_CHAT_MESSAGE, AUDIENCE_GROUP, &red, "{}");
	/* the group is Bob's now: the messages behind the event are his, those before it are not */
	snprintf(payload, sizeof(payload),
		 "{\"group\":{\"id\":\"%s\",\"student_ids\":[\"%s\"]},\"deleted\":false}",
		 id_format(&red, id), id_format(&bob->conn->actor.user_id, student));
	publish_row(3, EVENT_CHAT_MESSAGE, AUDIENCE_GROUP, &red, "{}");
	publish_row(2, EVENT_GROUP_UPDATED, AUDIENCE_ALL, &ID_NIL, payload);
	rooms_release(rooms);
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

static void test_groups(void **state)
{
	(void)state;
	judge_by_groups(false);
}

/* Event by event, though they go out together. */
static void test_groups_while_held(void **state)
{
	(void)state;
	judge_by_groups(true);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_who_hears_what),
	    TEST(test_for_staff_only),
	    TEST(test_duplicates_and_order),
	    TEST(test_a_slow_reader_delays_nobody),
	    TEST(test_held),
	    TEST(test_too_much_to_hold),
	    TEST(test_held_for_a_slow_reader),
	    TEST(test_figures),
	    TEST(test_figures_after_a_change),
	    TEST(test_gone),
	    TEST(test_groups),
	    TEST(test_groups_while_held),
	    TEST(test_groups_lost),
	    TEST(test_presence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
