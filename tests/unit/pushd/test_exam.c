/* The exam and the monitor dialect: one event, two views. */
#include "pushd/dialect/emit.h"

#include "texts.h"

#define EXAM	"\"examId\":\"" SESSION "\""
#define PERSON	",\"studentId\":\"" STUDENT "\",\"studentName\":\"John Doe\""
#define CLOCK	"\"started_at\":\"2026-01-18T10:30:00.000Z\",\"ends_at\":\"2026-01-18T11:30:00.000Z\""
#define ENDS_AT 1768735800000
#define AT(d)	",\"" SESSION ":" d ":7\"]"

static struct scene scene_at(int64_t now)
{
	return (struct scene){.session_id = id_of(SESSION),
			      .join_code = "ABC234",
			      .user_id = id_of(STUDENT),
			      .event_id = 7,
			      .ends_at = ENDS_AT,
			      .now = now};
}

static void test_events(void **state)
{
	static const struct {
		enum event_type type;
		const char *payload;
		const char *exam, *monitor; /* NULL: it has none */
		bool bad;
	} rows[] = {
	    {EVENT_PARTICIPANT_JOINED, "{" WHO ",\"connected_count\":15,\"joined_at\":\"T\"}", NULL,
	     "42[\"studentJoined\",{" EXAM PERSON ",\"connectedCount\":15}" AT("monitor"), false},
	    {EVENT_PARTICIPANT_DISCONNECTED, "{" WHO ",\"connected_count\":14}", NULL,
	     "42[\"studentDisconnected\",{" EXAM PERSON ",\"connectedCount\":14}" AT("monitor"), false},
	    {EVENT_STUDENT_PROGRESS,
	     "{" WHO ",\"question_number\":6,\"answered_questions\":5,\"total_questions\":40}", NULL,
	     "42[\"progressUpdate\",{" EXAM PERSON
	     ",\"questionNumber\":6,\"answeredQuestions\":5,\"totalQuestions\":40}" AT("monitor"),
	     false},
	    /* one that was written before steps had figures */
	    {EVENT_STUDENT_PROGRESS, "{" WHO ",\"question_number\":6}", NULL,
	     "42[\"progressUpdate\",{" EXAM PERSON
	     ",\"questionNumber\":6,\"answeredQuestions\":null,\"totalQuestions\":null}" AT("monitor"),
	     false},
	    {EVENT_STUDENT_ANSWER,
	     "{" WHO
	     ",\"answer\":\"x\",\"question_number\":1,\"answered_questions\":1,\"total_questions\":6}",
	     NULL,
	     "42[\"progressUpdate\",{" EXAM PERSON
	     ",\"questionNumber\":1,\"answeredQuestions\":1,\"totalQuestions\":6}" AT("monitor"),
	     false},
	    {EVENT_STUDENT_SUBMITTED, "{" WHO ",\"score\":6.5,\"submission_type\":\"FORCED\"}", NULL,
	     "42[\"examEnded\",{" EXAM PERSON ",\"submissionType\":\"FORCED\",\"score\":6.5}" AT("monitor"),
	     false},
	    {EVENT_SESSION_STARTED, "{" CLOCK "}",
	     "42[\"timeUpdate\",{" EXAM
	     ",\"timeRemaining\":3600,\"endsAt\":\"2026-01-18T11:30:00.000Z\"}" AT("exam"),
	     "42[\"timeUpdate\",{" EXAM
	     ",\"timeRemaining\":3600,\"endsAt\":\"2026-01-18T11:30:00.000Z\"}" AT("monitor"),
	     false},
	    {EVENT_SESSION_STARTED, "{\"ends_at\":null}",
	     "42[\"timeUpdate\",{" EXAM ",\"timeRemaining\":null,\"endsAt\":null}" AT("exam"),
	     "42[\"timeUpdate\",{" EXAM ",\"timeRemaining\":null,\"endsAt\":null}" AT("monitor"), false},
	    {EVENT_SESSION_COMPLETED, "{\"completed_at\":\"T\"}",
	     "42[\"examEnded\",{" EXAM ",\"submissionType\":null,\"score\":null}" AT("exam"),
	     "42[\"examEnded\",{" EXAM ",\"submissionType\":null,\"score\":null}" AT("monitor"), false},
	    {EVENT_SESSION_STATUS_CHANGED, "{}", NULL, NULL, false},
	    {EVENT_WAITING_ROOM_OPENED, "{}", NULL, NULL, false},
	    {EVENT_VIOLATION, "{" WHO "}", NULL, NULL, false},
	    {EVENT_STUDENT_HIGHLIGHT, "{" WHO "}", NULL, NULL, false},
	    {EVENT_CHAT_MESSAGE, "{}", NULL, NULL, false},
	    {EVENT_NOTIFICATION, "{}", NULL, NULL, false},
	    {EVENT_SESSION_STARTED, "", NULL, NULL, true},
	};
	const struct scene scene = scene_at(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct event event = {.session_id = id_of(SESSION),
					    .event_id = 7,
					    .type = rows[i].type,
					    .created_at = NOW,
					    .payload = rows[i].payload,
					    .payload_len = strlen(rows[i].payload)};
		enum err err = rows[i].bad ? ERR_INVALID_MESSAGE : OK;
		struct message *exam = NULL, *monitor = NULL;

		assert_int_equal(dialect_exam.event(&event, &scene, &exam), err);
		assert_int_equal(dialect_monitor.event(&event, &scene, &monitor), err);
		if (rows[i].exam)
			expect(exam, rows[i].exam);
		else
			assert_null(exam);
		if (rows[i].monitor)
			expect(monitor, rows[i].monitor);
		else
			assert_null(monitor);
	}
}

