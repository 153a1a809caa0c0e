/* What Socket.IO clients say: a row per event, how its argument is read, and what of the live dialect it is.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pushd/client.h"
#include "pushd/clients.h"
#include "pushd/command.h"
#include "pushd/farewell.h"
#include "pushd/work.h"
#include "wire/command.h"

#define CODE_WORDS "sessionCode must be a join code."

enum argument { ARGUMENT_NONE, ARGUMENT_TEXT, ARGUMENT_OBJECT };

/* A member of the argument, and what the live dialect calls it. */
struct member {
	const char *theirs, *live;
};

struct saying;

/* One event being served. */
struct said {
	struct client *client;
	const struct saying *saying;
	const json_value *argument; /* NULL: there is none, and none is wanted */
	struct arena *arena;
	struct ask ask;
};

struct saying {
	const char *event;
	enum argument argument;
	const struct dialect *dialect; /* whose words its errors are in, and the subscription that is meant */
	void (*serve)(struct said *said);
	/* for those that are a message of the live dialect */
	const char *type;
	const struct member *members;
	bool everybody; /* hears of it, its author too */
};

static void refuse(const struct said *said, enum err err, const char *message)
{
	const struct complaint complaint = {.err = err, .message = message};

	client_refuse(said->client, said->saying->dialect, &complaint, &said->ask);
}

/* --- which session is meant --- */

static const char *text_member(const struct said *said, const char *name)
{
	return json_text(json_member(said->argument, name));
}

/* As the database has it; false: it can't be one. */
static bool normalize_code(const char *text, char ret[JOIN_CODE_TEXT])
{
	size_t len = 0;

	text += strspn(text, " \t\r\n");
	for (; *text && len < JOIN_CODE_TEXT - 1; len++)
		ret[len] = (char)toupper((unsigned char)*text++);
	ret[len] = '\0';
	return len == JOIN_CODE_TEXT - 1 && !text[strspn(text, " \t\r\n")];
}

/* The code of the session that is meant; false, and the client is told: there is none. */
static bool read_code(const struct said *said, char ret[JOIN_CODE_TEXT])
{
	const char *text = said->saying->argument == ARGUMENT_TEXT ? json_text(said->argument)
								   : text_member(said, "sessionCode");

	if (!text)
		refuse(said, ERR_VALIDATION, CODE_WORDS);
	else if (!normalize_code(text, ret))
		refuse(said, ERR_SESSION_NOT_FOUND, NULL);
	else
		return true;
	return false;
}

/* Likewise its id. */
static bool read_exam(const struct said *said, struct id *ret)
{
	const char *text = text_member(said, "examId");

	if (!text)
		refuse(said, ERR_VALIDATION, "examId must be an exam's id.");
	else if (!id_parse(text, ret) || id_is_nil(ret))
		refuse(said, ERR_SESSION_NOT_FOUND, NULL);
	else
		return true;
	return false;
}

/* --- coming in --- */

static void join(const struct said *said, struct subscription *subscription, const struct id *session_id,
		 const char *code)
{
	struct client *client = said->client;

	if (!subscription && client->count >= SUBSCRIPTIONS_MAX) {
		refuse(said, ERR_RATE_LIMITED, "Too many sessions: leave one first.");
		return;
	}
	if (!subscription) {
		subscription = subscribe(client, said->saying->dialect, session_id, code, NULL);
	} else {
		/* once more: it is the last that was joined, and is told where it stands */
		list_remove(&subscription->in_client);
		list_append(&client->subscriptions, &subscription->in_client);
		if (subscription->conn->admitted)
			room_open(subscription->conn);
		else
			subscription->conn->rejoined = true;
	}
	if (subscription)
		subscription_await(subscription, &said->ask);
}

static void join_session(struct said *said)
{
	char code[JOIN_CODE_TEXT];

	if (read_code(said, code))
		join(said, subscription_of_code(said->client, code), &ID_NIL, code);
}

static void join_exam(struct said *said)
{
	struct id session_id;

	if (read_exam(said, &session_id))
		join(said, subscription_of_session(said->client, said->saying->dialect, &session_id),
		     &session_id, NULL);
}

static void join_monitoring(struct said *said)
{
	if (said->client->conn->actor.role & ROLES_STAFF)
		join_exam(said);
	else
		refuse(said, ERR_ACCESS_DENIED, NULL);
}

/* --- what is said of a session that wasn't joined: whether there is one, and whose, decides the answer ---
 */

struct errand {
	struct find_job find;
	struct client *client;
	const struct saying *saying;
	struct ask ask;
	const char *name; /* what the client called it; the job's */
};

static void tell_left(struct client *client, const struct saying *saying, const char *name,
		      const struct ask *ask)
{
	bool exam = saying->dialect != &dialect_classroom;
	char *offset = client_offset(client, NULL, 0);
	struct message *message = NULL;
	struct emit emit;

	if (offset) {
		emit_begin(&emit, exam ? "monitoringLeft" : "sessionLeft");
		emit_text(&emit, exam ? "examId" : "sessionCode", name);
		message = emit_end(&emit, offset);
	}
	free(offset);
	client_answer(client, message, ask);
}

