/* Frames in, streams forward. The reader thread decodes and hands over a list; the loop's thread does the
 * rest. */
#include "pushd/feed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "pushd/access.h"
#include "pushd/work.h"

#define HOLE_MS	   5	  /* a copy that was overtaken gets so long to arrive */
#define RECEIVE_MS 200	  /* how soon the reader notices that it shall stop */
#define REFUSAL_MS 60000  /* a stranger who keeps trying isn't a line each time */
#define FRAMES_MAX 200000 /* frames that may wait for the loop; what is dropped is read from the table */

struct frame {
	struct list in_frames;
	enum frame_kind kind;
	struct event event; /* its payload is behind it, in the same block */
};

struct feed {
	struct pushd *pushd;
	struct bus_receiver *receiver;
	char *bytes; /* FRAME_MAX, the reader's */
	pthread_t reader;
	atomic_bool stop;
	bool running;

	pthread_mutex_t lock;
	struct list frames; /* under the lock … */
	size_t waiting;
	uint64_t bad, dropped;

	struct stream system; /* the nil session's */
	struct list holes;    /* streams that wait for feed_fill */
	bool alarmed;	      /* it will be called */

	struct bus_refusals told; /* as they stood in the last line about them */
	int64_t tell_at;	  /* no line before */
};

/* --- the reader's thread --- */

static struct frame *frame_new(enum frame_kind kind, const struct event *event)
{
	size_t len = kind == FRAME_EVENT ? event->payload_len : 0;
	struct frame *frame = malloc(sizeof(*frame) + len + 1);

	if (!frame)
		return NULL;
	list_init(&frame->in_frames);
	frame->kind = kind;
	frame->event = *event;
	if (len)
		memcpy(frame + 1, event->payload, len);
	((char *)(frame + 1))[len] = '\0';
	frame->event.payload = (char *)(frame + 1);
	frame->event.payload_len = len;
	return frame;
}

/* True when the loop has to be woken: it isn't coming anyway. */
static bool hand_over(struct feed *feed, struct frame *frame, bool bad)
{
	bool first;

	pthread_mutex_lock(&feed->lock);
	first = list_empty(&feed->frames);
	if (frame && feed->waiting < FRAMES_MAX) {
		list_append(&feed->frames, &frame->in_frames);
		feed->waiting++;
		frame = NULL;
	} else {
		feed->bad += bad;
		feed->dropped += !bad;
	}
	pthread_mutex_unlock(&feed->lock);
	free(frame);
	return first;
}

static void *read_bus(void *arg)
{
	struct feed *feed = arg;

	while (!atomic_load(&feed->stop)) {
		size_t len = bus_receive(feed->receiver, feed->bytes, FRAME_MAX, RECEIVE_MS);
		struct event event = {0};
		enum frame_kind kind;
		bool good;

		if (!len)
			continue;
		good = event_decode(feed->bytes, len, &kind, &event) == OK;
		if (hand_over(feed, good ? frame_new(kind, &event) : NULL, !good))
			feed->pushd->loop.wake(feed->pushd->loop.context);
	}
	return NULL;
}

/* --- the streams' ways to the table --- */

void feed_hole(struct feed *feed, struct stream *stream)
{
	if (list_empty(&stream->in_holes))
		list_append(&feed->holes, &stream->in_holes);
	if (feed->alarmed)
		return;
	feed->alarmed = true;
	feed->pushd->loop.alarm(feed->pushd->loop.context, HOLE_MS);
}

/* The stream that a page was read for, if it is still there. */
static struct stream *target(struct feed *feed, const struct events_job *job)
{
	struct room *room;

	if (id_is_nil(&job->job.session_id))
		return &feed->system;
	room = rooms_find(feed->pushd->rooms, &job->job.session_id);
	return room && room_serial(room) == job->room ? room_stream(room) : NULL;
}

