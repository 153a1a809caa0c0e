/* The table of message types, and the way of a command through a lane and back as `ack` or `error`. */
#include "pushd/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pushd/dialect/dialect.h"
#include "pushd/early.h"
#include "pushd/farewell.h"
#include "pushd/work.h"
#include "wire/command.h"

/* One message being served. */
struct call {
	struct pushd *pushd;
	struct conn *conn;
	struct arena *arena; /* the message's; NULL once a job has taken it over */
	struct incoming in;
	int64_t now;
};

/* --- answers --- */

static void complain(struct conn *conn, enum err err, const char *ref, const struct problems *problems)
{
	const struct complaint complaint = {.err = err, .ref = ref, .problems = problems};
	const struct outcome outcome = {.ref = ref, .err = err, .problems = problems};

	if (conn->state >= CONN_CLOSING)
		return;
	if (conn->ops->answered)
		conn->ops->answered(conn->socket, &outcome);
	else
		conn_tell(conn, conn->dialect->error(&complaint));
}

static void acknowledge(struct conn *conn, const char *ref, const struct doc *doc)
{
	const struct outcome outcome = {.ref = ref, .doc = doc};

	if (conn->state >= CONN_CLOSING)
		return;
	if (conn->ops->answered)
		conn->ops->answered(conn->socket, &outcome);
	else if (ref && conn->dialect->ack)
		conn_tell(conn, conn->dialect->ack(ref, doc));
}

/* --- messages that need no database --- */

static void heartbeat(struct call *call)
{
	struct conn *conn = call->conn;

	conn_tell(conn, conn->dialect->pong(call->in.ref, room_cursor(conn), call->now));
	acknowledge(conn, call->in.ref, NULL);
}

static void disconnect(struct call *call)
{
	acknowledge(call->conn, call->in.ref, NULL);
	conn_close(call->conn, CLOSE_NORMAL, "disconnect", END_CLEAN);
}

/* The same user in the same role goes on with a fresh token. */
static void refresh_token(struct call *call)
{
	const char *token = json_text(json_member(call->in.body, "token"));
	struct conn *conn = call->conn;
	struct token_claims claims;
	char time[TIME_TEXT];
	struct doc doc;
	enum err err = token ? token_verify(call->pushd->keys, token, &claims) : ERR_AUTH_FAILED;

	if (!err &&
	    (!id_equal(&claims.actor.user_id, &conn->actor.user_id) || claims.actor.role != conn->actor.role))
		err = ERR_AUTH_FAILED;
	if (err) {
		complain(conn, err, call->in.ref, NULL);
		return;
	}
	doc.text = arena_printf(call->arena, "{\"expires_at\":\"%s\"}", time_format(claims.expires_at, time));
	if (!doc.text) {
		complain(conn, ERR_MEMORY, call->in.ref, NULL);
		return;
	}
	doc.len = strlen(doc.text);
	conn->expires_at = claims.expires_at;
	acknowledge(conn, call->in.ref, &doc);
}

/* The last step of everything that was refused before a lane had it. */
static void refuse(struct call *call, enum err err, const struct problems *problems)
{
	complain(call->conn, err, call->in.ref, problems);
}

/* What is wrong with the fields; without memory nobody knows whether anything is. */
static void refuse_fields(struct call *call, const struct problems *problems)
{
	if (arena_failed(call->arena))
		refuse(call, ERR_MEMORY, NULL);
	else
		refuse(call, ERR_VALIDATION, problems);
}

/* What the others in the session are told, and he himself. */
static struct doc presence_doc(struct call *call)
{
	const struct conn *conn = call->conn;
	struct doc doc = {0};
	struct buf out;

