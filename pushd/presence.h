/* When has a student left? When the last of his sockets in a session has ended here: at once if it ended
 * cleanly, after a grace if it was lost and he did not come back. The database is told only then, and again
 * until it has heard. */
#ifndef INVIGIL_PUSHD_PRESENCE_H
#define INVIGIL_PUSHD_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/id.h"
#include "pushd/conn.h"

struct presence;

struct presence_ops {
	void *context;
	/* Tell the database; presence_left is called with the outcome. False: can't now. */
	bool (*leave)(void *context, const struct id *session_id, const struct id *student_id);
	/* Tell it that he is here, which it may have forgotten. False: can't now. */
	bool (*stay)(void *context, const struct id *session_id, const struct id *student_id);
};

MUST_CHECK struct presence *presence_new(const struct presence_ops *ops);
void presence_free(struct presence *presence);

/* A socket of his asks to come in. False: no memory. */
MUST_CHECK bool presence_asked(struct presence *presence, const struct id *session_id,
			       const struct id *student_id);
/* The database has answered for one that asked. */
void presence_answered(struct presence *presence, const struct id *session_id, const struct id *student_id,
		       bool let_in, int64_t now);
/* A socket that had asked has ended. `now` is clock_monotonic(). */
void presence_ended(struct presence *presence, const struct id *session_id, const struct id *student_id,
		    enum conn_end how, int64_t grace_ms, int64_t now);
/* What became of a leave. */
void presence_left(struct presence *presence, const struct id *session_id, const struct id *student_id,
		   bool done, int64_t now);
/* Others may have told the database that who is here has left: tells it that he is, of one student or
 * (`student_id` NULL) of all. False: not of all of them. */
MUST_CHECK bool presence_insist(struct presence *presence, const struct id *student_id);
/* Ends the graces that are over. */
void presence_tick(struct presence *presence, int64_t now);
/* Students with a socket or in their grace. */
size_t presence_count(const struct presence *presence);

#endif
