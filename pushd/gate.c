/* Opening: path, token, limits, then the database's word; closing: room, roster and presence. */
#include "pushd/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/address.h"
#include "core/log.h"
#include "pushd/command.h"
#include "pushd/dialect/dialect.h"
#include "pushd/early.h"
#include "pushd/farewell.h"
#include "pushd/scheduler.h"
#include "pushd/work.h"

/* Where each dialect is spoken: the session's id is what stands between the two. An inbox has the path alone.
 */
static const struct {
	const char *before;
	const char *behind;
	const struct dialect *dialect;
} paths[] = {
    {"/api/v1/websocket/", "/ws", &dialect_live},
    {"/api/v1/sessions/", "/ws", &dialect_live},
    {"/ws/sessions/", "", &dialect_envelope},
    {"/ws", "", &dialect_notify},
};

/* The dialect of a path and what names the session in it, "" for an inbox; NULL: nothing is spoken there. */
static const struct dialect *dialect_of(const char *path, const char **ret_name, size_t *ret_len)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		size_t before = strlen(paths[i].before), behind = strlen(paths[i].behind);

		if (len < before + behind || strncmp(path, paths[i].before, before) ||
		    strcmp(path + len - behind, paths[i].behind) ||
		    memchr(path + before, '/', len - before - behind) ||
		    paths[i].dialect->inbox != (len == before + behind))
			continue;
		*ret_name = path + before;
		*ret_len = len - before - behind;
		return paths[i].dialect;
	}
	return NULL;
}

bool gate_serves(const char *path)
{
	const char *name;
	size_t len;

	return dialect_of(path, &name, &len) != NULL;
}

/* --- leaving --- */

static int64_t grace_ms(const struct pushd *pushd)
{
	return pushd->config->presence_grace_seconds * 1000;
}

static void left(struct conn *conn, enum conn_end how)
{
	struct pushd *pushd = conn->owner;

	room_remove(conn);
	roster_remove(pushd->roster, conn);
	early_drop(conn);
	if (conn->counted)
		presence_ended(pushd->presence, &conn->session_id, &conn->actor.user_id, how, grace_ms(pushd),
			       clock_monotonic());
	conn->counted = false;
	if (conn->too_slow)
		pushd->metrics.slow++;
}

static const struct conn_hooks hooks = {
    .left = left,
    .drained = room_drained,
};

void gate_closed(struct pushd *pushd, struct conn *conn, enum conn_end how)
{
	double seconds = (double)(clock_monotonic() - conn->opened_at) / 1000;

	conn_closed(conn, how);
	list_remove(&conn->in_parts);
	if (conn->carrier) {
		log_info("session left", LOG_INT("conn", conn->serial),
			 LOG_INT("carrier", conn->carrier->serial), LOG_TEXT("reason", conn->close_reason),
			 LOG_INT("last_event", conn->cursor));
		conn->carrier = NULL;
		conn_unref(conn);
		return;
	}
	list_remove(&conn->in_slot);
	pushd->open--;
	pushd->metrics.connections--;
	metrics_closed(&pushd->metrics, seconds);
	log_info("connection closed", LOG_INT("conn", conn->serial), LOG_INT("code", conn->close_code),
		 LOG_TEXT("reason", conn->close_reason), LOG_INT("last_event", conn->cursor),
		 LOG_INT("seconds", seconds));
	conn_unref(conn);
}

/* --- coming in --- */

static void refuse(struct pushd *pushd, struct conn *conn, enum err err)
{
	if (!conn->carrier)
		metrics_refused(&pushd->metrics, err);
	log_info("connection refused", LOG_INT("conn", conn->serial), LOG_TEXT("code", err_code(err)));
	farewell(conn, err);
}

/* The state that the following events build on. */
static void opening_read(struct job *job, void *context)
{
	struct conn *conn = context;
	bool in = conn->state == CONN_REPLAYING || conn->state == CONN_LIVE;

	if (in && job->err)
		farewell(conn, job->err);
	else if (in)
		room_snapshot(conn->room, conn, &((struct read_job *)(void *)job)->doc, clock_now());
	conn_unref(conn);
}

/* Who is here, for the database to tell their names. */
static bool list_present(struct members_job *job, const struct room *room)
{
	job->present.items = arena_calloc(job->read.job.arena, room_count(room) + 1, sizeof(struct id));
	if (!job->present.items)
		return false;
	for (struct conn *at = room_next(room, NULL); at; at = room_next(room, at))
		if (at->actor.role == ROLE_ADMIN)
			job->present.items[job->present.count++] = at->actor.user_id;
	return true;
}

