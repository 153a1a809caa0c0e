/* Asks the database again for open connections. */
#include "pushd/access.h"

#include "core/log.h"
#include "pushd/dialect/dialect.h"
#include "pushd/farewell.h"
#include "pushd/work.h"

/* What the answer means: he stays, he goes, or nobody knows and he goes for now. */
static void rechecked(struct job *job, void *context)
{
	struct conn *conn = context;

	if (job->err && conn->state < CONN_CLOSING) {
		log_info("access lost", LOG_INT("conn", conn->serial), LOG_TEXT("code", err_code(job->err)));
		/* what is wrong with the user is told once, by the one that carries all his parts */
		farewell(conn->carrier && job->err == ERR_AUTH_FAILED ? conn->carrier : conn, job->err);
	}
	conn_unref(conn);
}

/* The question about a connection to a session; NULL: no memory. */
static struct job *ask_session(const struct conn *conn)
{
	struct connect_job *job =
	    job_new(sizeof(*job), WORK_RECHECK, &conn->session_id, &conn->actor.user_id);

	if (!job)
		return NULL;
	job->item.actor = conn->actor;
	job->item.session_id = conn->session_id;
	return &job->job;
}

/* Likewise to an inbox. */
static struct job *ask_inbox(const struct conn *conn)
{
	struct inbox_job *job = job_new(sizeof(*job), WORK_INBOX, &conn->session_id, &conn->actor.user_id);

	if (!job)
		return NULL;
	job->actor = conn->actor;
	return &job->job;
}

static void recheck(struct pushd *pushd, struct conn *conn)
{
	struct job *job;

	if (conn->state >= CONN_CLOSING)
		return;
	list_each (node, &conn->parts)
		recheck(pushd, list_entry(node, struct conn, in_parts));
	/* a part that is in no room yet will be judged when it comes in */
	if (conn->carrier && !conn->room)
		return;
	job = conn->dialect->inbox ? ask_inbox(conn) : ask_session(conn);
	if (!job) {
		farewell(conn, ERR_MEMORY);
		return;
	}
	job->done = rechecked;
	job->context = conn_ref(conn);
	lane_submit_always(pushd->lane, job);
}

/* --- groups: who is taken out of a session leaves its groups, and no event tells it --- */

static void groups_read(struct job *job, void *context)
{
	struct pushd *pushd = context;
	const struct classroom_job *read = (struct classroom_job *)(void *)job;
	struct room *room = rooms_find(pushd->rooms, &job->session_id);
	struct groups *groups;

	/* what came by events meanwhile may be newer than what was read */
	if (!room || room_serial(room) != read->room || job->err ||
	    read->version != room_groups_version(room))
		return;
	groups = groups_new(read->classroom.members, read->classroom.count);
	if (groups)
		room_learn(room, &read->classroom, groups);
}

static void reread(struct pushd *pushd, struct room *room)
{
	struct classroom_job *job = job_new(sizeof(*job), WORK_CLASSROOM, room_session(room), NULL);

	if (!job)
		return;
	job->room = room_serial(room);
	job->version = room_groups_version(room);
	job->job.done = groups_read;
	job->job.context = pushd;
	lane_submit_always(pushd->lane, &job->job);
}

void access_reread(struct pushd *pushd)
{
	struct room *room;

	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));)
		if (room_groups_doubted(room))
			reread(pushd, room);
}

/* `user_id` NULL: of anybody. */
static void doubt_groups(struct pushd *pushd, const struct id *user_id)
{
	struct room *room;

	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));)
		if (!user_id || groups_know(room_groups(room), user_id))
			room_doubt_groups(room);
	access_reread(pushd);
}

/* The event names the user, not the sessions: they are few who change their rosters, and figures that are the
 * same are not told. */
static void doubt_figures(struct pushd *pushd)
{
	struct room *room;

	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));)
		room_doubt_figures(room);
}

/* Who was taken off a roster and put back before we asked keeps his socket, but his presence went with his
 * place. Asked behind the question whether he goes: his jobs have an order. `user_id` NULL: of anybody. */
static void insist(struct pushd *pushd, const struct id *user_id)
{
	if (!presence_insist(pushd->presence, user_id))
		pushd->clock.doubted = true;
}

void access_changed(struct pushd *pushd, const struct id *user_id)
{
	struct list *conns = roster_find(pushd->roster, user_id);

	doubt_groups(pushd, user_id);
	doubt_figures(pushd);
	if (conns)
		list_each (node, conns)
			recheck(pushd, list_entry(node, struct conn, of_user));
	insist(pushd, user_id);
}

void access_unknown(struct pushd *pushd)
{
	doubt_groups(pushd, NULL);
	doubt_figures(pushd);
	for (size_t i = 0; i < SLOTS; i++)
		list_each (node, &pushd->slots[i])
			recheck(pushd, list_entry(node, struct conn, in_slot));
	insist(pushd, NULL);
}
