/* What newcomers are told first, in dialects that have an opening of their own. */
#include "room.h"

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
	const struct CMUnitTest tests[] = {
	    TEST(test_present_people),
	    TEST(test_openings),
	    TEST(test_quiet_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