void gate_opening(struct pushd *pushd, struct conn *conn)
{
	static const enum work_kind kinds[] = {
	    [OPENING_MONITOR] = WORK_SNAPSHOT,
	    [OPENING_STATE] = WORK_STATE,
	    [OPENING_MEMBERS] = WORK_MEMBERS,
	};
	enum opening opening =
	    (conn->actor.role & ROLES_STAFF) ? conn->dialect->staff_opening : conn->dialect->student_opening;
	struct members_job *job =
	    job_new(sizeof(*job), kinds[opening], &conn->session_id, &conn->actor.user_id);

	if (!job || (opening == OPENING_MEMBERS && !list_present(job, conn->room))) {
		job_free(job ? &job->read.job : NULL);
		farewell(conn, ERR_MEMORY);
		return;
	}
	job->read.actor = conn->actor;
	job->read.job.done = opening_read;
	job->read.job.context = conn_ref(conn);
	lane_submit_always(pushd->lane, &job->read.job);
}

static void let_in(struct pushd *pushd, struct conn *conn, const struct connect_item *item)
{
	pushd->metrics.let_in += !conn->carrier;
	log_info("connection let in", LOG_INT("conn", conn->serial), LOG_INT("head", item->head),
		 LOG_INT("ms", clock_monotonic() - conn->opened_at));
	room_admit(conn->room, conn, item, pushd->config->replay_events, clock_now());
	if (conn->room)
		scheduler_baseline(pushd, conn->room);
	command_early(pushd, conn);
}

/* The first who is let in brings what the room has to know; who asked later finds it known. */
static enum err learn(struct room *room, const struct classroom *classroom)
{
	struct groups *groups;

	if (room_knows(room))
		return OK;
	if (!classroom)
		return ERR_UNAVAILABLE;
	groups = groups_new(classroom->members, classroom->count);
	if (!groups)
		return ERR_MEMORY;
	room_learn(room, classroom, groups);
	return OK;
}

static void connect_answered(struct job *job, void *context)
{
	struct conn *conn = context;
	struct pushd *pushd = conn->owner;
	const struct connect_job *connect = (struct connect_job *)(void *)job;
	const struct connect_item *item = &connect->item;
	enum err err = job->err;

	if (conn->actor.role == ROLE_STUDENT)
		presence_answered(pushd->presence, &item->session_id, &item->actor.user_id, !err,
				  clock_monotonic());
	if (conn->state == CONN_OPENING && !err)
		err = learn(conn->room, connect->classroom);
	if (conn->state == CONN_OPENING && err)
		refuse(pushd, conn, err);
	else if (conn->state == CONN_OPENING)
		let_in(pushd, conn, item);
	conn_unref(conn);
}

/* It is nobody's listener: there is nothing to catch up with. */
static void let_carrier_in(struct pushd *pushd, struct conn *conn)
{
	pushd->metrics.let_in++;
	conn->admitted = true;
	conn_enter(conn, CONN_REPLAYING);
	conn_enter(conn, CONN_LIVE);
	log_info("connection let in", LOG_INT("conn", conn->serial),
		 LOG_INT("ms", clock_monotonic() - conn->opened_at));
	conn->ops->let_in(conn->socket);
}

static void inbox_answered(struct job *job, void *context)
{
	struct conn *conn = context;
	struct pushd *pushd = conn->owner;
	const struct connect_item item = {
	    .session_id = conn->session_id,
	    .head = ((struct inbox_job *)(void *)job)->head,
	};

	if (conn->state == CONN_OPENING && job->err)
		refuse(pushd, conn, job->err);
	else if (conn->state == CONN_OPENING && conn->room)
		let_in(pushd, conn, &item);
	else if (conn->state == CONN_OPENING)
		let_carrier_in(pushd, conn);
	conn_unref(conn);
}

static enum err ask_inbox(struct pushd *pushd, struct conn *conn)
{
	struct inbox_job *job = job_new(sizeof(*job), WORK_INBOX, &conn->session_id, &conn->actor.user_id);

	if (!job)
		return ERR_MEMORY;
	job->actor = conn->actor;
	job->job.done = inbox_answered;
	job->job.context = conn_ref(conn);
	if (!lane_submit(pushd->lane, &job->job)) {
		conn_unref(conn);
		job_free(&job->job);
		return ERR_UNAVAILABLE;
	}
	return OK;
}

static enum err ask_in(struct pushd *pushd, struct conn *conn, const struct id *session_id)
{
	struct connect_job *job = job_new(sizeof(*job), WORK_CONNECT, session_id, &conn->actor.user_id);