static void found(struct job *job, void *context UNUSED)
{
	struct errand *errand = (struct errand *)(void *)job;
	struct client *client = errand->client;
	const struct said said = {.client = client, .saying = errand->saying, .ask = errand->ask};

	if (client->gone || client->conn->state >= CONN_CLOSING)
		;
	else if (job->err)
		refuse(&said, job->err, NULL);
	else if (errand->saying->type)
		refuse(&said, ERR_ACCESS_DENIED, "Join the session first.");
	else
		tell_left(client, errand->saying, errand->name, &errand->ask);
	client_unref(client);
}

static void look_for(const struct said *said, const struct id *session_id, const char *name)
{
	struct client *client = said->client;
	struct pushd *pushd = client->clients->pushd;
	struct errand *errand = job_new(sizeof(*errand), WORK_FIND, session_id, &client->conn->actor.user_id);

	if (!errand) {
		refuse(said, ERR_MEMORY, NULL);
		return;
	}
	errand->find.actor = client->conn->actor;
	errand->name = arena_strdup(errand->find.job.arena, name);
	errand->find.join_code = errand->name;
	errand->client = client_ref(client);
	errand->saying = said->saying;
	errand->ask = said->ask;
	errand->find.job.done = found;
	if (!errand->name || !lane_submit(pushd->lane, &errand->find.job)) {
		refuse(said, ERR_UNAVAILABLE, NULL);
		client_unref(client);
		job_free(&errand->find.job);
	}
}

/* --- leaving --- */

static void leave(const struct said *said, struct subscription *subscription, const struct id *session_id,
		  const char *name)
{
	if (!subscription) {
		look_for(said, session_id, name);
		return;
	}
	conn_close(subscription->conn, CLOSE_NORMAL, "left", END_CLEAN);
	tell_left(said->client, said->saying, name, &said->ask);
}

static void leave_session(struct said *said)
{
	char code[JOIN_CODE_TEXT];

	if (read_code(said, code))
		leave(said, subscription_of_code(said->client, code), &ID_NIL, code);
}

static void leave_monitoring(struct said *said)
{
	struct id session_id;
	char text[ID_TEXT];

	if (!(said->client->conn->actor.role & ROLES_STAFF))
		refuse(said, ERR_ACCESS_DENIED, NULL);
	else if (read_exam(said, &session_id))
		leave(said, subscription_of_session(said->client, &dialect_monitor, &session_id), &session_id,
		      id_format(&session_id, text));
}

/* --- messages of the live dialect --- */

/* Seconds; a clock's milliseconds, or a fraction, are no reason to refuse an answer. */
static void add_seconds(struct buf *out, double seconds)
{
	buf_addi(out, seconds < 0 ? 0 : seconds > TIME_SPENT_MAX ? TIME_SPENT_MAX : (int64_t)seconds);
}

static void add_members(struct buf *out, const struct said *said)
{
	const struct member *member = said->saying->members;

	for (; member && member->theirs; member++) {
		const json_value *value = json_member(said->argument, member->theirs);
		const char *text = value ? json_dump(said->arena, value) : NULL;
		double number;

		if (!value)
			continue;
		buf_printf(out, ",\"%s\":", member->live);
		if (strcmp(member->theirs, "timeSpent") == 0 && json_number(value, &number))
			add_seconds(out, number);
		else if (text)
			buf_adds(out, text);
		else
			out->failed = true;
	}
}

/* The ref says by which row, and to which callback, the answer goes. */
static void deliver(const struct said *said, struct subscription *subscription)
{
	struct pushd *pushd = said->client->clients->pushd;
	struct buf out;

	buf_init(&out, said->arena);
	buf_printf(&out, "{\"type\":\"%s\",\"ref\":\"%s", said->saying->type, said->saying->event);
	if (said->ask.wants_ack)
		buf_printf(&out, " %llu", (unsigned long long)said->ask.ack);
	buf_addc(&out, '"');
	add_members(&out, said);
	buf_addc(&out, '}');
	if (out.failed)
		refuse(said, ERR_MEMORY, NULL);
	else
		command_deliver(pushd, subscription->conn, out.data, out.len);
}

static void say_in_session(struct said *said)
{
	struct subscription *subscription;
	char code[JOIN_CODE_TEXT];

	if (!read_code(said, code))
		return;
	subscription = subscription_of_code(said->client, code);
	if (subscription)
		deliver(said, subscription);
	else
		look_for(said, &ID_NIL, code);
}

static void say_in_exam(struct said *said)
{
	struct subscription *subscription = subscription_exam(said->client);

	if (said->client->conn->actor.role != ROLE_STUDENT)
		refuse(said, ERR_ACCESS_DENIED, NULL);
	else if (!subscription)
		refuse(said, ERR_INVALID_ATTEMPT_STATUS, "Join the exam first.");
	else
		deliver(said, subscription);
}

