/* The way of a message into a WebSocket, past libwebsockets while the socket takes it.
 *
 * lws_write costs little more than send() as long as the cache holds all connections; when it doesn't, the
 * library's memory of each is the dearest part. What the socket doesn't take goes to the library's buffer,
 * which it sends before anything else, its own pongs included; while it holds anything, nothing goes past it.
 */
#ifndef INVIGIL_PUSHD_OUTLET_H
#define INVIGIL_PUSHD_OUTLET_H

#include <stdbool.h>

#include "base/compiler.h"
#include "pushd/message.h"
#include "pushd/metrics.h"

struct lws;

struct outlet {
	struct lws *wsi; /* NULL: it leads nowhere */
	struct metrics *metrics;
	int fd; /* -1: what is sent has to go through the library */
};

enum outlet_write {
	OUTLET_WRITTEN, /* the socket took all of it */
	OUTLET_CHOKED,	/* the library keeps the rest: don't write again before the socket is writable */
	OUTLET_BROKEN,	/* the socket is dead */
};

void outlet_open(struct outlet *outlet, struct lws *wsi, struct metrics *metrics);

/* A send is to come soon: fetches the library's memory that it will look at. Where that is differs between
 * versions of the library (this is Debian 12's); elsewhere the hint is useless and harmless. */
FETCHES outlet_expect(const struct outlet *outlet)
{
	__builtin_prefetch((const char *)outlet->wsi + 0x2d0);
}

#define OUTLET_TRAIN 16 /* messages that go out at once */

/* Sends the message as a text frame, or a binary one, and counts it. */
MUST_CHECK enum outlet_write outlet_write(const struct outlet *outlet, const struct message *message,
					  bool text);

/* Sends text frames by one call, which costs the kernel and the peer little more than one message does: at
 * most OUTLET_TRAIN. *ret_taken: how many of them are sent, or kept by the library; at least one. */
MUST_CHECK enum outlet_write outlet_write_train(const struct outlet *outlet, struct message *const *messages,
						size_t count, size_t *ret_taken);

#endif
