/* A ring of frames under one mutex. */
#include "tests/support/bus.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/bus.h"

#define FRAMES	   16
#define FRAME_ROOM 1024

struct bus_sender {
	int nothing;
};

struct bus_receiver {
	int nothing;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t some = PTHREAD_COND_INITIALIZER;
static struct {
	char bytes[FRAME_ROOM];
	size_t len;
} frames[FRAMES];
static size_t first, count;
static bool waiting;

void bus_put(const void *bytes, size_t len)
{
	pthread_mutex_lock(&lock);
	if (count == FRAMES || len > FRAME_ROOM)
		abort();
	memcpy(frames[(first + count) % FRAMES].bytes, bytes, len);
	frames[(first + count++) % FRAMES].len = len;
	waiting = false;
	pthread_cond_signal(&some);
	pthread_mutex_unlock(&lock);
}

bool bus_waits(void)
{
	bool waits;

	pthread_mutex_lock(&lock);
	waits = waiting && !count;
	pthread_mutex_unlock(&lock);
	return waits;
}

static struct timespec in(int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

size_t bus_receive(struct bus_receiver *receiver, void *into, size_t size, int timeout_ms)
{
	struct timespec until = in(timeout_ms);
	size_t len = 0;

	(void)receiver;
	pthread_mutex_lock(&lock);
	while (!count) {
		waiting = true;
		if (pthread_cond_timedwait(&some, &lock, &until) == ETIMEDOUT)
			break;
	}
	if (count) {
		len = frames[first].len < size ? frames[first].len : size;
		memcpy(into, frames[first].bytes, len);
		first = (first + 1) % FRAMES;
		count--;
		waiting = false;
	}
	pthread_mutex_unlock(&lock);
	return len;
}

enum err bus_receiver_new(const struct config *config, char problem[BUS_PROBLEM], struct bus_receiver **ret)
{
	(void)config;
	(void)problem;
	*ret = calloc(1, sizeof(**ret));
	return *ret ? OK : ERR_MEMORY;
}

void bus_receiver_free(struct bus_receiver *receiver)
{
	free(receiver);
}

void bus_refusals(struct bus_receiver *receiver, struct bus_refusals *ret)
{
	(void)receiver;
	*ret = (struct bus_refusals){.unknown = 0};
}

enum err bus_sender_new(const struct config *config, char problem[BUS_PROBLEM], struct bus_sender **ret)
{
	(void)config;
	(void)problem;
	*ret = calloc(1, sizeof(**ret));
	return *ret ? OK : ERR_MEMORY;
}

void bus_sender_free(struct bus_sender *sender, int linger_ms)
{
	(void)linger_ms;
	free(sender);
}

void bus_send_event(struct bus_sender *sender, const struct event *event)
{
	(void)sender;
	(void)event;
}

void bus_send_head(struct bus_sender *sender, const struct id *session_id, uint64_t head)
{
	(void)sender;
	(void)session_id;
	(void)head;
}

uint64_t bus_dropped(const struct bus_sender *sender)
{
	(void)sender;
	return 0;
}