	buf_init(&out, call->arena);
	buf_adds(&out, "{\"session_id\":");
	json_add_id(&out, &conn->session_id);
	buf_adds(&out, ",\"user_id\":");
	json_add_id(&out, &conn->actor.user_id);
	buf_adds(&out, ",\"status\":");
	json_add_string(&out, conn->presence);
	buf_adds(&out, ",\"timestamp\":");
	json_add_time(&out, call->now);
	buf_addc(&out, '}');
	if (!out.failed)
		doc = (struct doc){.text = out.data, .len = out.len};
	return doc;
}

/* No row and no event: who isn't here now doesn't need to know. */
static void update_presence(struct call *call)
{
	static const char *const statuses[] = {"active", "idle", "away", NULL};
	struct input {
		const char *status;
	} input = {0};
	const struct field fields[] = {
	    FIELD_CHOICES(struct input, status, true, statuses),
	    FIELD_END,
	};
	struct conn *conn = call->conn;
	struct problems problems;
	struct doc doc;

	problems_init(&problems, call->arena);
	if (!json_read(call->in.body, fields, &input, &problems, "")) {
		refuse_fields(call, &problems);
		return;
	}
	for (size_t i = 0; statuses[i]; i++)
		if (strcmp(statuses[i], input.status) == 0)
			conn->presence = statuses[i];
	doc = presence_doc(call);
	if (!doc.text) {
		refuse(call, ERR_MEMORY, NULL);
		return;
	}
	room_presence(conn, &doc);
	acknowledge(conn, call->in.ref, &doc);
}

/* --- jobs --- */

static bool submit(struct pushd *pushd, struct job *job)
{
	if (pushd->adopted && !pushd->stopping && lane_submit(pushd->lane, job))
		return true;
	pushd->metrics.jobs_refused++;
	return false;
}

/* What a lane shall do for a connection. */
struct task {
	struct job *job;
	const char *ref;       /* in the job's arena */
	struct id *attempt_id; /* in the job: where the attempt's id belongs; NULL: it is about none */
};

/* Hands a job over; one that can't be is refused, and freed. It goes its way even when the connection is
 * closed by now: so does what was handed over a moment earlier. */
static void hand_over(struct pushd *pushd, struct conn *conn, const struct task *task)
{
	enum err err = OK;

	if (task->attempt_id) {
		*task->attempt_id = conn->attempt_id;
		if (id_is_nil(&conn->attempt_id))
			err = ERR_INVALID_ATTEMPT_STATUS;
	}
	task->job->context = conn_ref(conn);
	if (!err && !submit(pushd, task->job))
		err = ERR_UNAVAILABLE;
	if (err) {
		complain(conn, err, task->ref, NULL);
		job_free(task->job);
		conn_unref(conn);
	}
}

/* What waits until it is known which attempt is meant. */
struct lookup_job {
	struct connect_job connect;
	struct conn *conn;
	struct task task;
};

static void looked_up(struct job *job, void *context)
{
	struct lookup_job *lookup = (struct lookup_job *)(void *)job;
	struct conn *conn = lookup->conn;

	conn->lookups--;
	if (job->err) {
		complain(conn, job->err, lookup->task.ref, NULL);
		job_free(lookup->task.job);
	} else {
		conn->attempt_id = lookup->connect.item.attempt_id;
		hand_over(context, conn, &lookup->task);
	}
	conn_unref(conn);
}

/* Connecting again changes nothing for who is connected, and tells the attempt that a start has made
 * meanwhile. */
static void look_up(struct pushd *pushd, struct conn *conn, const struct task *task)
{
	struct lookup_job *job = job_new(sizeof(*job), WORK_CONNECT, &conn->session_id, &conn->actor.user_id);

	if (!job) {
		complain(conn, ERR_MEMORY, task->ref, NULL);
		job_free(task->job);
		return;
	}
	job->connect.node = pushd->node;
	job->connect.item.actor = conn->actor;
	job->connect.item.session_id = conn->session_id;
	job->connect.job.done = looked_up;
	job->connect.job.context = pushd;
	job->conn = conn_ref(conn);
	job->task = *task;
	if (!submit(pushd, &job->connect.job)) {
		conn_unref(conn);
		complain(conn, ERR_UNAVAILABLE, task->ref, NULL);
		job_free(task->job);
		job_free(&job->connect.job);
		return;
	}
	conn->lookups++;
}

