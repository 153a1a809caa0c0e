/* The daemon's parts, made once and tied together: what main starts, and what the modules that meet both the
 * database and the rooms (gate, command, feed, scheduler) work with. Everything here belongs to the loop's
 * thread. */
#ifndef INVIGIL_PUSHD_PUSHD_H
#define INVIGIL_PUSHD_PUSHD_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/settings.h"
#include "base/list.h"
#include "core/err.h"
#include "pushd/lane.h"
#include "pushd/limits.h"
#include "pushd/metrics.h"
#include "pushd/overdue.h"
#include "pushd/presence.h"
#include "pushd/room.h"
#include "pushd/roster.h"
#include "pushd/thrift.h"

#define TICK_MS 50
#define SLOTS	(1000 / TICK_MS) /* every connection is looked after once a second */

struct clients;
struct feed;

/* How the loop is reached: given by main, who alone knows its timers. */
struct loop_hooks {
	void *context;
	/* From any thread: pushd_wake soon, in the loop's thread. */
	void (*wake)(void *context);
	/* pushd_fill in `ms`, once. */
	void (*alarm)(void *context, int ms);
};

struct pushd {
	struct settings *settings;
	const struct config *config; /* the settings' … */
	const struct token_keys *keys;
	struct loop_hooks loop;
	struct metrics metrics;
	struct limits *limits;
	struct overdue *overdue;
	struct roster *roster;
	struct presence *presence;
	struct rooms *rooms;
	struct lane *lane;
	struct feed *feed;
	struct clients *clients;  /* of Socket.IO; NULL: it isn't served */
	struct list slots[SLOTS]; /* all connections, a slice per tick */
	size_t open;		  /* and how many there are, closing ones included */
	unsigned slot;

	char node_name[300];
	struct id node; /* this pushd's in the nodes table */
	bool adopted;	/* `node` is known, and what a predecessor left is marked */
	bool stopping;	/* nobody is let in any more, and nobody leaves */

	/* the scheduler's: what is under way, and when what is due next (clock_monotonic()) */
	struct {
		bool adopting, expiring, sweeping, asking_heads;
		int64_t expire_at, second_at, adopt_at;
		int64_t answered_at; /* the last time a lane brought any result */
		int64_t database_at; /* the last time the database answered */
		int64_t heads_at;    /* the last time all heads were compared */
		int64_t sweep_at;    /* when the lease was last asked for, */
		int64_t leased_at;   /* and when the one was that the node has */
		bool doubted;	     /* it may not know who is here */
		bool down;	     /* it was logged that it doesn't */
	} clock;
	struct thrift thrift;
};

/* Everything but the sockets. `problem`: a line for the operator when it fails. */
MUST_CHECK enum err pushd_new(struct settings *settings, const struct loop_hooks *loop, char problem[200],
			      struct pushd **ret);
/* New settings, of which config_keep has kept what can't change. Whoever is connected stays. */
void pushd_configure(struct pushd *pushd, struct settings *settings);
/* Finishes what the lanes have queued for at most `wait_ms`. The connections must be gone. */
void pushd_free(struct pushd *pushd, int wait_ms);

/* Called by the loop: after wake, after an alarm, and every TICK_MS. */
void pushd_wake(struct pushd *pushd);
void pushd_fill(struct pushd *pushd);
void pushd_tick(struct pushd *pushd);
/* Sends away at most `most` connections with 1001; true when none is left. Nobody is let in after the first
 * call. */
bool pushd_dismiss(struct pushd *pushd, size_t most);

#endif
