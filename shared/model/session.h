/* A session's states and its one clock. */
#ifndef INVIGIL_MODEL_SESSION_H
#define INVIGIL_MODEL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "core/err.h"

enum session_status {
	SESSION_SCHEDULED,   /* made; nobody can join yet */
	SESSION_WAITING,     /* the waiting room is open: students join, nothing counts down */
	SESSION_IN_PROGRESS, /* the clock runs: attempts are open, started_at is set */
	SESSION_COMPLETED,   /* over: every attempt is submitted and scored */
	SESSION_CANCELLED,   /* never began */
	SESSION_STATUS_COUNT
};

/* The commands that move a session from one state to another. */
enum session_command {
	SESSION_START_WAITING,
	SESSION_START,
	SESSION_COMPLETE,
	SESSION_CANCEL,
	SESSION_UPDATE,
	SESSION_DELETE,
	SESSION_JOIN,
	SESSION_COMMAND_COUNT
};

#define SESSION_NO_DEADLINE INT64_MAX
#define JOIN_CODE_TEXT	    7 /* six characters and the terminator */

/* REST and the database say WAITING_FOR_STUDENTS, WebSocket messages WAITING; all others are the same. */
const char *session_status_name(enum session_status status);
const char *session_status_live_name(enum session_status status);
/* Reads either name. */
MUST_CHECK bool session_status_parse(const char *name, enum session_status *ret);

/* What `command` makes of a session in `from`: OK and the next state (the same one where the command changes
 * something else), or the error that the contract names. Rows in model/transitions.def. */
MUST_CHECK enum err session_transition(enum session_status from, enum session_command command,
				       enum session_status *ret_to);

/* When the clock runs out: milliseconds since 1970. SESSION_NO_DEADLINE when the session hasn't started
 * (started_at_ms <= 0) or has no limit (limit_seconds <= 0). `adjust_seconds` lengthens or shortens the
 * limit. The SQL function session_ends_at is the same rule for the database's own checks; a test holds them
 * together. */
int64_t session_deadline(int64_t started_at_ms, int64_t limit_seconds, int64_t adjust_seconds);
/* Whole seconds that are left at `now_ms`, rounded up, never below 0; -1 without a deadline. */
int64_t session_time_remaining(int64_t deadline_ms, int64_t now_ms);

#endif