/* In the order in which it was said: behind one that waits, everything waits. */
static void run_task(struct pushd *pushd, struct conn *conn, const struct task *task)
{
	if (conn->lookups || (task->attempt_id && id_is_nil(&conn->attempt_id)))
		look_up(pushd, conn, task);
	else
		hand_over(pushd, conn, task);
}

static void state_read(struct job *job, void *context)
{
	struct read_job *read = (struct read_job *)(void *)job;
	struct conn *conn = context;

	if (job->err) {
		complain(conn, job->err, read->ref, job->problems);
	} else {
		conn_tell(conn, conn->dialect->state(read->ref, &read->doc, clock_now()));
		acknowledge(conn, read->ref, NULL);
	}
	conn_unref(conn);
}

static void state_sync_request(struct call *call)
{
	struct conn *conn = call->conn;
	bool staff = (conn->actor.role & ROLES_STAFF) != 0;
	struct read_job *job = job_new(sizeof(*job), staff ? WORK_SNAPSHOT : WORK_STATE, &conn->session_id,
				       &conn->actor.user_id);

	if (!job) {
		refuse(call, ERR_MEMORY, NULL);
		return;
	}
	job->actor = conn->actor;
	job->ref = call->in.ref ? arena_strdup(job->job.arena, call->in.ref) : NULL;
	if (call->in.ref && !job->ref) {
		job_free(&job->job);
		refuse(call, ERR_MEMORY, NULL);
		return;
	}
	job->job.done = state_read;
	run_task(call->pushd, conn, &(struct task){.job = &job->job, .ref = job->ref});
}

/* --- commands --- */

static bool read_answers(const json_value *body, struct problems *problems, struct command_job *job)
{
	return command_read_answers(body, problems, &job->in.answers.items, &job->in.answers.count);
}

static bool read_progress(const json_value *body, struct problems *problems, struct command_job *job)
{
	return command_read_progress(body, problems, &job->in.progress);
}

static bool read_highlight(const json_value *body, struct problems *problems, struct command_job *job)
{
	return command_read_highlight(body, problems, &job->in.highlight);
}

static bool read_violation(const json_value *body, struct problems *problems, struct command_job *job)
{
	return command_read_violation(body, "TAB_SWITCH", problems, &job->in.violation);
}

static bool read_message(const json_value *body, struct problems *problems, struct command_job *job)
{
	return message_read(body, problems, &job->in.message);
}

static bool read_nothing(const json_value *body UNUSED, struct problems *problems UNUSED,
			 struct command_job *job UNUSED)
{
	return true;
}

static void command_done(struct job *job, void *context)
{
	struct command_job *command = (struct command_job *)(void *)job;
	struct conn *conn = context;

	if (job->err)
		complain(conn, job->err, command->ref, job->problems);
	else
		acknowledge(conn, command->ref, &command->doc);
	conn_unref(conn);
}

struct row {
	const char *type;
	int roles;
	/* Either it is served here … */
	void (*serve)(struct call *call);
	/* … or it is a command of this kind, read so. */
	int kind;
	bool (*read)(const json_value *body, struct problems *problems, struct command_job *job);
	bool inbox; /* known where there is no session, too */
};

