/* An unknown key is answered with 300, on which libzmq ends the connection without a word: the peer tries
 * again, and comes in once pushd has learnt its key. At 400 it is told, and never comes back while it lives.
 */
#include "bus/gatekeeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "bus/curve.h"

#define ZAP	 "inproc://zeromq.zap.01" /* where libzmq asks */
#define FAILURES "inproc://invigil.bus.failures"

/* A peer that sees first that there can be no talk just leaves: that has no other name than the second. */
#define FAILED (ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)

struct gatekeeper {
	void *context;
	void *zap;	/* REP; the thread's once it runs, like the other */
	void *failures; /* PAIR: where the socket tells of handshakes that came to nothing */
	unsigned char (*keys)[CURVE_BYTES];
	int count;
	pthread_t thread;
	bool running;

	pthread_mutex_t lock;
	struct bus_refusals refusals; /* under the lock */
};

/* What libzmq asks, a frame each. */
enum { VERSION, REQUEST, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, FRAMES };

struct question {
	unsigned char bytes[FRAMES][256];
	size_t len[FRAMES];
};

/* Takes all frames of a message, those too that are one too many or too long: of these nothing counts.
 * False: there is none. */
static bool take(void *socket, struct question *question)
{
	int more = 1;
	size_t size = sizeof(more);

	memset(question, 0, sizeof(*question));
	for (int i = 0; more; i++) {
		unsigned char spare[1];
		int at = i < FRAMES ? i : FRAMES - 1;
		int len = i < FRAMES
			      ? zmq_recv(socket, question->bytes[i], sizeof(question->bytes[i]), ZMQ_DONTWAIT)
			      : zmq_recv(socket, spare, sizeof(spare), ZMQ_DONTWAIT);

		if (len < 0)
			return false;
		question->len[at] =
		    i < FRAMES && (size_t)len <= sizeof(question->bytes[at]) ? (size_t)len : 0;
		if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) != 0)
			return false;
	}
	return true;
}

static bool is_known(const struct gatekeeper *gatekeeper, const struct question *question)
{
	static const char curve[] = "CURVE";

	if (question->len[MECHANISM] != sizeof(curve) - 1 || question->len[CREDENTIALS] != CURVE_BYTES ||
	    memcmp(question->bytes[MECHANISM], curve, sizeof(curve) - 1) != 0)
		return false;
	for (int i = 0; i < gatekeeper->count; i++)
		if (memcmp(gatekeeper->keys[i], question->bytes[CREDENTIALS], CURVE_BYTES) == 0)
			return true;
	return false;
}

static void note_unknown(struct gatekeeper *gatekeeper, const struct question *question)
{
	struct bus_refusals *refusals = &gatekeeper->refusals;
	size_t len = question->len[ADDRESS];

	if (len >= sizeof(refusals->address))
		len = sizeof(refusals->address) - 1;
	pthread_mutex_lock(&gatekeeper->lock);
	refusals->unknown++;
	memcpy(refusals->address, question->bytes[ADDRESS], len);
	refusals->address[len] = '\0';
	zmq_z85_encode(refusals->key, question->bytes[CREDENTIALS], CURVE_BYTES);
	pthread_mutex_unlock(&gatekeeper->lock);
}

