/* The live dialect: every message as clients see it, and every message of theirs as we do. */
#include "pushd/dialect/dialect.h"

#include "texts.h"

#define HEAD(type, id) "{\"type\":\"" type "\",\"session_id\":\"" SESSION "\",\"event_id\":" id
#define TAIL	       ",\"timestamp\":\"2026-01-18T10:30:00.000Z\"}"

/* Every event of the documented API, with the payload that the database writes. */
static void test_events(void **state)
{
	static const struct {
		enum event_type type;
		const char *payload;
		const char *text;
	} rows[] = {
	    {EVENT_SESSION_STATUS_CHANGED, "{\"status\":\"IN_PROGRESS\"}",
	     HEAD("session_status_changed", "7") ",\"status\":\"IN_PROGRESS\"" TAIL},
	    {EVENT_WAITING_ROOM_OPENED, "{}", HEAD("waiting_room_opened", "7") TAIL},
	    {EVENT_WAITING_ROOM_OPENED, " { \n} ", HEAD("waiting_room_opened", "7") TAIL},
	    {EVENT_SESSION_STARTED,
	     "{\"started_at\":\"2026-01-18T10:30:00.000Z\",\"ends_at\":\"2026-01-18T11:30:00.000Z\","
	     "\"time_limit_seconds\":3600,\"connected_students\":[\"" STUDENT "\"]}",
	     HEAD("session_started", "7") ",\"started_at\":\"2026-01-18T10:30:00.000Z\",\"ends_at\":"
					  "\"2026-01-18T11:30:00.000Z\",\"time_limit_seconds\":3600,"
					  "\"connected_students\":[\"" STUDENT "\"]" TAIL},
	    {EVENT_SESSION_COMPLETED, "{\"completed_at\":\"2026-01-18T11:30:00.000Z\"}",
	     HEAD("session_completed", "7") ",\"completed_at\":\"2026-01-18T11:30:00.000Z\"" TAIL},
	    {EVENT_PARTICIPANT_JOINED, "{" WHO ",\"connected_count\":15}",
	     HEAD("participant_joined", "7") "," WHO ",\"connected_count\":15" TAIL},
	    {EVENT_PARTICIPANT_DISCONNECTED, "{" WHO ",\"connected_count\":14}",
	     HEAD("participant_disconnected", "7") "," WHO ",\"connected_count\":14" TAIL},
	    {EVENT_STUDENT_PROGRESS,
	     "{" WHO ",\"passage_index\":0,\"question_index\":5,\"question_number\":6}",
	     HEAD("student_progress",
		  "7") "," WHO ",\"passage_index\":0,\"question_index\":5,\"question_number\":6" TAIL},
	    {EVENT_STUDENT_ANSWER, "{" WHO ",\"question_number\":6,\"answered\":true,\"is_update\":false}",
	     HEAD("student_answer", "7") "," WHO
					 ",\"question_number\":6,\"answered\":true,\"is_update\":false" TAIL},
	    /* cut to 100 characters by the database: what comes is kept, byte for byte */
	    {EVENT_STUDENT_HIGHLIGHT, "{" WHO ",\"text\":\"\xc3\xa9\xe2\x82\xac \\\"}{\\\"\"}",
	     HEAD("student_highlight", "7") "," WHO ",\"text\":\"\xc3\xa9\xe2\x82\xac \\\"}{\\\"\"" TAIL},
	    {EVENT_VIOLATION, "{" WHO ",\"violation_type\":\"TAB_SWITCH\",\"total_count\":3}",
	     HEAD("violation", "7") "," WHO ",\"violation_type\":\"TAB_SWITCH\",\"total_count\":3" TAIL},
	    {EVENT_STUDENT_SUBMITTED, "{" WHO ",\"score\":6.5,\"time_taken_seconds\":3420}",
	     HEAD("student_submitted", "7") "," WHO ",\"score\":6.5,\"time_taken_seconds\":3420" TAIL},
	    /* what is no object never becomes a message */
	    {EVENT_VIOLATION, "", NULL},
	    {EVENT_VIOLATION, "[]", NULL},
	    {EVENT_VIOLATION, "{", NULL},
	    {EVENT_VIOLATION, "null", NULL},
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
		enum err err = dialect_live.event(&event, NULL, &message);

		assert_int_equal(err, rows[i].text ? OK : ERR_INVALID_MESSAGE);
		if (rows[i].text)
			expect(message, rows[i].text);
		else
			assert_null(message);
	}
}

