/* Asks the database again for open connections. */
#include "pushd/access.h"

#include "core/log.h"
#include "pushd/farewell.h"
#include "pushd/work.h"

/* What the answer means: he stays, he goes, or nobody knows and he goes for now. */
static void rechecked(struct job *job, void *context)
{
	struct conn *conn = context;

	if (job->err && conn->state < CONN_CLOSING) {
		log_info("access lost", LOG_INT("conn", conn->serial), LOG_TEXT("code", err_code(job->err)));
		farewell(conn, job->err);
	}
	conn_unref(conn);
}

static void recheck(struct pushd *pushd, struct conn *conn)
{
	struct connect_job *job;

	if (conn->state >= CONN_CLOSING || !conn->room)
		return;
	job = job_new(sizeof(*job), WORK_RECHECK, &conn->session_id, &conn->actor.user_id);
	if (!job) {
		farewell(conn, ERR_MEMORY);
		return;
	}
	job->item.actor = conn->actor;
	job->item.session_id = conn->session_id;
	job->job.done = rechecked;
	job->job.context = conn_ref(conn);
	lane_submit_always(pushd->lane, &job->job);
}

void access_changed(struct pushd *pushd, const struct id *user_id)
{
	struct list *conns = roster_find(pushd->roster, user_id);

	if (conns)
		list_each (node, conns)
			recheck(pushd, list_entry(node, struct conn, of_user));
}

void access_unknown(struct pushd *pushd)
{
	for (size_t i = 0; i < SLOTS; i++)
		list_each (node, &pushd->slots[i])
			recheck(pushd, list_entry(node, struct conn, in_slot));
}