static struct doc doc_of(const char *text)
{
	return (struct doc){.text = text, .len = strlen(text)};
}

static void test_joined(void **state)
{
	static const struct {
		const char *session, *attempt, *text;
	} rows[] = {
	    {"{\"status\" : \"WAITING\", \"ends_at\" : null}", "null",
	     "\"sessionId\":null,\"status\":\"WAITING\",\"timeRemaining\":null,\"endsAt\":null,\"state\":"
	     "null"},
	    {"{\"status\" : \"IN_PROGRESS\", \"ends_at\" : \"2026-01-18T11:30:00.000Z\"}",
	     "{\"id\" : \"a\", \"answers\" : [{\"question_id\" : \"q\"}]}",
	     "\"sessionId\":\"a\",\"status\":\"IN_PROGRESS\",\"timeRemaining\":3600,\"endsAt\":\"2026-01-"
	     "18T11:30:00.000Z\","
	     "\"state\":{\"id\" : \"a\", \"answers\" : [{\"questionId\" : \"q\"}]}"},
	    /* nothing is left of what is over, however early it ended */
	    {"{\"status\" : \"COMPLETED\", \"ends_at\" : \"2026-01-18T11:30:00.000Z\"}", "{\"id\":\"a\"}",
	     "\"sessionId\":\"a\",\"status\":\"COMPLETED\",\"timeRemaining\":0,\"endsAt\":\"2026-01-18T11:30:"
	     "00.000Z\","
	     "\"state\":{\"id\":\"a\"}"},
	};
	const struct doc none = doc_of("{\"session\":{}}");
	const struct scene scene = scene_at(NOW);
	char text[1000], message[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct doc doc;

		snprintf(text, sizeof(text), "{\"session_id\" : \"x\", \"session\" : %s, \"attempt\" : %s}",
			 rows[i].session, rows[i].attempt);
		snprintf(message, sizeof(message), "42[\"examSessionJoined\",{" EXAM ",%s}" AT("exam"),
			 rows[i].text);
		doc = doc_of(text);
		expect(dialect_exam.snapshot(&doc, &scene), message);
	}
	assert_null(dialect_exam.snapshot(&none, &scene));
}