	if (!job)
		return ERR_MEMORY;
	job->node = pushd->node;
	job->item.actor = conn->actor;
	job->item.session_id = *session_id;
	job->ask_classroom = !room_knows(conn->room);
	job->job.done = connect_answered;
	job->job.context = conn_ref(conn);
	if (conn->actor.role == ROLE_STUDENT)
		conn->counted = presence_asked(pushd->presence, session_id, &conn->actor.user_id);
	if ((conn->actor.role == ROLE_STUDENT && !conn->counted) || !lane_submit(pushd->lane, &job->job)) {
		if (conn->counted)
			presence_answered(pushd->presence, session_id, &conn->actor.user_id, false,
					  clock_monotonic());
		conn_unref(conn);
		job_free(&job->job);
		return ERR_UNAVAILABLE;
	}
	return OK;
}

/* The token and the limits: whom the loop itself turns away. */
static enum err identify(struct pushd *pushd, struct conn *conn, const char *token)
{
	int64_t now = clock_monotonic();
	const struct id holder = address_holder(&conn->address);
	struct token_claims claims;
	enum err err = token ? token_verify(pushd->keys, token, &claims) : ERR_AUTH_FAILED;

	if (err == ERR_MEMORY)
		return err;
	if (err)
		return limits_failure(pushd->limits, pushd->config, &holder, now) ? ERR_AUTH_FAILED
										  : ERR_RATE_LIMITED;
	conn->actor = claims.actor;
	conn->expires_at = claims.expires_at;
	if (!limits_attempt(pushd->limits, pushd->config, &claims.actor.user_id, now))
		return ERR_RATE_LIMITED;
	if (roster_count(pushd->roster, &claims.actor.user_id) >=
	    (size_t)pushd->config->ws_connections_per_user)
		return ERR_RATE_LIMITED;
	return OK;
}

/* Digits and nothing else, as far as they fit. */
static void read_cursor(struct conn *conn, const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;

	conn->resume = text != NULL;
	conn->resume_bad = text && (digits == 0 || digits > 18 || text[digits]);
	if (conn->resume && !conn->resume_bad)
		conn->cursor = strtoull(text, NULL, 10);
}

/* Whose events he wants: a session's, or his own. */
static enum err find_stream(const char *path, const struct conn *conn, struct id *ret)
{
	char text[ID_TEXT] = "";
	const char *name;
	size_t len;

	if (!path || conn->dialect->inbox) {
		*ret = conn->actor.user_id;
		return OK;
	}
	if (!dialect_of(path, &name, &len) || len >= sizeof(text))
		return ERR_SESSION_NOT_FOUND;
	memcpy(text, name, len);
	return id_parse(text, ret) && !id_is_nil(ret) ? OK : ERR_SESSION_NOT_FOUND;
}

/* The checks, in the contract's order; OK: the database is being asked. */
static enum err come_in(struct pushd *pushd, struct conn *conn, const struct handshake *handshake)
{
	struct room *room;
	struct id session_id;
	enum err err = identify(pushd, conn, handshake->token);

	if (!err)
		err = find_stream(handshake->path, conn, &session_id);
	if (err)
		return err;
	log_info("connection opened", LOG_INT("conn", conn->serial), LOG_ID("session", &session_id),
		 LOG_ID("user", &conn->actor.user_id), LOG_TEXT("role", role_name(conn->actor.role)),
		 LOG_TEXT("address", handshake->address), LOG_TEXT("dialect", conn->dialect->name));
	/* the next wave takes him along, with 1001: he is to come back */
	if (pushd->stopping)
		return OK;
	if (!pushd->adopted)
		return ERR_UNAVAILABLE;
	if (!roster_add(pushd->roster, conn))
		return ERR_MEMORY;
	conn->session_id = session_id;
	if (!handshake->path)
		return ask_inbox(pushd, conn);
	room = rooms_open(pushd->rooms, &session_id);
	if (!room)
		return ERR_MEMORY;
	room_add(room, conn);
	return conn->dialect->inbox ? ask_inbox(pushd, conn) : ask_in(pushd, conn, &session_id);
}

