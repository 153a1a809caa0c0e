/* Threads that batch jobs, and the way there and back. */
#include "pushd/lane.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "db/conn.h"

#define RETRIES	     5
#define DOWN_MS	     250 /* after the database was found unreachable, so long nobody tries again */
#define MESSAGE_TEXT 256

struct worker {
	struct lane *lane;
	pthread_t thread;
	struct db *db;
	int64_t down_until;		     /* clock_monotonic() */
	uint64_t connects, connect_failures; /* its database's, that no batch has told of yet */

	pthread_mutex_t lock;
	pthread_cond_t work;
	struct list queue; /* under the lock … */
	size_t depth;	   /* queued or running */
	bool stop;
};

/* One statement's worth of results on its way to the loop. */
struct batch {
	struct list in_results;
	struct arena *arena;
	struct job **jobs;
	size_t count;
	struct settings *settings; /* for as long as it runs */
	struct outbox outbox;
	enum err err;
	char message[MESSAGE_TEXT];
	int64_t us; /* how long it ran */
	uint64_t connects, connect_failures;
};

struct lane {
	const struct job_kind *kinds;
	struct lane_hooks hooks;
	struct worker *workers; /* the last one is for long jobs */
	size_t count;
	size_t started;

	pthread_mutex_t lock;
	struct list results; /* under the lock … */
	struct settings *settings;
};

/* --- running a batch --- */

static void nap(int ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
}

/* Runs some of the batch's jobs once; what they published is kept only when it was committed. */
static enum err attempt(struct worker *worker, struct batch *batch, struct job **jobs, size_t count)
{
	const struct job_kind *kind = &worker->lane->kinds[jobs[0]->kind];
	struct domain domain;
	enum err err;

	domain_init(&domain, worker->db, batch->arena, batch->settings->config, batch->settings->keys);
	err = kind->run(&domain, jobs, count);
	if (err) {
		const char *message = db_message(worker->db);

		snprintf(batch->message, sizeof(batch->message), "%s", message ? message : "");
		return err;
	}
	if (domain.outbox.first) {
		*batch->outbox.last = domain.outbox.first;
		batch->outbox.last = domain.outbox.last;
	}
	return OK;
}

static enum err try_hard(struct worker *worker, struct batch *batch, struct job **jobs, size_t count)
{
	enum err err = OK;

	for (int tries = 0; tries < RETRIES; tries++) {
		err = attempt(worker, batch, jobs, count);
		if (err != ERR_RETRY)
			return err;
		nap(1 << tries);
	}
	return err;
}

static void fail(struct job **jobs, size_t count, enum err err)
{
	for (size_t i = 0; i < count; i++)
		jobs[i]->err = err;
}

/* Only who has tried, and not reached it, gives the database a rest: else those who are refused meanwhile
 * would prolong it, and as long as enough of them come nobody would try again. */
static enum err run_whole(struct worker *worker, struct batch *batch)
{
	enum err err;

	if (clock_monotonic() < worker->down_until)
		return ERR_UNAVAILABLE;
	err = try_hard(worker, batch, batch->jobs, batch->count);
	if (err == ERR_UNAVAILABLE && db_unreachable(worker->db))
		worker->down_until = clock_monotonic() + DOWN_MS;
	return err;
}

static struct settings *settings_of(struct lane *lane)
{
	struct settings *settings;

	pthread_mutex_lock(&lane->lock);
	settings = settings_ref(lane->settings);
	pthread_mutex_unlock(&lane->lock);
	return settings;
}

static void connected(void *context, bool made)
{
	struct worker *worker = context;

	if (made)
		worker->connects++;
	else
		worker->connect_failures++;
}

static void hand_over(struct worker *worker, struct batch *batch, int64_t begun)
{
	batch->us = clock_micros() - begun;
	batch->connects = worker->connects;
	batch->connect_failures = worker->connect_failures;
	worker->connects = worker->connect_failures = 0;
}

static void run(struct worker *worker, struct batch *batch)
{
	const int64_t begun = clock_micros();

	batch->settings = settings_of(worker->lane);
	db_set_timeout(worker->db, (int)batch->settings->config->database_timeout_ms);
	batch->err = run_whole(worker, batch);
	/* one job may have poisoned the statement: each on its own, so that it fails alone */
	if ((batch->err == ERR_INTERNAL || batch->err == ERR_MEMORY) && batch->count > 1) {
		for (size_t i = 0; i < batch->count; i++) {
			enum err err = try_hard(worker, batch, &batch->jobs[i], 1);

			if (err)
				batch->jobs[i]->err = err;
		}
	} else if (batch->err) {
		fail(batch->jobs, batch->count, batch->err);
	}
	settings_unref(batch->settings);
	hand_over(worker, batch, begun);
}

