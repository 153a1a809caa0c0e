/* A worker: one process, one request at a time, but for those that it does aside (aside.h). It owns what
 * outlives a request: the database connection, the keys, the bus, the arena. */
#ifndef INVIGIL_APP_WORKER_H
#define INVIGIL_APP_WORKER_H

#include "core/config.h"
#include "fcgi-app/aside.h"
#include "fcgi-app/tally.h"
#include "fcgi-app/throttle.h"

/* Serves the listening FastCGI socket until SIGTERM, until the master is gone, or until
 * app_requests_per_worker are served; the exit status. With the socket on fd 0 this is how a web server
 * spawns the program. */
int worker_run(const struct config *config, int listen_fd);
/* What workers of one master share; made before the fork. */
struct together {
	struct throttle *throttle;
	struct turnstile *turnstile;
	struct tally *tally; /* NULL: nothing is counted */
};

/* `workers`: how many a master will have, 0 without one. False: no memory. Needs together_done either way. */
MUST_CHECK bool together_init(struct together *together, int workers);
/* The master's own place in the tally, behind the workers'. */
#define MASTER_PLACE(workers) (workers)

void together_done(struct together *together);

/* The same as one of many, whose place is the tally's `number`. */
int worker_serve(const struct config *config, int listen_fd, const struct together *together, int number);
/* One plain CGI request: the environment, stdin and stdout. */
int worker_cgi(const struct config *config);

#endif