static void test_monitoring(void **state)
{
	const struct doc doc =
	    doc_of("{\"session_id\":\"x\",\"status\":\"WAITING\",\"ends_at\":null,\"students\":"
		   "[{\"student_id\":\"s\",\"last_activity\":null}]}");
	const struct doc none = doc_of("[]");
	const struct scene scene = scene_at(NOW);

	(void)state;
	expect(dialect_monitor.snapshot(&doc, &scene),
	       "42[\"monitoringJoined\",{" EXAM ",\"status\":\"WAITING\",\"endsAt\":null,\"students\":"
	       "[{\"studentId\":\"s\",\"lastActivity\":null}]}" AT("monitor"));
	assert_null(dialect_monitor.snapshot(&none, &scene));
}

static void test_clock(void **state)
{
	struct scene scene = scene_at(NOW + 1);

	(void)state;
	expect(dialect_exam.arrived(&scene),
	       "42[\"timeUpdate\",{" EXAM
	       ",\"timeRemaining\":3600,\"endsAt\":\"2026-01-18T11:30:00.000Z\"}]");
	scene.now = ENDS_AT + 1;
	expect(dialect_exam.arrived(&scene),
	       "42[\"timeUpdate\",{" EXAM ",\"timeRemaining\":0,\"endsAt\":\"2026-01-18T11:30:00.000Z\"}]");
	scene.now = NOW;
	scene.over = true;
	expect(dialect_monitor.arrived(&scene),
	       "42[\"timeUpdate\",{" EXAM ",\"timeRemaining\":0,\"endsAt\":\"2026-01-18T11:30:00.000Z\"}]");
	scene.ends_at = SESSION_NO_DEADLINE;
	expect(dialect_monitor.arrived(&scene),
	       "42[\"timeUpdate\",{" EXAM ",\"timeRemaining\":null,\"endsAt\":null}]");
}

static void test_answers(void **state)
{
	const struct doc saved =
	    doc_of("{\"saved\":[{\"question_id\":\"q\",\"question_number\":3,\"is_update\":false}],"
		   "\"answered_questions\":2,\"time_remaining_seconds\":99}");
	const struct doc attempt =
	    doc_of("{\"id\":\"a\"," WHO ",\"submission_type\":\"MANUAL\",\"score\":7.5}");
	const struct doc none = doc_of("{\"saved\":[]}");
	const struct complaint complaint = {.err = ERR_ATTEMPT_TIME_EXPIRED};
	const struct scene scene = scene_at(NOW);

	(void)state;
	expect(dialect_exam.reply("answer_submitted", &saved, &scene),
	       "42[\"answerSubmitted\",{" EXAM ",\"studentId\":\"" STUDENT
	       "\",\"questionId\":\"q\",\"questionNumber\":3,\"answeredQuestions\":2,\"timeRemaining\":99}]");
	assert_null(dialect_exam.reply("answer_submitted", &none, &scene));
	expect(dialect_exam.reply("submit_attempt", &attempt, &scene),
	       "42[\"examEnded\",{" EXAM PERSON ",\"submissionType\":\"MANUAL\",\"score\":7.5}]");
	expect(dialect_monitor.error(&complaint),
	       "42[\"examError\",{\"code\":\"ATTEMPT_TIME_EXPIRED\",\"message\":"
	       "\"The time of this attempt is over.\"}]");
}

/* A resync of a quiet dialect is its opening, for whoever may enter in it. */
static void test_openings(void **state)
{
	const struct dialect *const quiet[] = {&dialect_classroom, &dialect_exam, &dialect_monitor};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quiet); i++) {
		assert_true(quiet[i]->quiet);
		assert_true(quiet[i]->staff_opening != OPENING_NONE);
		assert_int_equal(quiet[i]->student_opening == OPENING_NONE, quiet[i]->staff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events), cmocka_unit_test(test_joined),  cmocka_unit_test(test_monitoring),
	    cmocka_unit_test(test_clock),  cmocka_unit_test(test_answers), cmocka_unit_test(test_openings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
