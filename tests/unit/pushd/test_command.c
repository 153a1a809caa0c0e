/* What each message is answered with before any lane has it: a pushd that hasn't reached its database. */
#include "pushd/command.h"

#include "fake.h"

#define T ROLE_TEACHER
#define S ROLE_STUDENT

#define ERROR(code) "{\"type\":\"error\",\"code\":\"" code "\""

static struct config config = {.ws_messages_per_minute = 100};

static void test_messages(void **state)
{
	static const struct {
		const char *text;
		enum role role;
		const char *answer; /* how it begins; NULL: nothing is said */
	} rows[] = {
	    {"{\"type\":\"heartbeat\"}", S, "{\"type\":\"pong\",\"last_event_id\":42,"},
	    {"{\"type\":\"heartbeat\",\"ref\":\"r\"}", T, "{\"type\":\"pong\",\"ref\":\"r\""},
	    {"{\"type\":\"nonsense\"}", S, ERROR("INVALID_MESSAGE")},
	    {"{\"type\":\"Heartbeat\"}", S, ERROR("INVALID_MESSAGE")},
	    {"{\"type\":\"nonsense\",\"ref\":\"r\"}", S,
	     "{\"type\":\"error\",\"ref\":\"r\",\"code\":\"INVALID_MESSAGE\",\"message\":\"The message is "
	     "not one that the server knows.\"}"},
	    {"no JSON", S, ERROR("INVALID_MESSAGE")},
	    {"{\"type\":\"heartbeat\",\"ref\":1}", S, ERROR("INVALID_MESSAGE")},
	    /* a student's commands are a student's */
	    {"{\"type\":\"answer_submitted\"}", T, ERROR("ACCESS_DENIED")},
	    {"{\"type\":\"progress_update\"}", T, ERROR("ACCESS_DENIED")},
	    {"{\"type\":\"text_highlighted\"}", T, ERROR("ACCESS_DENIED")},
	    {"{\"type\":\"tab_violation\"}", T, ERROR("ACCESS_DENIED")},
	    {"{\"type\":\"submit_attempt\"}", T, ERROR("ACCESS_DENIED")},
	    /* their fields are read at once */
	    {"{\"type\":\"answer_submitted\"}", S, ERROR("VALIDATION_ERROR") ",\"message\":\"question_id "},
	    {"{\"type\":\"answer_submitted\",\"data\":{\"question_id\":\"x\",\"answer\":\"A\"}}", S,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"question_id must be a UUID\""},
	    {"{\"type\":\"progress_update\",\"passage_index\":-1,\"question_index\":0}", S,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"passage_index "},
	    {"{\"type\":\"text_highlighted\",\"text\":\"x\"}", S, ERROR("VALIDATION_ERROR")},
	    {"{\"type\":\"tab_violation\",\"violation_type\":\"YAWN\"}", S,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"violation_type "},
	    {"{\"type\":\"send_message\"}", T,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"message is required\""},
	    {"{\"type\":\"send_message\",\"data\":{\"message\":\"\"}}", S, ERROR("VALIDATION_ERROR")},
	    {"{\"type\":\"send_message\",\"message\":\"a\",\"group_id\":\"red\"}", S,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"group_id must be a UUID\""},
	    {"{\"type\":\"update_presence\"}", S,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"status is required\""},
	    {"{\"type\":\"update_presence\",\"status\":\"asleep\"}", T,
	     ERROR("VALIDATION_ERROR") ",\"message\":\"status "},
	    {"{\"type\":\"update_presence\",\"status\":1}", T, ERROR("VALIDATION_ERROR")},
	    /* and what is well said needs a lane */
	    {"{\"type\":\"send_message\",\"message\":\"hello\"}", T, ERROR("SERVICE_UNAVAILABLE")},
	    {"{\"type\":\"send_message\",\"message\":\"hello\"}", S, ERROR("SERVICE_UNAVAILABLE")},
	    {"{\"type\":\"progress_update\",\"passage_index\":0,\"question_index\":0}", S,
	     ERROR("SERVICE_UNAVAILABLE")},
	    {"{\"type\":\"tab_violation\"}", S, ERROR("SERVICE_UNAVAILABLE")},
	    {"{\"type\":\"submit_attempt\",\"ref\":\"r\"}", S,
	     "{\"type\":\"error\",\"ref\":\"r\",\"code\":\"SERVICE_UNAVAILABLE\","},
	    {"{\"type\":\"state_sync_request\"}", S, ERROR("SERVICE_UNAVAILABLE")},
	    {"{\"type\":\"state_sync_request\"}", T, ERROR("SERVICE_UNAVAILABLE")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pushd pushd = {.config = &config};
		struct fake *fake = fake_new(rows[i].role, 10000);

		conn_enter(fake->conn, CONN_REPLAYING);
		fake->conn->cursor = 42;
		command_message(&pushd, fake->conn, rows[i].text, strlen(rows[i].text));
		if (!fake->count || strncmp(fake->wrote[0], rows[i].answer, strlen(rows[i].answer)) != 0)
			fail_msg("%s: %s", rows[i].text, fake->count ? fake->wrote[0] : "nothing");
		assert_int_equal(fake->conn->state, CONN_REPLAYING);
		fake_free(fake);
	}
}

/* An inbox knows the heartbeat and nothing else, whatever a session's members may say. */
static void test_inbox(void **state)
{
	static const char pong[] = "{\"type\":\"pong\",\"last_event_id\":42,";
	static const char invalid[] = "{\"error\":\"Invalid message\",\"code\":\"INVALID_MESSAGE\",";
	static const struct {
		const char *text;
		const char *answer;
	} rows[] = {
	    {"{\"type\":\"heartbeat\"}", pong},
	    {"{\"type\":\"heartbeat\",\"ref\":\"r\"}", "{\"type\":\"pong\",\"ref\":\"r\","},
	    {"{\"type\":\"heartbeat\",\"data\":{}}", pong},
	    {"{\"type\":\"disconnect\"}", invalid},
	    {"{\"type\":\"refresh_token\",\"token\":\"x\"}", invalid},
	    {"{\"type\":\"state_sync_request\"}", invalid},
	    {"{\"type\":\"send_message\",\"message\":\"hello\"}", invalid},
	    {"{\"type\":\"update_presence\",\"status\":\"away\"}", invalid},
	    {"{\"type\":\"answer_submitted\"}", invalid},
	    {"{\"type\":\"nonsense\"}", invalid},
	    {"{\"kind\":\"heartbeat\"}", invalid},
	    {"[]", invalid},
	    {"", invalid},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pushd pushd = {.config = &config};
		struct fake *fake = fake_new(S, 10000);

		fake->conn->dialect = &dialect_notify;
		conn_enter(fake->conn, CONN_REPLAYING);
		fake->conn->cursor = 42;
		command_message(&pushd, fake->conn, rows[i].text, strlen(rows[i].text));
		if (fake->count != 1 || strncmp(fake->wrote[0], rows[i].answer, strlen(rows[i].answer)) != 0)
			fail_msg("%s: %s", rows[i].text, fake->count ? fake->wrote[0] : "nothing");
		assert_int_equal(fake->conn->state, CONN_REPLAYING);
		fake_free(fake);
	}
}

static void test_disconnect(void **state)
{
	static const char text[] = "{\"type\":\"disconnect\",\"ref\":\"bye\"}";
	struct pushd pushd = {.config = &config};
	struct fake *fake = fake_new(S, 10000);

	(void)state;
	conn_enter(fake->conn, CONN_REPLAYING);
	command_message(&pushd, fake->conn, text, strlen(text));
	assert_int_equal(fake->conn->close_code, CLOSE_NORMAL);
	assert_int_equal(fake->how, END_CLEAN);
	assert_string_equal(fake->wrote[0], "{\"type\":\"ack\",\"ref\":\"bye\",\"data\":{}}");
	/* nothing is heard from who is leaving */
	command_message(&pushd, fake->conn, text, strlen(text));
	assert_int_equal(fake->count, 1);
	fake_free(fake);
}

static void test_too_many(void **state)
{
	static const char text[] = "{\"type\":\"heartbeat\"}";
	struct pushd pushd = {.config = &config};
	struct fake *fake = fake_new(S, 10000);

	(void)state;
	conn_enter(fake->conn, CONN_REPLAYING);
	for (int i = 0; i < 101; i++)
		command_message(&pushd, fake->conn, text, strlen(text));
	assert_int_equal(fake->count, 101);
	assert_memory_equal(fake->wrote[99], "{\"type\":\"pong\"", 14);
	assert_memory_equal(fake->wrote[100], ERROR("RATE_LIMITED"), strlen(ERROR("RATE_LIMITED")));
	assert_int_equal(fake->conn->close_code, CLOSE_RATE_LIMITED);
	fake_free(fake);
}

/* What comes before its sender was let in is served once he is. */
static void test_early(void **state)
{
	static const char text[] = "{\"type\":\"heartbeat\"}", odd[] = "{\"type\":\"odd\"}";
	struct pushd pushd = {.config = &config};
	struct fake *fake = fake_new(S, 100);

	(void)state;
	command_message(&pushd, fake->conn, text, strlen(text));
	command_message(&pushd, fake->conn, odd, strlen(odd));
	assert_int_equal(fake->count, 0);
	conn_enter(fake->conn, CONN_REPLAYING);
	command_early(&pushd, fake->conn);
	assert_int_equal(fake->count, 2);
	assert_memory_equal(fake->wrote[0], "{\"type\":\"pong\"", 14);
	assert_memory_equal(fake->wrote[1], ERROR("INVALID_MESSAGE"), strlen(ERROR("INVALID_MESSAGE")));
	fake_free(fake);
}

/* --- a connection that tells outcomes itself --- */

static char outcomes[500];

static void note_outcome(void *socket, const struct outcome *outcome)
{
	(void)socket;
	snprintf(outcomes + strlen(outcomes), sizeof(outcomes) - strlen(outcomes), "%s:%s;",
		 outcome->ref ? outcome->ref : "", outcome->err ? err_code(outcome->err) : "ok");
}

static void test_outcomes(void **state)
{
	static const char beat[] = "{\"type\":\"heartbeat\",\"ref\":\"a\"}";
	static const char odd[] = "{\"type\":\"nothing\",\"ref\":\"b\"}";
	struct conn_ops ops = fake_ops;
	struct fake *fake = fake_new(S, 10000);
	const struct config strict = {.ws_messages_per_minute = 1};
	struct pushd pushd = {.config = &strict};

	(void)state;
	ops.answered = note_outcome;
	fake->conn->ops = &ops;
	/* who has been counted elsewhere isn't here; before he is let in, messages wait */
	for (int i = 0; i < 3; i++)
		command_deliver(&pushd, fake->conn, odd, strlen(odd));
	assert_string_equal(outcomes, "");
	conn_enter(fake->conn, CONN_REPLAYING);
	command_early(&pushd, fake->conn);
	assert_string_equal(outcomes, "b:INVALID_MESSAGE;b:INVALID_MESSAGE;b:INVALID_MESSAGE;");
	outcomes[0] = '\0';
	command_deliver(&pushd, fake->conn, beat, strlen(beat));
	assert_string_equal(outcomes, "a:ok;");
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages), cmocka_unit_test(test_inbox), cmocka_unit_test(test_disconnect),
	    cmocka_unit_test(test_too_many), cmocka_unit_test(test_early), cmocka_unit_test(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