struct conn *gate_open(struct pushd *pushd, const struct handshake *handshake, const struct conn_ops *ops,
		       void *socket)
{
	struct conn *conn = conn_new(ops, socket, &hooks, pushd, (size_t)pushd->config->ws_queue_bytes);
	const char *name;
	size_t len;
	enum err err;

	if (!conn)
		return NULL;
	conn->dialect = handshake->path ? dialect_of(handshake->path, &name, &len) : &dialect_socketio;
	if (!conn->dialect)
		conn->dialect = &dialect_live;
	if (!address_parse(handshake->address, &conn->address))
		conn->address = ID_NIL;
	read_cursor(conn, handshake->last_event_id);
	list_append(&pushd->slots[conn->serial % SLOTS], &conn->in_slot);
	pushd->open++;
	pushd->metrics.connections++;
	pushd->metrics.opened++;
	err = come_in(pushd, conn, handshake);
	if (err) {
		if (id_is_nil(&conn->session_id))
			log_info("handshake", LOG_INT("conn", conn->serial),
				 LOG_TEXT("address", handshake->address));
		refuse(pushd, conn, err);
	}
	return conn;
}

/* --- what a connection carries --- */

struct conn *gate_carry(struct conn *carrier, const struct dialect *dialect, const uint64_t *cursor,
			const struct conn_ops *ops, void *socket)
{
	struct conn *part = conn_new(ops, socket, &hooks, carrier->owner, carrier->queue_limit);

	if (!part)
		return NULL;
	part->carrier = carrier;
	part->dialect = dialect;
	part->actor = carrier->actor;
	part->address = carrier->address;
	part->resume = cursor != NULL;
	part->cursor = cursor ? *cursor : 0;
	list_append(&carrier->parts, &part->in_parts);
	return part;
}

static enum err enter(struct pushd *pushd, struct conn *part, const struct id *session_id)
{
	struct room *room;

	if (!pushd->adopted || pushd->stopping)
		return ERR_UNAVAILABLE;
	room = rooms_open(pushd->rooms, session_id);
	if (!room)
		return ERR_MEMORY;
	log_info("session entered", LOG_INT("conn", part->serial), LOG_INT("carrier", part->carrier->serial),
		 LOG_ID("session", session_id), LOG_TEXT("dialect", part->dialect->name));
	room_add(room, part);
	return ask_in(pushd, part, session_id);
}

static void found(struct job *job, void *context)
{
	struct conn *part = context;
	struct pushd *pushd = part->owner;
	enum err err = job->err;

	if (part->state == CONN_OPENING && !err)
		err = enter(pushd, part, &((struct find_job *)(void *)job)->session_id);
	if (part->state == CONN_OPENING && err)
		refuse(pushd, part, err);
	conn_unref(part);
}

static enum err find(struct pushd *pushd, struct conn *part, const char *join_code)
{
	struct find_job *job = job_new(sizeof(*job), WORK_FIND, NULL, &part->actor.user_id);

	if (!job)
		return ERR_MEMORY;
	job->actor = part->actor;
	job->join_code = arena_strdup(job->job.arena, join_code);
	job->job.done = found;
	job->job.context = conn_ref(part);
	if (!job->join_code || !lane_submit(pushd->lane, &job->job)) {
		conn_unref(part);
		job_free(&job->job);
		return ERR_UNAVAILABLE;
	}
	return OK;
}

void gate_enter(struct conn *part, const struct id *session_id, const char *join_code)
{
	struct pushd *pushd = part->owner;
	enum err err;

	if (part->dialect->staff && !(part->actor.role & ROLES_STAFF))
		err = ERR_ACCESS_DENIED;
	else if (id_is_nil(session_id))
		err = find(pushd, part, join_code);
	else
		err = enter(pushd, part, session_id);
	if (err)
		refuse(pushd, part, err);
}

/* --- while it is open --- */

static void look_after(struct pushd *pushd, struct conn *conn, const struct conn_rules *rules)
{
	switch (conn_check(conn, rules)) {
	case CONN_FINE:
		break;
	case CONN_EXPIRED:
		farewell(conn, ERR_AUTH_FAILED);
		break;
	case CONN_IDLE:
		conn_close(conn, CLOSE_GOING_AWAY, "idle", END_LOST);
		break;
	case CONN_DEAD:
		pushd->metrics.dead++;
		conn_close(conn, CLOSE_GOING_AWAY, "no answer to pings", END_LOST);
		break;
	case CONN_STUCK:
		conn->ops->kill(conn->socket);
		break;
	}
}

void gate_look_after(struct pushd *pushd, struct list *slot)
{
	const struct conn_rules rules = {
	    .now = clock_monotonic(),
	    .wall = clock_now(),
	    .ping_seconds = pushd->config->ws_ping_seconds,
	    .idle_seconds = pushd->config->ws_idle_seconds,
	};

	list_each (node, slot)
		look_after(pushd, list_entry(node, struct conn, in_slot), &rules);
}
