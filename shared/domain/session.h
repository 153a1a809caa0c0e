/* Sessions: their life, who takes part, and their stream of events. */
#ifndef INVIGIL_DOMAIN_SESSION_H
#define INVIGIL_DOMAIN_SESSION_H

#include "domain/domain.h"
#include "model/session.h"

struct session_input {
	struct id class_id;
	struct id test_id; /* nil: a classroom without a test */
	const char *title;
	int64_t scheduled_at; /* ms */
	int64_t time_limit_seconds;
	bool has_title, has_scheduled_at, has_time_limit_seconds, has_test_id;
};

struct session_filter {
	struct id class_id; /* nil: any */
	const char *status; /* NULL: any */
};

MUST_CHECK enum err session_create(struct domain *d, const struct actor *actor,
				   const struct session_input *in, struct doc *ret);
/* A TEACHER gets the sessions of the classes he teaches. */
MUST_CHECK enum err session_list(struct domain *d, const struct actor *actor,
				 const struct session_filter *filter, const struct page *page,
				 struct doc *ret);
MUST_CHECK enum err session_list_mine(struct domain *d, const struct actor *actor, const struct page *page,
				      struct doc *ret);
MUST_CHECK enum err session_get(struct domain *d, const struct actor *actor, const struct id *session_id,
				struct doc *ret);
MUST_CHECK enum err session_update(struct domain *d, const struct actor *actor, const struct id *session_id,
				   const struct session_input *in, struct doc *ret);

/* The transitions. All answer with the `session`. */
MUST_CHECK enum err session_start_waiting(struct domain *d, const struct actor *actor,
					  const struct id *session_id, struct doc *ret);
MUST_CHECK enum err session_start(struct domain *d, const struct actor *actor, const struct id *session_id,
				  struct doc *ret);
/* Submits (FORCED) and scores every open attempt. */
MUST_CHECK enum err session_complete(struct domain *d, const struct actor *actor, const struct id *session_id,
				     struct doc *ret);
MUST_CHECK enum err session_cancel(struct domain *d, const struct actor *actor, const struct id *session_id,
				   struct doc *ret);
MUST_CHECK enum err session_delete(struct domain *d, const struct actor *actor, const struct id *session_id);

/* Joining over REST: a presence that lasts rest_presence_seconds after the last call. `code` or `session_id`.
 */
MUST_CHECK enum err session_join(struct domain *d, const struct actor *actor, const struct id *session_id,
				 struct doc *ret);
MUST_CHECK enum err session_join_code(struct domain *d, const struct actor *actor, const char *code,
				      struct doc *ret);

MUST_CHECK enum err session_stats(struct domain *d, const struct actor *actor, const struct id *session_id,
				  struct doc *ret);
MUST_CHECK enum err session_monitor(struct domain *d, const struct actor *actor, const struct id *session_id,
				    struct doc *ret);

struct events_filter {
	int64_t since;	      /* events after this id */
	const char *type;     /* NULL: any */
	struct id student_id; /* nil: any */
};

MUST_CHECK enum err session_events(struct domain *d, const struct actor *actor, const struct id *session_id,
				   const struct events_filter *filter, const struct page *page,
				   struct doc *ret);
/* text/csv (RFC 4180, UTF-8), a header line and a line per participant; cells that a spreadsheet would run as
 * a formula are defused with a leading apostrophe. */
MUST_CHECK enum err session_results(struct domain *d, const struct actor *actor, const struct id *session_id,
				    struct doc *ret);

/* --- for pushd: batches. Each item has its own outcome; one statement and one commit for all. --- */

