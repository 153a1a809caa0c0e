/* The clock's jobs, each at most once under way: a slow database is not asked twice. */
#include "pushd/scheduler.h"

#include <string.h>

#include "base/clock.h"
#include "core/log.h"
#include "pushd/access.h"
#include "pushd/feed.h"
#include "pushd/work.h"

#define EXPIRE_MS     250 /* a session ends at most so long after its deadline, and a commit */
#define SECOND_MS     1000
#define LEASE_MS      10000 /* of a node, as presence_sweep has it */
#define ADOPT_MS      500   /* between tries to reach the database at start */
#define SILENCE_MS    5000  /* without a result for so long, something is wrong */
#define ADOPT_EXTRA_S 10    /* clients need longer to find a restarted pushd than to reconnect */

/* --- start --- */

static void adopted(struct job *job, void *context)
{
	struct pushd *pushd = context;

	pushd->clock.adopting = false;
	if (job->err)
		return;
	pushd->node = ((struct adopt_job *)(void *)job)->node;
	pushd->clock.leased_at = pushd->clock.sweep_at;
	log_info("node registered", LOG_ID("node", &pushd->node), LOG_TEXT("name", pushd->node_name));
}

static void adopt(struct pushd *pushd, int64_t now)
{
	struct adopt_job *job;

	if (pushd->clock.adopting || now < pushd->clock.adopt_at)
		return;
	pushd->clock.adopt_at = now + ADOPT_MS;
	job = job_new(sizeof(*job), WORK_ADOPT, NULL, NULL);
	if (!job)
		return;
	job->node_name = pushd->node_name;
	job->grace_seconds = pushd->config->presence_grace_seconds + ADOPT_EXTRA_S;
	job->job.done = adopted;
	job->job.context = pushd;
	pushd->clock.adopting = true;
	pushd->clock.sweep_at = now;
	lane_submit_slow(pushd->lane, &job->job);
}

/* --- deadlines --- */

static void expire(struct pushd *pushd);

/* Whatever became of it, those behind it are next. */
static void expired(struct job *job, void *context)
{
	struct pushd *pushd = context;
	const struct expire_job *e = (struct expire_job *)(void *)job;

	pushd->clock.expiring = false;
	if (id_is_nil(&e->session_id))
		return;
	if (job->err)
		log_error("session can't be ended at its deadline", LOG_ID("session", &e->session_id),
			  LOG_TEXT("code", err_code(job->err)));
	if (!job->err && e->done) {
		log_info("session completed at its deadline", LOG_ID("session", &e->session_id));
		overdue_forget(pushd->overdue, &e->session_id);
	} else if (!overdue_put_off(pushd->overdue, &e->session_id, job->err != OK, clock_monotonic())) {
		return;
	}
	expire(pushd);
}

static void expire(struct pushd *pushd)
{
	struct expire_job *job = job_new(sizeof(*job), WORK_EXPIRE, NULL, NULL);

	if (!job)
		return;
	if (!overdue_list(pushd->overdue, clock_monotonic(), job->job.arena, &job->later)) {
		job_free(&job->job);
		return;
	}
	job->job.done = expired;
	job->job.context = pushd;
	pushd->clock.expiring = true;
	lane_submit_slow(pushd->lane, &job->job);
}

/* --- presences --- */

/* Each sweep renews the lease. When the last one was asked for too long ago, the lease may have run out, and
 * another pushd have ended the presences of all who are here. */
static void swept(struct job *job, void *context)
{
	struct pushd *pushd = context;
	int64_t last = pushd->clock.leased_at;

	pushd->clock.sweeping = false;
	if (job->err)
		return;
	pushd->clock.leased_at = pushd->clock.sweep_at;
	if (clock_monotonic() - last >= LEASE_MS) {
		log_warn("the lease ran out: students are told anew",
			 LOG_INT("ms", clock_monotonic() - last));
		pushd->clock.doubted = true;
	}
	if (pushd->clock.doubted)
		pushd->clock.doubted = !presence_insist(pushd->presence, NULL);
}

static void sweep(struct pushd *pushd)
{
	struct sweep_job *job;

	if (pushd->clock.sweeping)
		return;
	job = job_new(sizeof(*job), WORK_SWEEP, NULL, NULL);
	if (!job)
		return;
	job->node = pushd->node;
	job->job.done = swept;
	job->job.context = pushd;
	pushd->clock.sweeping = true;
	pushd->clock.sweep_at = clock_monotonic();
	lane_submit_always(pushd->lane, &job->job);
}

/* --- heads --- */

static void heads_read(struct job *job, void *context)
{
	struct pushd *pushd = context;
	struct heads_job *heads = (struct heads_job *)(void *)job;

	pushd->clock.asking_heads = false;
	if (job->err)
		return;
	pushd->clock.heads_at = clock_monotonic();
	for (size_t i = 0; i < heads->count; i++)
		feed_head(pushd->feed, &heads->items[i]);
}

