/* Requests that take long for the processor's sake (a password's hash is made to: 50 ms and 64 MiB) are done
 * aside, by threads of the worker's, so that the worker is there for the next request at once. It holds a
 * bounded queue, and the threads are few, of low priority, and those of all workers together do no more at a
 * time than there are processors: however many want to sign in, an exam goes on.
 *
 * It knows nothing of what is done: that is given. */
#ifndef INVIGIL_APP_ASIDE_H
#define INVIGIL_APP_ASIDE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "fcgi-app/http/gateway.h"

/* How many may work at once, in memory that all workers share. */
struct turnstile;

/* Made before fork. NULL: no memory. */
struct turnstile *turnstile_new(long places);
void turnstile_free(struct turnstile *turnstile);
/* Waits for a place, and gives it back. A process that is killed in its place leaves it free. */
MUST_CHECK int turnstile_enter(struct turnstile *turnstile);
void turnstile_leave(struct turnstile *turnstile, int place);

struct aside;

struct aside_work {
	/* What a thread works with, its own; NULL: there can't be one now. In the worker's thread. */
	void *(*begin)(void *context);
	/* One request, to its reply; the gateway is finished and freed behind it. */
	void (*run)(void *own, const struct exchange *exchange);
	void (*end)(void *own);
	void *context;
};

/* No thread yet: they come with the work, no more than there are places. `turnstile` is borrowed; `work` is
 * copied. NULL: no memory. */
struct aside *aside_new(struct turnstile *turnstile, const struct aside_work *work);
/* Does what is left, and ends. */
void aside_free(struct aside *aside);
/* Takes the request over, gateway and all. False: there is no room, and it stays the caller's. */
MUST_CHECK bool aside_take(struct aside *aside, struct gateway *gateway, const struct exchange *exchange);

#endif
