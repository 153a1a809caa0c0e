/* The listening socket, and those who have connected but not yet said what they want. It reads each one's
 * request head, within a time and a size, and hands the socket on; who says nothing has less time when such
 * people hold half of the files. */
#ifndef INVIGIL_PUSHD_LISTENER_H
#define INVIGIL_PUSHD_LISTENER_H

#include <stddef.h>

#include "base/compiler.h"
#include "core/err.h"

struct listener;

struct listener_hooks {
	void *context;
	/* A socket, non-blocking, with the bytes it has sent: at least a whole head. The callee owns the
	 * socket. */
	void (*arrived)(void *context, int fd, const char *bytes, size_t len);
};

/* Listens at `address` ("127.0.0.1:8765", "[::1]:8765", ":8765") on a libuv loop (a uv_loop_t). ERR_CONFIG:
 * can't. */
MUST_CHECK enum err listener_new(void *loop, const char *address, const struct listener_hooks *hooks,
				 struct listener **ret);
/* The same on a socket that is listening already, which is the listener's from then on, also when it can't
 * be. */
MUST_CHECK enum err listener_take(void *loop, int fd, const struct listener_hooks *hooks,
				  struct listener **ret);
/* Whoever connects from now on waits, until listener_resume. */
void listener_pause(struct listener *listener);
void listener_resume(struct listener *listener);
/* Nobody is accepted any more; whoever has been may still finish his head, for as long as the loop runs. */
void listener_shut(struct listener *listener);
/* How many haven't yet. */
int listener_waits_for(const struct listener *listener);
/* The end: they are dropped. The loop has to run on until its handles are closed; then listener_free. */
void listener_stop(struct listener *listener);
/* Accepts NULL. */
void listener_free(struct listener *listener);

#endif