static void test_connected(void **state)
{
	const struct greeting student = {.session_id = id_of(SESSION),
					 .role = ROLE_STUDENT,
					 .status = SESSION_IN_PROGRESS,
					 .attempt_id = id_of(STUDENT),
					 .started_at = NOW,
					 .time_limit_seconds = 3600,
					 .last_event_id = 41,
					 .now = NOW};
	const struct greeting teacher = {
	    .session_id = id_of(SESSION), .role = ROLE_TEACHER, .status = SESSION_WAITING, .now = NOW};

	(void)state;
	expect(dialect_live.connected(&student),
	       "{\"type\":\"connected\",\"session_id\":\"" SESSION "\",\"role\":\"STUDENT\",\"status\":"
	       "\"IN_PROGRESS\",\"attempt_id\":\"" STUDENT "\",\"ends_at\":\"2026-01-18T11:30:00.000Z\","
	       "\"time_limit_seconds\":3600,\"last_event_id\":41" TAIL);
	expect(dialect_live.connected(&teacher),
	       "{\"type\":\"connected\",\"session_id\":\"" SESSION "\",\"role\":\"TEACHER\",\"status\":"
	       "\"WAITING\",\"attempt_id\":null,\"ends_at\":null,\"time_limit_seconds\":null,"
	       "\"last_event_id\":0" TAIL);
}

static void test_answers(void **state)
{
	const struct scene scene = {.now = NOW};
	const struct doc doc = {.text = "{\"total_count\": 3}", .len = 18};
	const struct doc monitor = {.text = "{\"status\":\"WAITING\",\"students\":[]}", .len = 34};
	const struct doc nothing = {0};
	const struct id session = id_of(SESSION);

	(void)state;
	expect(dialect_live.ack("r\"1", &doc),
	       "{\"type\":\"ack\",\"ref\":\"r\\\"1\",\"data\":{\"total_count\": 3}}");
	expect(dialect_live.ack("r", NULL), "{\"type\":\"ack\",\"ref\":\"r\",\"data\":{}}");
	expect(dialect_live.ack("r", &nothing), "{\"type\":\"ack\",\"ref\":\"r\",\"data\":{}}");
	expect(dialect_live.pong(NULL, 12, NOW), "{\"type\":\"pong\",\"last_event_id\":12" TAIL);
	expect(dialect_live.pong("r", 12, NOW), "{\"type\":\"pong\",\"ref\":\"r\",\"last_event_id\":12" TAIL);
	expect(dialect_live.snapshot(&monitor, &scene),
	       "{\"type\":\"monitor_snapshot\",\"status\":\"WAITING\",\"students\":[]" TAIL);
	expect(dialect_live.state("r", &monitor, NOW),
	       "{\"type\":\"state_sync_response\",\"ref\":\"r\",\"status\":\"WAITING\",\"students\":[]" TAIL);
	expect(dialect_live.stats(&session, "{\"connected_count\":2}", NOW),
	       "{\"type\":\"session_stats\",\"session_id\":\"" SESSION
	       "\",\"stats\":{\"connected_count\":2}" TAIL);
	expect(dialect_live.resync(&session, 99, NOW),
	       "{\"type\":\"resync_required\",\"session_id\":\"" SESSION "\",\"last_event_id\":99" TAIL);
}

