/* The parts tied together: who calls whom when a lane has results, a frame has come, a tick is due. */
#include "pushd/pushd.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/log.h"
#include "pushd/clients.h"
#include "pushd/feed.h"
#include "pushd/gate.h"
#include "pushd/scheduler.h"
#include "pushd/work.h"

/* --- what the parts ask of each other --- */

static void hole(void *context, struct stream *stream)
{
	feed_hole(((struct pushd *)context)->feed, stream);
}

static bool read_stream(void *context, struct stream *stream, uint64_t since)
{
	struct pushd *pushd = context;
	struct room *room = rooms_find(pushd->rooms, &stream->id);

	return room && feed_read(pushd->feed, stream, room_serial(room), since);
}

static bool backfill(void *context, struct room *room, uint64_t since)
{
	return feed_backfill(((struct pushd *)context)->feed, room, since);
}

static bool unread(void *context, struct conn *conn)
{
	return feed_unread(((struct pushd *)context)->feed, conn);
}

static void opening(void *context, struct conn *conn)
{
	gate_opening(context, conn);
}

static void leave_done(struct job *job, void *context)
{
	const struct leave_item *item = &((struct leave_job *)(void *)job)->item;

	presence_left(((struct pushd *)context)->presence, &item->session_id, &item->student_id,
		      job->err == OK, clock_monotonic());
}

static bool leave(void *context, const struct id *session_id, const struct id *student_id)
{
	struct pushd *pushd = context;
	struct leave_job *job;

	/* who is moved away will be back: the next start gives him a grace */
	if (pushd->stopping)
		return false;
	job = job_new(sizeof(*job), WORK_LEAVE, session_id, student_id);
	if (!job)
		return false;
	job->node = pushd->node;
	job->item = (struct leave_item){.session_id = *session_id, .student_id = *student_id};
	job->job.done = leave_done;
	job->job.context = pushd;
	lane_submit_always(pushd->lane, &job->job);
	return true;
}

/* Who isn't let in any more is told so by whatever has changed that. */
static void stay_done(struct job *job, void *context)
{
	if (job->err == ERR_UNAVAILABLE || job->err == ERR_RETRY || job->err == ERR_MEMORY)
		((struct pushd *)context)->clock.doubted = true;
}

static bool stay(void *context, const struct id *session_id, const struct id *student_id)
{
	struct pushd *pushd = context;
	struct connect_job *job = job_new(sizeof(*job), WORK_CONNECT, session_id, student_id);

	if (!job)
		return false;
	job->node = pushd->node;
	job->item.actor = (struct actor){.user_id = *student_id, .role = ROLE_STUDENT};
	job->item.session_id = *session_id;
	job->job.done = stay_done;
	job->job.context = pushd;
	lane_submit_always(pushd->lane, &job->job);
	return true;
}

static void lane_woke(void *context)
{
	struct pushd *pushd = context;

	pushd->loop.wake(pushd->loop.context);
}

static void publish(void *context, const struct notice *notice)
{
	feed_notice(((struct pushd *)context)->feed, notice);
	if (notice->seal)
		log_info("session sealed", LOG_ID("session", &notice->event.session_id),
			 LOG_INT("event", notice->event.event_id), LOG_TEXT("hash", notice->seal));
}

static void ran(void *context, const struct lane_report *report)
{
	struct pushd *pushd = context;

	metrics_batch(&pushd->metrics, report->jobs, report->us, report->err);
	pushd->metrics.connects += report->connects;
	pushd->metrics.connect_failures += report->connect_failures;
	scheduler_heard(pushd, report->err, report->message, clock_monotonic());
	/* an unreachable database is told once, by the scheduler */
	if (report->err && report->err != ERR_UNAVAILABLE)
		log_error("statement failed", LOG_TEXT("job", report->kind), LOG_INT("jobs", report->jobs),
			  LOG_TEXT("code", err_code(report->err)), LOG_TEXT("database", report->message));
}

/* --- making and ending --- */

static void name_node(struct pushd *pushd)
{
	char host[256] = "";

	if (*pushd->config->node_name) {
		snprintf(pushd->node_name, sizeof(pushd->node_name), "%s", pushd->config->node_name);
		return;
	}
	if (gethostname(host, sizeof(host) - 1))
		snprintf(host, sizeof(host), "localhost");
	snprintf(pushd->node_name, sizeof(pushd->node_name), "%s %s", host, pushd->config->pushd_listen);
}

