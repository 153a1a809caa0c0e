/* The exam and the monitor dialect: a session as the exam service's Socket.IO events, to the one who takes it
 * and to those who watch. An exam's id is the session's, a session's id there is the attempt's. */
#include "pushd/dialect/emit.h"
#include "pushd/dialect/form.h"

#include <string.h>

#include "pushd/dialect/json_syntax.h"

#define STUDENT "student_id student_name "

static const struct emit_row monitor_events[] = {
    {EVENT_PARTICIPANT_JOINED, "studentJoined", STUDENT "connected_count", false},
    {EVENT_PARTICIPANT_DISCONNECTED, "studentDisconnected", STUDENT "connected_count", false},
    {EVENT_STUDENT_PROGRESS, "progressUpdate", STUDENT "question_number answered_questions total_questions",
     false},
    {EVENT_STUDENT_ANSWER, "progressUpdate", STUDENT "question_number answered_questions total_questions",
     false},
    {EVENT_STUDENT_SUBMITTED, "examEnded", STUDENT "submission_type score", false},
};

static struct message *exam_error(const struct complaint *complaint)
{
	return emit_error("examError", complaint);
}

static char *offset_of(const struct dialect *dialect, const struct scene *scene, uint64_t event_id,
		       char text[OFFSET_TEXT])
{
	const struct offset offset = {
	    .session_id = scene->session_id, .dialect = dialect, .event_id = event_id};

	return offset_format(&offset, text);
}

/* A member that is a time; SESSION_NO_DEADLINE: it is null, or none. */
static int64_t time_of(const char *object, size_t len, const char *name)
{
	int64_t time;

	return json_syntax_time(object, len, name, &time) ? time : SESSION_NO_DEADLINE;
}

/* --- events --- */

/* The clock, as it is when the session starts. */
static bool started(struct emit *emit, const struct event *event, const struct scene *scene)
{
	const struct scene then = {.ends_at = time_of(event->payload, event->payload_len, "ends_at"),
				   .now = event->created_at};

	emit_begin(emit, "timeUpdate");
	emit_id(emit, "examId", &scene->session_id);
	emit_remaining(emit, "timeRemaining", &then);
	emit_deadline(emit, "endsAt", then.ends_at);
	return json_syntax_value(event->payload, event->payload_len) > 0;
}

/* For everybody who still sits in it: each one's own end is told where it is known. */
static bool completed(struct emit *emit, const struct scene *scene)
{
	emit_begin(emit, "examEnded");
	emit_id(emit, "examId", &scene->session_id);
	buf_adds(emit_key(emit, "submissionType"), "null");
	buf_adds(emit_key(emit, "score"), "null");
	return true;
}

static bool watched(struct emit *emit, const struct emit_row *row, const struct event *event,
		    const struct scene *scene)
{
	emit_begin(emit, row->event);
	emit_id(emit, "examId", &scene->session_id);
	return emit_members(emit, event->payload, event->payload_len, row->names);
}

static const struct emit_row *row_of(const struct dialect *dialect, enum event_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(monitor_events) && dialect == &dialect_monitor; i++)
		if (monitor_events[i].type == type)
			return &monitor_events[i];
	return NULL;
}

static enum err encode(const struct dialect *dialect, const struct event *event, const struct scene *scene,
		       struct message **ret)
{
	const struct emit_row *row = row_of(dialect, event->type);
	char offset[OFFSET_TEXT];
	struct message *message;
	struct emit emit;
	bool right;

	*ret = NULL;
	if (row)
		right = watched(&emit, row, event, scene);
	else if (event->type == EVENT_SESSION_STARTED)
		right = started(&emit, event, scene);
	else if (event->type == EVENT_SESSION_COMPLETED)
		right = completed(&emit, scene);
	else
		return OK;
	if (!right) {
		emit_discard(&emit);
		return ERR_INVALID_MESSAGE;
	}
	message = emit_end(&emit, offset_of(dialect, scene, event->event_id, offset));
	if (!message)
		return ERR_MEMORY;
	*ret = message;
	return OK;
}

static enum err exam_event(const struct event *event, const struct scene *scene, struct message **ret)
{
	return encode(&dialect_exam, event, scene, ret);
}

static enum err monitor_event(const struct event *event, const struct scene *scene, struct message **ret)
{
	return encode(&dialect_monitor, event, scene, ret);
}

/* --- coming in --- */

/* What a document says of the clock, which may be newer than what the room knows. */
static struct scene clock_of(const struct scene *scene, const char *object, size_t len)
{
	struct scene clock = *scene;
	struct json_part status;