/* NULL: no memory now; the jobs stay where they are. */
static struct batch *batch_new(struct list *queue)
{
	struct arena *arena = arena_new(16384);
	struct batch *batch = arena ? arena_alloc(arena, sizeof(*batch)) : NULL;
	struct job **jobs = batch ? arena_calloc(arena, LANE_BATCH_MAX, sizeof(struct job *)) : NULL;

	if (!jobs) {
		arena_free(arena);
		return NULL;
	}
	batch->arena = arena;
	batch->jobs = jobs;
	batch->outbox.last = &batch->outbox.first;
	list_init(&batch->in_results);
	batch->count = jobs_pick(queue, jobs, LANE_BATCH_MAX, LANE_BATCH_MAX * 2);
	return batch;
}

/* Moves what has come meanwhile behind what waits still; blocks while there is nothing. False: time to end.
 */
static bool fetch(struct worker *worker, struct list *pending)
{
	bool more;

	pthread_mutex_lock(&worker->lock);
	while (list_empty(pending) && list_empty(&worker->queue) && !worker->stop)
		pthread_cond_wait(&worker->work, &worker->lock);
	list_splice(pending, &worker->queue);
	more = !list_empty(pending);
	pthread_mutex_unlock(&worker->lock);
	return more;
}

static void count_down(struct worker *worker, size_t count)
{
	pthread_mutex_lock(&worker->lock);
	worker->depth -= count;
	pthread_mutex_unlock(&worker->lock);
}

/* Nobody who has seen the results finds the jobs still counted, and whoever finds them counted no more has
 * the results in his next turn. */
static void post(struct worker *worker, struct batch *batch)
{
	struct lane *lane = worker->lane;

	pthread_mutex_lock(&lane->lock);
	count_down(worker, batch->count);
	list_append(&lane->results, &batch->in_results);
	pthread_mutex_unlock(&lane->lock);
	lane->hooks.wake(lane->hooks.context);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct list pending;

	list_init(&pending);
	while (fetch(worker, &pending)) {
		struct batch *batch = batch_new(&pending);

		if (!batch) {
			nap(10);
			continue;
		}
		run(worker, batch);
		post(worker, batch);
	}
	return NULL;
}

/* --- the loop's side --- */

static bool start(struct lane *lane, struct worker *worker, size_t number)
{
	const struct config *config = lane->settings->config;
	const struct db_watch watch = {.context = worker, .connected = connected};
	char name[32];

	snprintf(name, sizeof(name), number + 1 < lane->count ? "invigil-pushd %zu" : "invigil-pushd clock",
		 number);
	worker->lane = lane;
	list_init(&worker->queue);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->work, NULL);
	worker->db = db_configured(config, name, (int)config->database_timeout_ms);
	if (worker->db)
		db_watch(worker->db, &watch);
	return worker->db && pthread_create(&worker->thread, NULL, work, worker) == 0;
}

enum err lane_new(struct settings *settings, const struct job_kind *kinds, const struct lane_hooks *hooks,
		  struct lane **ret)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return ERR_MEMORY;
	lane->kinds = kinds;
	lane->hooks = *hooks;
	lane->count = (size_t)settings->config->pushd_lanes + 1;
	lane->workers = calloc(lane->count, sizeof(struct worker));
	if (!lane->workers) {
		free(lane);
		return ERR_MEMORY;
	}
	lane->settings = settings_ref(settings);
	list_init(&lane->results);
	pthread_mutex_init(&lane->lock, NULL);
	for (size_t i = 0; i < lane->count; i++) {
		if (!start(lane, &lane->workers[i], i)) {
			db_free(lane->workers[i].db);
			break;
		}
		lane->started++;
	}
	if (lane->started < lane->count) {
		lane_free(lane, 0);
		return ERR_MEMORY;
	}
	*ret = lane;
	return OK;
}

void lane_configure(struct lane *lane, struct settings *settings)
{
	struct settings *before = lane->settings;

	pthread_mutex_lock(&lane->lock);
	lane->settings = settings_ref(settings);
	pthread_mutex_unlock(&lane->lock);
	settings_unref(before);
}