static const struct row rows[] = {
    {"heartbeat", ROLES_ALL, .serve = heartbeat, .inbox = true},
    {"disconnect", ROLES_ALL, .serve = disconnect},
    {"refresh_token", ROLES_ALL, .serve = refresh_token},
    {"state_sync_request", ROLES_ALL, .serve = state_sync_request},
    {"update_presence", ROLES_ALL, .serve = update_presence},
    {"send_message", ROLES_ALL, .kind = WORK_MESSAGE, .read = read_message},
    {"answer_submitted", ROLE_STUDENT, .kind = WORK_ANSWER, .read = read_answers},
    {"progress_update", ROLE_STUDENT, .kind = WORK_PROGRESS, .read = read_progress},
    {"text_highlighted", ROLE_STUDENT, .kind = WORK_HIGHLIGHT, .read = read_highlight},
    {"tab_violation", ROLE_STUDENT, .kind = WORK_VIOLATION, .read = read_violation},
    {"submit_attempt", ROLE_STUDENT, .kind = WORK_SUBMIT, .read = read_nothing},
};

/* The job takes over the message's arena, which its inputs point into. */
static void start_command(struct call *call, const struct row *row)
{
	struct conn *conn = call->conn;
	struct command_job *job = arena_alloc(call->arena, sizeof(*job));
	struct problems problems;
	struct task task;

	if (!job) {
		refuse(call, ERR_MEMORY, NULL);
		return;
	}
	problems_init(&problems, call->arena);
	if (!row->read(call->in.body, &problems, job)) {
		refuse_fields(call, &problems);
		return;
	}
	job->job.arena = call->arena;
	job->job.kind = row->kind;
	job->job.session_id = conn->session_id;
	job->job.user_id = conn->actor.user_id;
	job->actor = conn->actor;
	job->ref = call->in.ref;
	job->job.done = command_done;
	list_init(&job->job.in_queue);
	call->arena = NULL;
	task = (struct task){.job = &job->job, .ref = job->ref};
	if (row->kind != WORK_MESSAGE)
		task.attempt_id = &job->attempt_id;
	run_task(call->pushd, conn, &task);
}

static const struct row *row_of(const struct call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].type, call->in.type) == 0 &&
		    (rows[i].inbox || !call->conn->dialect->inbox))
			return &rows[i];
	return NULL;
}

static void serve(struct call *call)
{
	const struct row *row = row_of(call);

	if (!row)
		refuse(call, ERR_INVALID_MESSAGE, NULL);
	else if (!(row->roles & (int)call->conn->actor.role))
		refuse(call, ERR_ACCESS_DENIED, NULL);
	else if (row->serve)
		row->serve(call);
	else
		start_command(call, row);
}

/* --- in --- */

static void run(struct pushd *pushd, struct conn *conn, const char *text, size_t len)
{
	struct call call = {.pushd = pushd, .conn = conn, .arena = arena_new(1024), .now = clock_now()};
	enum err err;

	err = call.arena ? conn->dialect->decode(call.arena, text, len, &call.in) : ERR_MEMORY;
	/* an answer without the message's ref answers nothing: he shall come again and repeat it */
	if (err == ERR_MEMORY && !call.in.ref)
		farewell(conn, err);
	else if (err)
		refuse(&call, err, NULL);
	else
		serve(&call);
	arena_free(call.arena);
}

void command_early(struct pushd *pushd, struct conn *conn)
{
	struct message *text;

	conn_ref(conn);
	while (conn->state < CONN_CLOSING && (text = early_take(conn))) {
		run(pushd, conn, text->text, text->len);
		message_unref(text);
	}
	conn_unref(conn);
}

void command_deliver(struct pushd *pushd, struct conn *conn, const char *text, size_t len)
{
	if (conn->state == CONN_OPENING)
		early_keep(conn, text, len);
	else if (conn->state < CONN_CLOSING)
		run(pushd, conn, text, len);
}

void command_message(struct pushd *pushd, struct conn *conn, const char *text, size_t len)
{
	if (conn->state >= CONN_CLOSING)
		return;
	pushd->metrics.received++;
	if (!window_take(&conn->messages, pushd->config->ws_messages_per_minute, clock_monotonic()))
		farewell(conn, ERR_RATE_LIMITED);
	else
		command_deliver(pushd, conn, text, len);
}