	clock.ends_at = time_of(object, len, "ends_at");
	clock.over = json_syntax_member(object, len, "status", &status) && status.value_len == 11 &&
		     memcmp(status.value, "\"COMPLETED\"", 11) == 0;
	return clock;
}

/* {session_id, session, attempt} */
static struct message *exam_snapshot(const struct doc *doc, const struct scene *scene)
{
	struct json_part session, attempt;
	char offset[OFFSET_TEXT];
	struct scene clock;
	struct emit emit;

	if (!json_syntax_member(doc->text, doc->len, "session", &session) ||
	    !json_syntax_member(doc->text, doc->len, "attempt", &attempt))
		return NULL;
	clock = clock_of(scene, session.value, session.value_len);
	emit_begin(&emit, "examSessionJoined");
	emit_id(&emit, "examId", &scene->session_id);
	emit_member(&emit, "sessionId", attempt.value, attempt.value_len, "id");
	emit_member(&emit, "status", session.value, session.value_len, "status");
	emit_remaining(&emit, "timeRemaining", &clock);
	emit_deadline(&emit, "endsAt", clock.ends_at);
	emit_camel(emit_key(&emit, "state"), attempt.value, attempt.value_len);
	return emit_end(&emit, offset_of(&dialect_exam, scene, scene->event_id, offset));
}

/* The monitor's body. */
static struct message *monitor_snapshot(const struct doc *doc, const struct scene *scene)
{
	char offset[OFFSET_TEXT];
	struct emit emit;

	emit_begin(&emit, "monitoringJoined");
	emit_id(&emit, "examId", &scene->session_id);
	if (!emit_members(&emit, doc->text, doc->len, "status ends_at students")) {
		emit_discard(&emit);
		return NULL;
	}
	return emit_end(&emit, offset_of(&dialect_monitor, scene, scene->event_id, offset));
}

static struct message *exam_arrived(const struct scene *scene)
{
	struct emit emit;

	emit_begin(&emit, "timeUpdate");
	emit_id(&emit, "examId", &scene->session_id);
	emit_remaining(&emit, "timeRemaining", scene);
	emit_deadline(&emit, "endsAt", scene->ends_at);
	return emit_end(&emit, NULL);
}

/* --- answers --- */

/* {saved: [{question_id, question_number, …}], answered_questions, time_remaining_seconds}: one answer was
 * sent, and one is saved. */
static struct message *answered(const struct doc *doc, const struct scene *scene)
{
	struct json_part saved;
	const char *first;
	struct emit emit;

	if (!json_syntax_member(doc->text, doc->len, "saved", &saved))
		return NULL;
	first = memchr(saved.value, '{', saved.value_len);
	emit_begin(&emit, "answerSubmitted");
	emit_id(&emit, "examId", &scene->session_id);
	emit_id(&emit, "studentId", &scene->user_id);
	if (!first ||
	    !emit_members(&emit, first, saved.value_len - (size_t)(first - saved.value),
			  "question_id question_number") ||
	    !emit_members(&emit, doc->text, doc->len, "answered_questions")) {
		emit_discard(&emit);
		return NULL;
	}
	emit_member(&emit, "timeRemaining", doc->text, doc->len, "time_remaining_seconds");
	return emit_end(&emit, NULL);
}

/* The attempt. */
static struct message *ended(const struct doc *doc, const struct scene *scene)
{
	struct emit emit;

	emit_begin(&emit, "examEnded");
	emit_id(&emit, "examId", &scene->session_id);
	if (!emit_members(&emit, doc->text, doc->len, STUDENT "submission_type score")) {
		emit_discard(&emit);
		return NULL;
	}
	return emit_end(&emit, NULL);
}

static struct message *exam_reply(const char *type, const struct doc *doc, const struct scene *scene)
{
	return strcmp(type, "submit_attempt") == 0 ? ended(doc, scene) : answered(doc, scene);
}

const struct dialect dialect_exam = {
    .id = DIALECT_EXAM,
    .name = "exam",
    .quiet = true,
    .staff_opening = OPENING_STATE,
    .student_opening = OPENING_STATE,
    .error = exam_error,
    .snapshot = exam_snapshot,
    .arrived = exam_arrived,
    .reply = exam_reply,
    .event = exam_event,
    .decode = form_decode,
};

const struct dialect dialect_monitor = {
    .id = DIALECT_MONITOR,
    .name = "monitor",
    .quiet = true,
    .staff = true,
    .staff_opening = OPENING_MONITOR,
    .error = exam_error,
    .snapshot = monitor_snapshot,
    .arrived = exam_arrived,
    .event = monitor_event,
    .decode = form_decode,
};