static void enqueue(struct worker *worker, struct job *job)
{
	pthread_mutex_lock(&worker->lock);
	list_append(&worker->queue, &job->in_queue);
	worker->depth++;
	pthread_cond_signal(&worker->work);
	pthread_mutex_unlock(&worker->lock);
}

static struct worker *worker_of(struct lane *lane, const struct job *job)
{
	return &lane->workers[id_hash(&job->session_id) % (lane->count - 1)];
}

static size_t depth(struct worker *worker)
{
	size_t depth;

	pthread_mutex_lock(&worker->lock);
	depth = worker->depth;
	pthread_mutex_unlock(&worker->lock);
	return depth;
}

bool lane_submit(struct lane *lane, struct job *job)
{
	struct worker *worker = worker_of(lane, job);

	if (depth(worker) >= LANE_QUEUE_MAX)
		return false;
	enqueue(worker, job);
	return true;
}

void lane_submit_always(struct lane *lane, struct job *job)
{
	enqueue(worker_of(lane, job), job);
}

void lane_submit_slow(struct lane *lane, struct job *job)
{
	enqueue(&lane->workers[lane->count - 1], job);
}

static void batch_free(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		job_free(batch->jobs[i]);
	arena_free(batch->arena);
}

static void finish(struct lane *lane, struct batch *batch)
{
	const struct lane_hooks *hooks = &lane->hooks;
	const struct lane_report report = {
	    .kind = lane->kinds[batch->jobs[0]->kind].name,
	    .jobs = batch->count,
	    .err = batch->err,
	    .message = batch->message,
	    .us = batch->us,
	    .connects = batch->connects,
	    .connect_failures = batch->connect_failures,
	};

	hooks->ran(hooks->context, &report);
	for (size_t i = 0; i < batch->count; i++)
		batch->jobs[i]->done(batch->jobs[i], batch->jobs[i]->context);
	for (struct notice *notice = batch->outbox.first; notice; notice = notice->next)
		hooks->publish(hooks->context, notice);
	batch_free(batch);
}

void lane_turn(struct lane *lane)
{
	struct list results;

	list_init(&results);
	pthread_mutex_lock(&lane->lock);
	list_splice(&results, &lane->results);
	pthread_mutex_unlock(&lane->lock);
	list_each (node, &results) {
		list_remove(node);
		finish(lane, list_entry(node, struct batch, in_results));
	}
}

size_t lane_depth(struct lane *lane)
{
	size_t sum = 0;

	for (size_t i = 0; i < lane->count; i++)
		sum += depth(&lane->workers[i]);
	return sum;
}

static void stop(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->work);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	db_free(worker->db);
	pthread_cond_destroy(&worker->work);
	pthread_mutex_destroy(&worker->lock);
}

/* Whoever waits for a job holds something for it: he is told, even at the end. */
static void abandon(struct job *job)
{
	job->err = ERR_UNAVAILABLE;
	job->done(job, job->context);
}

/* Empties a queue that its thread hasn't begun with. */
static void abandon_queue(struct worker *worker)
{
	struct list queue;

	list_init(&queue);
	pthread_mutex_lock(&worker->lock);
	list_splice(&queue, &worker->queue);
	pthread_mutex_unlock(&worker->lock);
	list_each (node, &queue) {
		struct job *job = list_entry(node, struct job, in_queue);

		list_remove(node);
		abandon(job);
		job_free(job);
	}
}

static void abandon_batch(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		abandon(batch->jobs[i]);
	batch_free(batch);
}

void lane_free(struct lane *lane, int wait_ms)
{
	int64_t deadline = clock_monotonic() + wait_ms;

	if (!lane)
		return;
	while (lane->started == lane->count && lane_depth(lane) && clock_monotonic() < deadline)
		nap(5);
	for (size_t i = 0; i < lane->started; i++)
		abandon_queue(&lane->workers[i]);
	for (size_t i = 0; i < lane->started; i++)
		stop(&lane->workers[i]);
	list_each (node, &lane->results) {
		list_remove(node);
		abandon_batch(list_entry(node, struct batch, in_results));
	}
	pthread_mutex_destroy(&lane->lock);
	settings_unref(lane->settings);
	free(lane->workers);
	free(lane);
}