static void answer(struct gatekeeper *gatekeeper)
{
	struct question question;
	bool known;

	if (!take(gatekeeper->zap, &question))
		return;
	known = is_known(gatekeeper, &question);
	if (!known)
		note_unknown(gatekeeper, &question);
	zmq_send(gatekeeper->zap, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(gatekeeper->zap, question.bytes[REQUEST], question.len[REQUEST], ZMQ_SNDMORE);
	zmq_send(gatekeeper->zap, known ? "200" : "300", 3, ZMQ_SNDMORE);
	zmq_send(gatekeeper->zap, "", 0, ZMQ_SNDMORE); /* the reason, … */
	zmq_send(gatekeeper->zap, "", 0, ZMQ_SNDMORE); /* … the user, … */
	zmq_send(gatekeeper->zap, "", 0, 0);	       /* … and what else is known of him */
}

static void note_failure(struct gatekeeper *gatekeeper)
{
	struct question event;

	if (!take(gatekeeper->failures, &event))
		return;
	pthread_mutex_lock(&gatekeeper->lock);
	gatekeeper->refusals.failed++;
	pthread_mutex_unlock(&gatekeeper->lock);
}

/* Until the context is shut down. */
static void *keep(void *arg)
{
	struct gatekeeper *gatekeeper = arg;
	zmq_pollitem_t items[] = {{.socket = gatekeeper->zap, .events = ZMQ_POLLIN},
				  {.socket = gatekeeper->failures, .events = ZMQ_POLLIN}};

	for (;;) {
		int ready = zmq_poll(items, 2, -1);

		if (ready < 0 && errno != EINTR)
			break;
		if (ready > 0 && items[0].revents)
			answer(gatekeeper);
		if (ready > 0 && items[1].revents)
			note_failure(gatekeeper);
	}
	zmq_close(gatekeeper->zap);
	zmq_close(gatekeeper->failures);
	return NULL;
}

static bool learn(struct gatekeeper *gatekeeper, const struct config_list *keys)
{
	gatekeeper->keys = calloc((size_t)keys->count + 1, sizeof(*gatekeeper->keys));
	if (!gatekeeper->keys)
		return false;
	for (int i = 0; i < keys->count; i++)
		if (strlen(keys->items[i]) == BUS_KEY_TEXT - 1 &&
		    zmq_z85_decode(gatekeeper->keys[gatekeeper->count], keys->items[i]))
			gatekeeper->count++;
	return true;
}

static bool listen(struct gatekeeper *gatekeeper, void *socket)
{
	gatekeeper->zap = zmq_socket(gatekeeper->context, ZMQ_REP);
	gatekeeper->failures = zmq_socket(gatekeeper->context, ZMQ_PAIR);
	return gatekeeper->zap && gatekeeper->failures && zmq_bind(gatekeeper->zap, ZAP) == 0 &&
	       zmq_socket_monitor(socket, FAILURES, FAILED) == 0 &&
	       zmq_connect(gatekeeper->failures, FAILURES) == 0;
}

enum err gatekeeper_new(void *context, void *socket, const struct config_list *keys, struct gatekeeper **ret)
{
	struct gatekeeper *gatekeeper = calloc(1, sizeof(*gatekeeper));

	if (!gatekeeper)
		return ERR_MEMORY;
	gatekeeper->context = context;
	pthread_mutex_init(&gatekeeper->lock, NULL);
	gatekeeper->running = learn(gatekeeper, keys) && listen(gatekeeper, socket) &&
			      pthread_create(&gatekeeper->thread, NULL, keep, gatekeeper) == 0;
	if (!gatekeeper->running) {
		gatekeeper_free(gatekeeper);
		return ERR_MEMORY;
	}
	*ret = gatekeeper;
	return OK;
}

void gatekeeper_free(struct gatekeeper *gatekeeper)
{
	if (!gatekeeper)
		return;
	zmq_ctx_shutdown(gatekeeper->context);
	if (gatekeeper->running) {
		pthread_join(gatekeeper->thread, NULL);
	} else {
		if (gatekeeper->zap)
			zmq_close(gatekeeper->zap);
		if (gatekeeper->failures)
			zmq_close(gatekeeper->failures);
	}
	pthread_mutex_destroy(&gatekeeper->lock);
	free(gatekeeper->keys);
	free(gatekeeper);
}

void gatekeeper_refusals(struct gatekeeper *gatekeeper, struct bus_refusals *ret)
{
	pthread_mutex_lock(&gatekeeper->lock);
	*ret = gatekeeper->refusals;
	pthread_mutex_unlock(&gatekeeper->lock);
}