/* A socket that opens: is the user let in, and, when a student, does he join? */
struct connect_item {
	struct actor actor;
	struct id session_id;
	/* out */
	/* OK, ERR_AUTH_FAILED (inactive, role changed), ERR_SESSION_NOT_FOUND, ERR_ACCESS_DENIED */
	enum err err;
	enum session_status status;
	const char *status_name; /* REST's name */
	struct id class_id;
	struct id attempt_id;	    /* nil: none (yet) */
	int64_t started_at;	    /* ms; 0: not started */
	int64_t time_limit_seconds; /* 0: none */
	uint64_t head;		    /* the stream's head after this statement */
	uint64_t joined_event; /* the id of the participant_joined that this connection caused; 0: none */
};

/* `node`: this pushd's node id. Rows of the `presences` table say which students have a socket where: made in
 * every status that isn't over, so that start_waiting finds those who came early. */
MUST_CHECK enum err session_connect(struct domain *d, const struct id *node, struct connect_item *items,
				    size_t count);

struct leave_item {
	struct id session_id;
	struct id student_id;
};

/* The student's last socket on this node is gone. Whoever has no presence left anywhere becomes DISCONNECTED,
 * with an event. */
MUST_CHECK enum err session_leave(struct domain *d, const struct id *node, const struct leave_item *items,
				  size_t count);

/* On start of pushd: registers the node by its name (the same name: the same id), and lets the presences that
 * a dead predecessor left end `grace_seconds` from now unless their students come back. */
MUST_CHECK enum err session_adopt(struct domain *d, const char *node_name, int64_t grace_seconds,
				  struct id *ret_node);
/* Every second: renews the node's lease (10 s), and ends presences that are due: REST clients gone quiet,
 * those that adopt marked, those of nodes whose lease ran out. */
MUST_CHECK enum err session_presence_sweep(struct domain *d, const struct id *node);

/* Is he still let in? For sockets that are open, after access_changed. Fills `err` only. */
MUST_CHECK enum err session_recheck(struct domain *d, struct connect_item *items, size_t count);

/* Completes (TIME_EXPIRED) and scores one session whose deadline is past and that isn't among `later`.
 * *ret_session tells which it was, even when that failed; nil: there is none. *ret_done: false when somebody
 * else was at it. */
MUST_CHECK enum err session_expire(struct domain *d, const struct id_list *later, struct id *ret_session,
				   bool *ret_done);

/* Events after `since`, at most `limit`, ascending; payloads belong to the arena. */
MUST_CHECK enum err session_events_after(struct domain *d, const struct id *session_id, uint64_t since,
					 size_t limit, struct event **ret_items, size_t *ret_count);

struct head_item {
	struct id session_id;
	uint64_t head; /* out; 0: nothing has happened yet, or the stream is gone */
	bool gone;     /* out: there is no such stream (any more): the session has been deleted */
};

/* The heads of many streams in one query. */
MUST_CHECK enum err session_heads(struct domain *d, struct head_item *items, size_t count);

/* The figures of A's session_stats: {total_participants, connected_count, submitted_count, average_progress,
 * total_violations}. */
struct figures_item {
	struct id session_id;
	const char *stats; /* out: JSON object; NULL: no such session */
};
MUST_CHECK enum err session_figures(struct domain *d, struct figures_item *items, size_t count);

/* For pushd's staff sockets, without an actor: the monitor's body. */
MUST_CHECK enum err session_snapshot(struct domain *d, const struct id *session_id, struct doc *ret);
/* state_sync_response for a student: {session_id, session, attempt}, attempt null without one. */
MUST_CHECK enum err session_state(struct domain *d, const struct actor *actor, const struct id *session_id,
				  struct doc *ret);

/* The session that the actor means: by its id or, when that is nil, by its join code, whatever its case. He
 * must be let into it. */
MUST_CHECK enum err session_find(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const char *code, struct id *ret);

/* Who is in the session, as one member may know it: {participants: [{user_id, user_name, role, connected}]}.
 * `present`: who is known to be there, of whom only administrators wouldn't be listed anyway. */
MUST_CHECK enum err session_members(struct domain *d, const struct actor *actor, const struct id *session_id,
				    const struct id_list *present, struct doc *ret);

#endif