static void heartbeat(struct said *said)
{
	struct emit emit;

	emit_begin(&emit, "heartbeatAck");
	emit_time(&emit, "timestamp", clock_now());
	client_answer(said->client, emit_end(&emit, NULL), &said->ask);
}

static const struct member message_members[] = {
    {"message", "message"}, {"groupId", "group_id"}, {NULL, NULL}};
static const struct member presence_members[] = {{"status", "status"}, {NULL, NULL}};
static const struct member answer_members[] = {
    {"questionId", "question_id"}, {"answer", "answer"}, {"timeSpent", "time_spent_seconds"}, {NULL, NULL}};

static const struct saying sayings[] = {
    /* the classroom */
    {"joinSession", ARGUMENT_TEXT, &dialect_classroom, join_session, NULL, NULL, false},
    {"leaveSession", ARGUMENT_TEXT, &dialect_classroom, leave_session, NULL, NULL, false},
    {"sendMessage", ARGUMENT_OBJECT, &dialect_classroom, say_in_session, "send_message", message_members,
     true},
    {"updatePresence", ARGUMENT_OBJECT, &dialect_classroom, say_in_session, "update_presence",
     presence_members, true},
    /* the exam */
    {"joinExamSession", ARGUMENT_OBJECT, &dialect_exam, join_exam, NULL, NULL, false},
    {"submitAnswer", ARGUMENT_OBJECT, &dialect_exam, say_in_exam, "answer_submitted", answer_members, false},
    {"endExam", ARGUMENT_NONE, &dialect_exam, say_in_exam, "submit_attempt", NULL, false},
    {"joinMonitoring", ARGUMENT_OBJECT, &dialect_monitor, join_monitoring, NULL, NULL, false},
    {"leaveMonitoring", ARGUMENT_OBJECT, &dialect_monitor, leave_monitoring, NULL, NULL, false},
    {"heartbeat", ARGUMENT_NONE, &dialect_exam, heartbeat, NULL, NULL, false},
};

/* What nobody knows is a classroom's error. */
static const struct saying unknown = {.event = "", .dialect = &dialect_classroom};

static const struct saying *find_saying(const char *event, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (strlen(sayings[i].event) == len && memcmp(sayings[i].event, event, len) == 0)
			return &sayings[i];
	return NULL;
}

static bool has_argument(const struct said *said)
{
	enum json_kind kinds[] = {
	    [ARGUMENT_TEXT] = JSON_KIND_STRING,
	    [ARGUMENT_OBJECT] = JSON_KIND_OBJECT,
	};

	return said->saying->argument == ARGUMENT_NONE ||
	       (said->argument && json_kind(said->argument) == kinds[said->saying->argument]);
}

static void serve(struct client *client, const struct socketio_event *event)
{
	const struct saying *saying = event->name ? find_saying(event->name, strlen(event->name)) : NULL;
	struct said said = {
	    .client = client,
	    .saying = saying ? saying : &unknown,
	    .argument = event->args && json_count(event->args) > 1 ? json_item(event->args, 1) : NULL,
	    .arena = event->arena,
	    .ask = {.wants_ack = event->wants_ack, .ack = event->ack},
	};

	if (!saying || event->attachment_count || !has_argument(&said))
		refuse(&said, ERR_INVALID_MESSAGE, NULL);
	else
		saying->serve(&said);
}

void client_says(struct client *client, const struct socketio_event *event)
{
	struct pushd *pushd = client->clients->pushd;
	struct conn *conn = client->conn;

	pushd->metrics.received++;
	if (window_take(&conn->messages, pushd->config->ws_messages_per_minute, clock_monotonic()))
		serve(client, event);
	else
		farewell(conn, ERR_RATE_LIMITED);
}

/* --- answers --- */

void client_outcome(struct subscription *subscription, const struct outcome *outcome)
{
	const char *ref = outcome->ref ? outcome->ref : "";
	size_t len = strcspn(ref, " ");
	const struct saying *saying = find_saying(ref, len);
	struct ask ask = {.wants_ack = ref[len] == ' '};
	struct client *client = subscription->client;
	const struct dialect *dialect = subscription->conn->dialect;
	struct message *message;
	struct scene scene;

	if (ask.wants_ack)
		ask.ack = strtoull(ref + len + 1, NULL, 10);
	if (outcome->err || !saying) {
		const struct complaint complaint = {.err = outcome->err, .problems = outcome->problems};

		client_refuse(client, dialect, &complaint, &ask);
		return;
	}
	scene = room_scene(subscription->conn, clock_now());
	message = dialect->reply(saying->type, outcome->doc, &scene);
	if (!saying->everybody) {
		client_answer(client, message, &ask);
		return;
	}
	if (ask.wants_ack)
		client_send(client, message ? emit_ack(message, ask.ack) : NULL);
	message_unref(message);
}