static void stream_read(struct job *job, void *context)
{
	struct events_job *page = (struct events_job *)(void *)job;
	struct stream *stream = target(context, page);

	if (stream)
		stream_page(stream, page->items, page->count, job->err != OK);
}

static void room_read(struct job *job, void *context)
{
	struct feed *feed = context;
	struct events_job *page = (struct events_job *)(void *)job;
	struct room *room = rooms_find(feed->pushd->rooms, &job->session_id);

	if (room && room_serial(room) == page->room)
		room_page(room, page->since, page->items, page->count, job->err != OK);
}

static void unread_read(struct job *job, void *context)
{
	struct conn *conn = context;
	struct events_job *page = (struct events_job *)(void *)job;

	if (conn->state == CONN_REPLAYING)
		room_unread(conn, page->items, page->count, job->err != OK);
	conn_unref(conn);
}

/* NULL: no memory. */
static struct events_job *page_job(int kind, const struct id *stream, uint64_t since)
{
	struct events_job *job = job_new(sizeof(*job), kind, stream, NULL);

	if (!job)
		return NULL;
	job->since = since;
	job->limit = STREAM_PAGE;
	return job;
}

static bool ask(struct feed *feed, const struct id *session_id, uint64_t room, uint64_t since,
		void (*done)(struct job *, void *))
{
	struct events_job *job = page_job(WORK_EVENTS, session_id, since);

	if (!job)
		return false;
	job->room = room;
	job->job.done = done;
	job->job.context = feed;
	lane_submit_always(feed->pushd->lane, &job->job);
	return true;
}

bool feed_read(struct feed *feed, struct stream *stream, uint64_t room, uint64_t since)
{
	feed->pushd->metrics.gaps++;
	return ask(feed, &stream->id, room, since, stream_read);
}

bool feed_backfill(struct feed *feed, struct room *room, uint64_t since)
{
	return ask(feed, room_session(room), room_serial(room), since, room_read);
}

bool feed_unread(struct feed *feed, struct conn *conn)
{
	struct events_job *job = page_job(WORK_UNREAD, &conn->session_id, conn->cursor);

	if (!job)
		return false;
	job->job.done = unread_read;
	job->job.context = conn_ref(conn);
	lane_submit_always(feed->pushd->lane, &job->job);
	return true;
}

void feed_fill(struct feed *feed)
{
	struct list holes;

	feed->alarmed = false;
	list_init(&holes);
	list_splice(&holes, &feed->holes);
	list_each (node, &holes) {
		list_remove(node);
		stream_fill(list_entry(node, struct stream, in_holes));
	}
}

/* --- the system's own stream --- */

static struct feed *of_system(struct stream *stream)
{
	return list_entry(stream, struct feed, system);
}

static bool system_deliver(struct stream *stream, const struct event *event)
{
	if (event->type == EVENT_ACCESS_CHANGED)
		access_changed(of_system(stream)->pushd, &event->actor_id);
	return true;
}

/* Who was meant by what is gone can't be known: everybody is asked about. */
static void system_skipped(struct stream *stream, uint64_t event_id UNUSED)
{
	access_unknown(of_system(stream)->pushd);
}

static void system_hole(struct stream *stream)
{
	feed_hole(of_system(stream), stream);
}

static bool system_read(struct stream *stream, uint64_t since)
{
	return feed_read(of_system(stream), stream, 0, since);
}

static const struct stream_ops system_ops = {
    .deliver = system_deliver,
    .skipped = system_skipped,
    .hole = system_hole,
    .read = system_read,
};

/* --- what has come --- */

static void take(struct feed *feed, enum frame_kind kind, const struct event *event)
{
	struct room *room = NULL;
	struct stream *stream = &feed->system;

	if (!id_is_nil(&event->session_id)) {
		room = rooms_find(feed->pushd->rooms, &event->session_id);
		stream = room ? room_stream(room) : NULL;
	}
	if (!stream)
		return;
	if (kind == FRAME_EVENT)
		stream_offer(stream, event);
	else
		stream_grown(stream, event->event_id, true);
}

