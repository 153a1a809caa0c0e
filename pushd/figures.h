/* The staff's figures of one session: when an event may have changed them, when it is time to ask for them,
 * and whether an answer is news. Who asks and who is told is the room's business. */
#ifndef INVIGIL_PUSHD_FIGURES_H
#define INVIGIL_PUSHD_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "model/event_type.h"

/* Zeroed: nothing is known. */
struct figures {
	char *last;	   /* what was told last, or what to compare with, JSON; NULL: nothing yet */
	bool changed;	   /* an event may have changed them */
	bool baseline_due; /* nothing to compare with, and nobody has asked */
	int64_t asked_at;  /* ms */
	int64_t told_at;   /* an answer may take its time: it is the telling that is counted */
};

void figures_done(struct figures *figures);

/* Somebody is there to be told. */
void figures_wanted(struct figures *figures);
/* An event has been delivered to somebody. */
void figures_event(struct figures *figures, enum event_type type);

/* Whether it is time to ask: at most once a second, and once per change. */
MUST_CHECK bool figures_due(struct figures *figures, int64_t now);
/* Whether to ask for what later ones are compared with; true once. */
MUST_CHECK bool figures_baseline_due(struct figures *figures);
/* They couldn't be told: they are news again. */
void figures_forget(struct figures *figures);
/* An answer; NULL: they couldn't be read. True: they are news, and `last`. News within a second of the last
 * are asked for again. */
MUST_CHECK bool figures_take(struct figures *figures, const char *stats, bool baseline, int64_t now);

#endif