/* The heads of all rooms, and of the system's own stream. */
static void ask_heads(struct pushd *pushd)
{
	struct heads_job *job;
	struct room *room;

	if (pushd->clock.asking_heads)
		return;
	job = job_new(sizeof(*job), WORK_HEADS, NULL, NULL);
	if (!job)
		return;
	job->items = arena_calloc(job->job.arena, rooms_count(pushd->rooms) + 1, sizeof(*job->items));
	if (!job->items) {
		job_free(&job->job);
		return;
	}
	job->count = 1;
	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));)
		job->items[job->count++].session_id = *room_session(room);
	job->job.done = heads_read;
	job->job.context = pushd;
	pushd->clock.asking_heads = true;
	lane_submit_always(pushd->lane, &job->job);
}

/* --- figures --- */

/* `failed`: they couldn't be read. */
static void tell_figures(struct pushd *pushd, const struct figures_item *items, size_t count, bool baseline,
			 bool failed)
{
	for (size_t i = 0; i < count; i++) {
		struct room *room = rooms_find(pushd->rooms, &items[i].session_id);

		if (room)
			room_figures(room, failed ? NULL : items[i].stats, baseline, clock_monotonic(),
				     clock_now());
	}
}

static void figures_read(struct job *job, void *context)
{
	struct figures_job *figures = (struct figures_job *)(void *)job;

	tell_figures(context, figures->items, figures->count, false, job->err != OK);
}

static void baseline_read(struct job *job, void *context)
{
	struct figures_job *figures = (struct figures_job *)(void *)job;

	tell_figures(context, figures->items, figures->count, true, job->err != OK);
}

static void ask_figures(struct pushd *pushd, struct figures_item *items, size_t count,
			void (*done)(struct job *, void *))
{
	struct figures_job *job = job_new(sizeof(*job), WORK_FIGURES, &items->session_id, NULL);

	if (job)
		job->items = arena_calloc(job->job.arena, count, sizeof(*items));
	if (!job || !job->items) {
		job_free(job ? &job->job : NULL);
		tell_figures(pushd, items, count, done == baseline_read, true);
		return;
	}
	memcpy(job->items, items, count * sizeof(*items));
	job->count = count;
	job->job.done = done;
	job->job.context = pushd;
	lane_submit_always(pushd->lane, &job->job);
}

void scheduler_baseline(struct pushd *pushd, struct room *room)
{
	struct figures_item item = {.session_id = *room_session(room)};

	if (room_baseline_due(room))
		ask_figures(pushd, &item, 1, baseline_read);
}

/* Rooms whose figures may have changed, some at a time. */
static void figures(struct pushd *pushd, int64_t now)
{
	struct figures_item items[100];
	struct room *room;
	size_t count = 0;

	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));) {
		if (!room_figures_due(room, now))
			continue;
		items[count++] = (struct figures_item){.session_id = *room_session(room)};
		if (count == ARRAY_LEN(items)) {
			ask_figures(pushd, items, count, figures_read);
			count = 0;
		}
	}
	if (count)
		ask_figures(pushd, items, count, figures_read);
}

/* --- the clock --- */

void scheduler_heard(struct pushd *pushd, enum err err, const char *message, int64_t now)
{
	bool down = err == ERR_UNAVAILABLE;

	pushd->clock.answered_at = now;
	if (!down)
		pushd->clock.database_at = now;
	if (down == pushd->clock.down)
		return;
	pushd->clock.down = down;
	if (down)
		log_error("database unreachable", LOG_TEXT("database", message));
	else
		log_info("database reachable again");
}

bool scheduler_lane_works(const struct pushd *pushd, int64_t now)
{
	return now - pushd->clock.answered_at < SILENCE_MS + pushd->config->database_timeout_ms;
}

bool scheduler_database_works(const struct pushd *pushd, int64_t now)
{
	return !pushd->clock.down && now - pushd->clock.database_at < SILENCE_MS;
}

static void every_second(struct pushd *pushd)
{
	ask_heads(pushd);
	if (!id_is_nil(&pushd->node))
		sweep(pushd);
	limits_sweep(pushd->limits, clock_monotonic());
	rooms_sweep(pushd->rooms);
	access_reread(pushd);
	feed_look_after(pushd->feed, clock_monotonic());
	if (thrift_due(&pushd->thrift, pushd->metrics.opened + pushd->metrics.closed))
		thrift_give();
}

void scheduler_tick(struct pushd *pushd, int64_t now)
{
	if (id_is_nil(&pushd->node))
		adopt(pushd, now);
	if (!pushd->adopted && !id_is_nil(&pushd->node) && feed_begun(pushd->feed)) {
		pushd->adopted = true;
		log_info("ready");
	}
	if (now >= pushd->clock.expire_at) {
		pushd->clock.expire_at = now + EXPIRE_MS;
		if (!pushd->clock.expiring)
			expire(pushd);
		figures(pushd, now);
	}
	if (now >= pushd->clock.second_at) {
		pushd->clock.second_at = now + SECOND_MS;
		every_second(pushd);
	}
}