void feed_turn(struct feed *feed)
{
	struct list frames;

	list_init(&frames);
	pthread_mutex_lock(&feed->lock);
	list_splice(&frames, &feed->frames);
	feed->waiting = 0;
	feed->pushd->metrics.bus_bad = feed->bad;
	feed->pushd->metrics.bus_dropped = feed->dropped;
	pthread_mutex_unlock(&feed->lock);
	rooms_hold(feed->pushd->rooms);
	list_each (node, &frames) {
		struct frame *frame = list_entry(node, struct frame, in_frames);

		take(feed, frame->kind, &frame->event);
		free(frame);
	}
	rooms_release(feed->pushd->rooms);
}

void feed_notice(struct feed *feed, const struct notice *notice)
{
	take(feed, notice->kind, &notice->event);
}

void feed_head(struct feed *feed, const struct head_item *item)
{
	struct room *room;

	if (id_is_nil(&item->session_id)) {
		/* the first answer is where we begin: who is let in later is judged by what is so then */
		stream_begin(&feed->system, item->head);
		stream_grown(&feed->system, item->head, false);
		return;
	}
	room = rooms_find(feed->pushd->rooms, &item->session_id);
	if (!room || !room_stream(room)->known)
		return;
	if (item->gone)
		room_gone(room);
	else
		stream_grown(room_stream(room), item->head, false);
}

void feed_look_after(struct feed *feed, int64_t now)
{
	struct bus_refusals refusals;
	uint64_t unknown, failed;

	bus_refusals(feed->receiver, &refusals);
	feed->pushd->metrics.bus_refused = refusals.unknown + refusals.failed;
	unknown = refusals.unknown - feed->told.unknown;
	failed = refusals.failed - feed->told.failed;
	if ((!unknown && !failed) || now < feed->tell_at)
		return;
	if (unknown)
		log_warn("bus: a key that is not in bus_peer_keys is refused", LOG_TEXT("key", refusals.key),
			 LOG_TEXT("address", refusals.address), LOG_INT("tries", unknown));
	if (failed)
		log_warn("bus: handshakes came to nothing, for want of a key or with another pushd's",
			 LOG_INT("tries", failed));
	feed->told = refusals;
	feed->tell_at = now + REFUSAL_MS;
}

bool feed_begun(const struct feed *feed)
{
	return feed->system.known;
}

bool feed_works(const struct feed *feed)
{
	return feed->running;
}

enum err feed_new(struct pushd *pushd, char problem[BUS_PROBLEM], struct feed **ret)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	enum err err;

	snprintf(problem, BUS_PROBLEM, "out of memory");
	if (!feed)
		return ERR_MEMORY;
	feed->pushd = pushd;
	pthread_mutex_init(&feed->lock, NULL);
	list_init(&feed->frames);
	list_init(&feed->holes);
	stream_init(&feed->system, &ID_NIL, &system_ops);
	feed->bytes = malloc(FRAME_MAX);
	err = feed->bytes ? bus_receiver_new(pushd->config, problem, &feed->receiver) : ERR_MEMORY;
	if (!err && pthread_create(&feed->reader, NULL, read_bus, feed))
		err = ERR_MEMORY;
	feed->running = !err;
	if (err) {
		feed_free(feed);
		return err;
	}
	*ret = feed;
	return OK;
}

void feed_stop(struct feed *feed)
{
	if (!feed || !feed->running)
		return;
	atomic_store(&feed->stop, true);
	pthread_join(feed->reader, NULL);
	feed->running = false;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	feed_stop(feed);
	bus_receiver_free(feed->receiver);
	free(feed->bytes);
	list_each (node, &feed->frames) {
		list_remove(node);
		free(list_entry(node, struct frame, in_frames));
	}
	stream_done(&feed->system);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}