static enum err make_parts(struct pushd *pushd, char problem[200])
{
	const struct room_ops room_ops = {.context = pushd,
					  .hole = hole,
					  .read = read_stream,
					  .backfill = backfill,
					  .opening = opening,
					  .unread = unread};
	const struct presence_ops presence_ops = {.context = pushd, .leave = leave, .stay = stay};
	const struct lane_hooks lane_hooks = {
	    .context = pushd, .wake = lane_woke, .publish = publish, .ran = ran};
	enum err err;

	pushd->limits = limits_new();
	pushd->overdue = overdue_new();
	pushd->roster = roster_new();
	pushd->presence = presence_new(&presence_ops);
	pushd->rooms = rooms_new(&room_ops, &pushd->metrics);
	if (!pushd->limits || !pushd->overdue || !pushd->roster || !pushd->presence || !pushd->rooms)
		return ERR_MEMORY;
	err = feed_new(pushd, problem, &pushd->feed);
	if (err)
		return err;
	snprintf(problem, 200, "out of memory");
	return lane_new(pushd->settings, work_kinds, &lane_hooks, &pushd->lane);
}

static void use(struct pushd *pushd, struct settings *settings)
{
	struct settings *before = pushd->settings;

	pushd->settings = settings_ref(settings);
	settings_unref(before);
	pushd->config = settings->config;
	pushd->keys = settings->keys;
}

void pushd_configure(struct pushd *pushd, struct settings *settings)
{
	use(pushd, settings);
	lane_configure(pushd->lane, settings);
	if (pushd->clients)
		clients_configure(pushd->clients);
}

enum err pushd_new(struct settings *settings, const struct loop_hooks *loop, char problem[200],
		   struct pushd **ret)
{
	struct pushd *pushd = calloc(1, sizeof(*pushd));
	enum err err;

	snprintf(problem, 200, "out of memory");
	if (!pushd)
		return ERR_MEMORY;
	use(pushd, settings);
	pushd->loop = *loop;
	pushd->metrics.started_at = clock_monotonic();
	pushd->metrics.started = (double)clock_now() / 1e3;
	pushd->clock.answered_at = pushd->clock.heads_at = pushd->metrics.started_at;
	for (size_t i = 0; i < SLOTS; i++)
		list_init(&pushd->slots[i]);
	name_node(pushd);
	err = make_parts(pushd, problem);
	if (err) {
		pushd_free(pushd, 0);
		return err;
	}
	*ret = pushd;
	return OK;
}

void pushd_free(struct pushd *pushd, int wait_ms)
{
	if (!pushd)
		return;
	feed_stop(pushd->feed);
	lane_free(pushd->lane, wait_ms);
	rooms_free(pushd->rooms);
	feed_free(pushd->feed);
	presence_free(pushd->presence);
	roster_free(pushd->roster);
	limits_free(pushd->limits);
	overdue_free(pushd->overdue);
	settings_unref(pushd->settings);
	free(pushd);
}

/* --- the loop's turns --- */

void pushd_wake(struct pushd *pushd)
{
	feed_turn(pushd->feed);
	lane_turn(pushd->lane);
	if (pushd->clients)
		clients_turn(pushd->clients);
}

void pushd_fill(struct pushd *pushd)
{
	feed_fill(pushd->feed);
}

void pushd_tick(struct pushd *pushd)
{
	int64_t now = clock_monotonic();

	gate_look_after(pushd, &pushd->slots[pushd->slot++ % SLOTS]);
	presence_tick(pushd->presence, now);
	if (pushd->clients)
		clients_tick(pushd->clients, now);
	if (!pushd->stopping)
		scheduler_tick(pushd, now);
}

bool pushd_dismiss(struct pushd *pushd, size_t most)
{
	pushd->stopping = true;
	for (size_t i = 0; i < SLOTS; i++) {
		list_each (node, &pushd->slots[i]) {
			struct conn *conn = list_entry(node, struct conn, in_slot);

			if (conn->state >= CONN_CLOSING)
				continue;
			if (!most--)
				return false;
			conn_close(conn, CLOSE_GOING_AWAY, "server shutting down", END_MOVED);
		}
	}
	/* whoever opened a transport and has said nothing yet */
	return (!pushd->clients || clients_dismiss(pushd->clients, most)) && pushd->open == 0;
}
