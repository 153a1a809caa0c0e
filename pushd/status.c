/* The HTTP documents, a row each. Everything else is 404, as an error in the house's form. */
#include "pushd/status.h"

#include <string.h>

#include "base/clock.h"
#include "base/process.h"
#include "core/version.h"
#include "pushd/feed.h"
#include "pushd/scheduler.h"
#include "wire/json.h"

#define JSON "application/json"

static void live(struct pushd *pushd UNUSED, struct status_answer *answer)
{
	buf_adds(&answer->body, "{\"status\":\"ok\"}");
}

struct parts {
	bool database, lane, bus, started;
};

static struct parts parts_of(struct pushd *pushd)
{
	int64_t now = clock_monotonic();

	return (struct parts){
	    .database = scheduler_database_works(pushd, now),
	    .lane = scheduler_lane_works(pushd, now),
	    .bus = feed_works(pushd->feed),
	    .started = pushd->adopted && !pushd->stopping,
	};
}

static const char *word(bool works)
{
	return works ? "ok" : "failing";
}

static bool all_work(const struct parts *parts)
{
	return parts->database && parts->lane && parts->bus && parts->started;
}

static void add_parts(const struct parts *parts, struct status_answer *answer)
{
	bool all = all_work(parts);

	answer->status = all ? 200 : 503;
	buf_printf(&answer->body,
		   "{\"status\":\"%s\",\"database\":\"%s\",\"lane\":\"%s\",\"bus\":\"%s\",\"started\":%s",
		   all ? "ok" : "unavailable", word(parts->database), word(parts->lane), word(parts->bus),
		   parts->started ? "true" : "false");
}

static void ready(struct pushd *pushd, struct status_answer *answer)
{
	struct parts parts = parts_of(pushd);

	add_parts(&parts, answer);
	buf_addc(&answer->body, '}');
}

static int64_t uptime(const struct pushd *pushd)
{
	return (clock_monotonic() - pushd->metrics.started_at) / 1000;
}

static void health(struct pushd *pushd, struct status_answer *answer)
{
	struct parts parts = parts_of(pushd);

	add_parts(&parts, answer);
	buf_printf(&answer->body,
		   ",\"service\":\"invigil-pushd\",\"version\":\"%s\",\"connections\":%lld,"
		   "\"uptime_seconds\":%lld,\"timestamp\":",
		   INVIGIL_VERSION, (long long)pushd->metrics.connections, (long long)uptime(pushd));
	json_add_time(&answer->body, clock_now());
	buf_addc(&answer->body, '}');
}

/* Sessions with somebody in them; a room that is empty waits only for its sweep. */
static size_t sessions(const struct pushd *pushd)
{
	struct room *room;
	size_t count = 0;

	for (size_t at = 0; (room = rooms_next(pushd->rooms, &at));)
		count += room_count(room) > room_inboxes(room);
	return count;
}

static void stats(struct pushd *pushd, struct status_answer *answer)
{
	const struct metrics *m = &pushd->metrics;

	buf_printf(&answer->body,
		   "{\"connections\":%lld,\"connections_total\":%llu,\"sessions\":%zu,\"rooms\":%zu,"
		   "\"students_present\":%zu,\"messages\":{\"sent\":%llu,\"received\":%llu},"
		   "\"events_delivered\":%llu,\"lane_queue\":%zu,\"uptime\":%lld,\"uptime_seconds\":%lld,"
		   "\"timestamp\":",
		   (long long)m->connections, (unsigned long long)m->opened, sessions(pushd),
		   rooms_count(pushd->rooms), presence_count(pushd->presence), (unsigned long long)m->sent,
		   (unsigned long long)m->received, (unsigned long long)m->events, lane_depth(pushd->lane),
		   (long long)uptime(pushd), (long long)uptime(pushd));
	json_add_time(&answer->body, clock_now());
	buf_addc(&answer->body, '}');
}

/* What isn't counted but is so, or isn't, when somebody asks. */
static void read_off(struct pushd *pushd, struct metrics *m)
{
	struct parts parts = parts_of(pushd);
	struct process_usage usage;

	process_usage(&usage);
	m->rooms = (double)sessions(pushd);
	m->queued = (double)lane_depth(pushd->lane);
	m->heads_age = (double)(clock_monotonic() - pushd->clock.heads_at) / 1e3;
	m->ready = all_work(&parts);
	m->database = parts.database;
	m->bus = parts.bus;
	m->time = (double)clock_now() / 1e3;
	m->cpu = usage.cpu_seconds;
	m->resident = usage.resident_bytes;
	m->allocated = usage.allocated_bytes;
	m->max_fds = usage.max_fds;
}

static void metrics(struct pushd *pushd, struct status_answer *answer)
{
	answer->type = EXPOSITION_TYPE;
	read_off(pushd, &pushd->metrics);
	metrics_print(&pushd->metrics, &answer->body);
}

static const struct {
	const char *path;
	void (*write)(struct pushd *pushd, struct status_answer *answer);
} documents[] = {
    {"/health/live", live}, {"/health/ready", ready}, {"/health", health},
    {"/api/stats", stats},  {"/metrics", metrics},
};

static void not_found(struct status_answer *answer)
{
	answer->status = 404;
	answer->type = "application/problem+json";
	buf_adds(&answer->body, "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"code\":");
	json_add_string(&answer->body, err_code(ERR_NOT_FOUND));
	buf_adds(&answer->body, ",\"detail\":");
	json_add_string(&answer->body, err_sentence(ERR_NOT_FOUND));
	buf_addc(&answer->body, '}');
}

void status_answer(struct pushd *pushd, const char *path, struct status_answer *answer)
{
	answer->status = 200;
	answer->type = JSON;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		if (strcmp(documents[i].path, path) == 0) {
			documents[i].write(pushd, answer);
			return;
		}
	}
	not_found(answer);
}
