/* The envelope dialect: the plan's names, and every field inside `data`. */
#include "pushd/dialect/dialect.h"

#include "texts.h"

#define HEAD(type) "{\"type\":\"" type "\",\"event_id\":7,\"data\":{\"session_id\":\"" SESSION "\""
#define TAIL	   ",\"timestamp\":\"2026-01-18T10:30:00.000Z\"}}"

static void test_events(void **state)
{
	static const struct {
		enum event_type type;
		const char *payload;
		const char *text; /* NULL: the payload is none; "": there is no such message here */
	} rows[] = {
	    /* the plan's own names */
	    {EVENT_WAITING_ROOM_OPENED, "{}", HEAD("session_waiting") TAIL},
	    {EVENT_SESSION_STARTED, "{\"connected_students\":[]}",
	     HEAD("session_started") ",\"connected_students\":[]" TAIL},
	    {EVENT_SESSION_COMPLETED, "{\"completed_at\":\"T\"}",
	     HEAD("session_completed") ",\"completed_at\":\"T\"" TAIL},
	    {EVENT_PARTICIPANT_JOINED, "{" WHO ",\"connected_count\":15,\"joined_at\":\"T\"}",
	     HEAD("student_joined") "," WHO ",\"connected_count\":15,\"joined_at\":\"T\"" TAIL},
	    {EVENT_PARTICIPANT_DISCONNECTED, "{" WHO ",\"connected_count\":14}",
	     HEAD("student_left") "," WHO ",\"connected_count\":14" TAIL},
	    {EVENT_STUDENT_PROGRESS, "{" WHO ",\"question_number\":6}",
	     HEAD("progress_update") "," WHO ",\"question_number\":6" TAIL},
	    {EVENT_STUDENT_ANSWER, "{" WHO ",\"answered\":true}",
	     HEAD("answer_submitted") "," WHO ",\"answered\":true" TAIL},
	    {EVENT_STUDENT_HIGHLIGHT, "{" WHO ",\"text\":\"\xe2\x82\xac}{\"}",
	     HEAD("text_highlighted") "," WHO ",\"text\":\"\xe2\x82\xac}{\"" TAIL},
	    {EVENT_VIOLATION, "{" WHO ",\"violation_type\":\"DEV_TOOLS\"}",
	     HEAD("tab_violation") "," WHO ",\"violation_type\":\"DEV_TOOLS\"" TAIL},
	    {EVENT_STUDENT_SUBMITTED, "{" WHO ",\"score\":6.5}",
	     HEAD("student_status_update") "," WHO ",\"score\":6.5" TAIL},
	    /* what it has no name for keeps its own */
	    {EVENT_SESSION_STATUS_CHANGED, "{\"status\":\"IN_PROGRESS\"}",
	     HEAD("session_status_changed") ",\"status\":\"IN_PROGRESS\"" TAIL},
	    {EVENT_CHAT_MESSAGE, "{\"message\":\"\\\"}\"}",
	     HEAD("chat_message") ",\"message\":\"\\\"}\"" TAIL},
	    {EVENT_GROUP_UPDATED, "{\"group\":{},\"deleted\":true}",
	     HEAD("group_updated") ",\"group\":{},\"deleted\":true" TAIL},
	    {EVENT_TRANSCRIPTION, "{\"is_final\":false}", HEAD("transcription") ",\"is_final\":false" TAIL},
	    /* an inbox's */
	    {EVENT_NOTIFICATION, "{\"notification_type\":\"class_created\"}", ""},
	    /* no object */
	    {EVENT_VIOLATION, "", NULL},
	    {EVENT_VIOLATION, "[]", NULL},
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
		enum err err = dialect_envelope.event(&event, NULL, &message);

		assert_int_equal(err, rows[i].text ? OK : ERR_INVALID_MESSAGE);
		if (rows[i].text && *rows[i].text)
			expect(message, rows[i].text);
		else
			assert_null(message);
	}
}

static void test_connected(void **state)
{
	const struct greeting greeting = {.session_id = id_of(SESSION),
					  .role = ROLE_STUDENT,
					  .status = SESSION_WAITING,
					  .time_limit_seconds = 3600,
					  .last_event_id = 41,
					  .now = NOW};

	(void)state;
	expect(dialect_envelope.connected(&greeting),
	       "{\"type\":\"connected\",\"data\":{\"session_id\":\"" SESSION "\",\"role\":\"STUDENT\","
	       "\"status\":\"WAITING\",\"attempt_id\":null,\"ends_at\":null,\"time_limit_seconds\":3600,"
	       "\"last_event_id\":41" TAIL);
}

static void test_answers(void **state)
{
	const struct scene scene = {.now = NOW};
	const struct doc doc = {.text = "{\"total_count\": 3}", .len = 18};
	const struct doc monitor = {.text = "{\"students\":[]}", .len = 15};
	const struct doc presence = {.text = "{\"status\":\"away\"}", .len = 17};
	const struct id session = id_of(SESSION);

	(void)state;
	/* an answer is in `data` in every form */
	expect(dialect_envelope.ack("r", &doc),
	       "{\"type\":\"ack\",\"ref\":\"r\",\"data\":{\"total_count\": 3}}");
	expect(dialect_envelope.ack("r", NULL), "{\"type\":\"ack\",\"ref\":\"r\",\"data\":{}}");
	expect(dialect_envelope.pong(NULL, 12, NOW),
	       "{\"type\":\"pong\",\"data\":{\"last_event_id\":12" TAIL);
	expect(dialect_envelope.pong("r", 12, NOW),
	       "{\"type\":\"pong\",\"ref\":\"r\",\"data\":{\"last_event_id\":12" TAIL);
	expect(dialect_envelope.snapshot(&monitor, &scene),
	       "{\"type\":\"monitor_snapshot\",\"data\":{\"students\":[]" TAIL);
	expect(dialect_envelope.state("r", &monitor, NOW),
	       "{\"type\":\"state_sync_response\",\"ref\":\"r\",\"data\":{\"students\":[]" TAIL);
	expect(dialect_envelope.stats(&session, "{\"connected_count\":2}", NOW),
	       "{\"type\":\"real_time_stats\",\"data\":{\"session_id\":\"" SESSION
	       "\",\"stats\":{\"connected_count\":2}" TAIL);
	expect(dialect_envelope.presence(&presence, NULL),
	       "{\"type\":\"presence_updated\",\"data\":{\"status\":\"away\"}}");
	expect(dialect_envelope.resync(&session, 99, NOW),
	       "{\"type\":\"resync_required\",\"data\":{\"session_id\":\"" SESSION
	       "\",\"last_event_id\":99" TAIL);
}

static void test_errors(void **state)
{
	struct arena *arena = arena_new(0);
	struct problems problems;
	struct complaint complaint = {.err = ERR_ACCESS_DENIED, .close_code = 1008};

	(void)state;
	expect(dialect_envelope.error(&complaint), "{\"type\":\"error\",\"data\":{\"code\":\"ACCESS_DENIED\","
						   "\"message\":\"You may not do this.\"}}");
	problems_init(&problems, arena);
	problem_add(&problems, "status", "must be one of these");
	complaint = (struct complaint){.err = ERR_VALIDATION, .ref = "r", .problems = &problems};
	expect(dialect_envelope.error(&complaint),
	       "{\"type\":\"error\",\"ref\":\"r\",\"data\":{\"code\":\"VALIDATION_ERROR\",\"message\":"
	       "\"status must be one of these\",\"errors\":[{\"field\":\"status\",\"message\":"
	       "\"must be one of these\"}]}}");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_connected),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