static void test_errors(void **state)
{
	struct arena *arena = arena_new(0);
	struct problems problems;
	struct complaint complaint = {.err = ERR_ACCESS_DENIED};

	(void)state;
	expect(dialect_live.error(&complaint),
	       "{\"type\":\"error\",\"code\":\"ACCESS_DENIED\",\"message\":\"You may not do this.\"}");
	complaint.ref = "r1";
	complaint.message = "not \"here\"";
	expect(dialect_live.error(&complaint), "{\"type\":\"error\",\"ref\":\"r1\",\"code\":\"ACCESS_"
					       "DENIED\",\"message\":\"not \\\"here\\\"\"}");
	problems_init(&problems, arena);
	problem_add(&problems, "question_id", "must be a UUID");
	problem_add(&problems, "answer", "is missing");
	complaint = (struct complaint){.err = ERR_VALIDATION, .problems = &problems};
	expect(dialect_live.error(&complaint),
	       "{\"type\":\"error\",\"code\":\"VALIDATION_ERROR\",\"message\":\"question_id must be a UUID\","
	       "\"errors\":[{\"field\":\"question_id\",\"message\":\"must be a UUID\"},"
	       "{\"field\":\"answer\",\"message\":\"is missing\"}]}");
	arena_free(arena);
}

#define REF32 "0123456789abcdef0123456789abcdef"

static void test_decode(void **state)
{
	static const struct {
		const char *text;
		const char *type; /* NULL: refused */
		const char *ref;
		const char *x; /* the member x of the body */
	} rows[] = {
	    {"{\"type\":\"heartbeat\"}", "heartbeat", NULL, NULL},
	    {" {\"x\":\"1\",\"type\":\"t\",\"ref\":\"r\"} ", "t", "r", "1"},
	    {"{\"type\":\"t\",\"data\":{\"x\":\"1\"},\"ref\":\"r\",\"x\":\"2\"}", "t", "r", "1"},
	    {"{\"type\":\"t\",\"data\":null,\"x\":\"2\",\"ref\":null}", "t", NULL, "2"},
	    {"{\"type\":\"t\",\"ref\":\"\"}", "t", "", NULL},
	    {"{\"type\":\"t\",\"ref\":\"" REF32 REF32 REF32 REF32 "\"}", "t", REF32 REF32 REF32 REF32, NULL},
	    {"{\"type\":\"t\",\"ref\":\"" REF32 REF32 REF32 REF32 "!\"}", NULL, NULL, NULL},
	    {"{\"type\":\"t\",\"ref\":1}", NULL, NULL, NULL},
	    {"{\"type\":\"t\",\"ref\":{}}", NULL, NULL, NULL},
	    {"{\"type\":\"t\",\"data\":[]}", NULL, NULL, NULL},
	    {"{\"type\":\"t\",\"data\":\"x\"}", NULL, NULL, NULL},
	    {"{\"type\":1,\"ref\":\"kept\"}", NULL, "kept", NULL},
	    {"{\"ref\":\"kept\"}", NULL, "kept", NULL},
	    {"{}", NULL, NULL, NULL},
	    {"[\"heartbeat\"]", NULL, NULL, NULL},
	    {"\"heartbeat\"", NULL, NULL, NULL},
	    {"heartbeat", NULL, NULL, NULL},
	    {"", NULL, NULL, NULL},
	    {"{\"type\":\"t\"} {}", NULL, NULL, NULL},
	    {"{\"type\":\"t\",\"type\":\"u\"}", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);
		struct incoming in = {0};
		enum err err = dialect_live.decode(arena, rows[i].text, strlen(rows[i].text), &in);
		const char *x = err ? NULL : json_text(json_member(in.body, "x"));

		if ((err == OK) != (rows[i].type != NULL) || (err && err != ERR_INVALID_MESSAGE))
			fail_msg("%s: %d", rows[i].text, err);
		if (!err)
			assert_string_equal(in.type, rows[i].type);
		if (!in.ref != !rows[i].ref || (in.ref && strcmp(in.ref, rows[i].ref) != 0))
			fail_msg("%s: ref %s", rows[i].text, in.ref);
		if (!x != !rows[i].x || (x && strcmp(x, rows[i].x) != 0))
			fail_msg("%s: x %s", rows[i].text, x);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events), cmocka_unit_test(test_connected), cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_errors), cmocka_unit_test(test_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
