/* The notify dialect: a notification as it lies in the inbox, and the refusals with their close codes. */
#include "pushd/dialect/dialect.h"

#include "texts.h"

#define TAIL ",\"timestamp\":\"2026-01-18T10:30:00.000Z\"}"

static void test_events(void **state)
{
	static const struct {
		enum event_type type;
		const char *payload;
		enum err err;
		const char *text; /* NULL: there is no such message */
	} rows[] = {
	    {EVENT_NOTIFICATION,
	     "{\"id\": \"" STUDENT
	     "\", \"notification_type\": \"phase_skipped\", \"payload\": {\"a\": \"}\"}}",
	     OK,
	     "{\"id\": \"" STUDENT
	     "\", \"notification_type\": \"phase_skipped\", \"payload\": {\"a\": \"}\"},"
	     "\"event_id\":7" TAIL},
	    {EVENT_NOTIFICATION, "{}", ERR_INVALID_MESSAGE, NULL},
	    {EVENT_NOTIFICATION, "", ERR_INVALID_MESSAGE, NULL},
	    /* whatever is no notification is none of an inbox's business */
	    {EVENT_SESSION_STARTED, "{}", OK, NULL},
	    {EVENT_CHAT_MESSAGE, "{\"message\":\"hello\"}", OK, NULL},
	    {EVENT_ACCESS_CHANGED, "{}", OK, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct event event = {.session_id = id_of(SESSION),
					    .event_id = 7,
					    .type = rows[i].type,
					    .created_at = NOW,
					    .payload = rows[i].payload,
					    .payload_len = strlen(rows[i].payload)};
		struct message *message = NULL;

		assert_int_equal(dialect_notify.event(&event, NULL, &message), rows[i].err);
		if (rows[i].text)
			expect(message, rows[i].text);
		else
			assert_null(message);
	}
}

static void test_errors(void **state)
{
	static const struct {
		struct complaint complaint;
		const char *text;
	} rows[] = {
	    {{.err = ERR_AUTH_FAILED, .close_code = 1008},
	     "{\"error\":\"Authentication failed\",\"code\":1008,\"message\":"
	     "\"Authentication failed: sign in again.\",\"retry_recommended\":false}"},
	    {{.err = ERR_RATE_LIMITED, .close_code = 4000},
	     "{\"error\":\"Rate limit exceeded\",\"code\":4000,\"message\":"
	     "\"Too many tries; wait a minute and try again.\",\"retry_after_seconds\":60}"},
	    {{.err = ERR_UNAVAILABLE, .close_code = 1011},
	     "{\"error\":\"Internal server error\",\"code\":1011,\"message\":"
	     "\"The database can't be reached; please try again.\",\"retry_recommended\":true}"},
	    {{.err = ERR_MEMORY, .close_code = 1011, .message = "no \"room\""},
	     "{\"error\":\"Internal server error\",\"code\":1011,\"message\":\"no \\\"room\\\"\","
	     "\"retry_recommended\":true}"},
	    /* the connection stays */
	    {{.err = ERR_INVALID_MESSAGE},
	     "{\"error\":\"Invalid message\",\"code\":\"INVALID_MESSAGE\",\"message\":"
	     "\"The message is not one that the server knows.\",\"retry_recommended\":false}"},
	    {{.err = ERR_INVALID_MESSAGE, .ref = "r"},
	     "{\"error\":\"Invalid message\",\"code\":\"INVALID_MESSAGE\",\"message\":"
	     "\"The message is not one that the server knows.\",\"ref\":\"r\",\"retry_recommended\":false}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(dialect_notify.error(&rows[i].complaint), rows[i].text);
}

static void test_answers(void **state)
{
	const struct id user = id_of(STUDENT);

	(void)state;
	expect(dialect_notify.pong(NULL, 12, NOW), "{\"type\":\"pong\",\"last_event_id\":12" TAIL);
	expect(dialect_notify.pong("r", 0, NOW), "{\"type\":\"pong\",\"ref\":\"r\",\"last_event_id\":0" TAIL);
	expect(dialect_notify.resync(&user, 99, NOW),
	       "{\"type\":\"resync_required\",\"last_event_id\":99" TAIL);
}

/* An inbox has no session to tell of. */
static void test_silence(void **state)
{
	(void)state;
	assert_true(dialect_notify.inbox);
	assert_null(dialect_notify.connected);
	assert_null(dialect_notify.ack);
	assert_null(dialect_notify.snapshot);
	assert_null(dialect_notify.state);
	assert_null(dialect_notify.stats);
	assert_null(dialect_notify.presence);
	assert_false(dialect_live.inbox);
	assert_false(dialect_envelope.inbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
