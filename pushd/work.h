/* The kinds of jobs that lanes do: for each a struct, and in work.c the domain call that serves a batch of
 * them. */
#ifndef INVIGIL_PUSHD_WORK_H
#define INVIGIL_PUSHD_WORK_H

#include "domain/attempt.h"
#include "domain/classroom.h"
#include "domain/session.h"
#include "pushd/job.h"

enum work_kind {
	WORK_CONNECT,	/* struct connect_job: may he come in, and does he join? */
	WORK_RECHECK,	/* struct connect_job: is he still let in? */
	WORK_LEAVE,	/* struct leave_job */
	WORK_ANSWER,	/* struct command_job */
	WORK_PROGRESS,	/* struct command_job */
	WORK_HIGHLIGHT, /* struct command_job */
	WORK_VIOLATION, /* struct command_job */
	WORK_SUBMIT,	/* struct command_job */
	WORK_MESSAGE,	/* struct command_job */
	WORK_SNAPSHOT,	/* struct read_job: the monitor's body, for staff */
	WORK_STATE,	/* struct read_job: session and attempt, for one member */
	WORK_MEMBERS,	/* struct members_job */
	WORK_FIND,	/* struct find_job: which session is meant, and may he come in? */
	WORK_EVENTS,	/* struct events_job: a page of a stream */
	WORK_CLASSROOM, /* struct classroom_job */
	WORK_INBOX,	/* struct inbox_job: may he read his inbox, and where does it stand? */
	WORK_UNREAD,	/* struct events_job: what a recipient hasn't read */
	WORK_HEADS,	/* struct heads_job */
	WORK_FIGURES,	/* struct figures_job */
	WORK_ADOPT,	/* struct adopt_job */
	WORK_SWEEP,	/* struct sweep_job: presences that are due */
	WORK_EXPIRE,	/* struct expire_job: a session whose time is over */
	WORK_KINDS
};

extern const struct job_kind work_kinds[WORK_KINDS];

struct connect_job {
	struct job job;
	struct id node;
	struct connect_item item; /* its err is job.err too */
	bool ask_classroom;	  /* the room knows nothing yet */
	/* out, as it was after he connected; NULL: not asked for, or it couldn't be read */
	struct classroom *classroom;
};

struct leave_job {
	struct job job;
	struct id node;
	struct leave_item item;
};

/* What a student does in his attempt, and what anybody says. */
struct command_job {
	struct job job;
	struct actor actor;
	struct id attempt_id; /* nil: it is about none */
	const char *ref;      /* NULL: he wants no acknowledgement */
	union {
		struct {
			struct answer_input *items;
			size_t count;
		} answers;
		struct progress_input progress;
		struct highlight_input highlight;
		struct violation_input violation;
		struct message_input message;
	} in;
	struct doc doc; /* out */
};

struct read_job {
	struct job job;
	struct actor actor;
	const char *ref;
	struct doc doc; /* out */
};

struct members_job {
	struct read_job read;
	struct id_list present; /* in the job's arena */
};

struct find_job {
	struct job job;
	struct actor actor;
	const char *join_code; /* when the job names no session */
	struct id session_id;  /* out */
};

struct events_job {
	struct job job;
	uint64_t room; /* which room asked: its serial */
	uint64_t since;
	size_t limit;
	struct event *items; /* out */
	size_t count;	     /* out */
};

struct classroom_job {
	struct job job;
	uint64_t room;		    /* its serial */
	uint64_t version;	    /* of the groups that the room had when it asked */
	struct classroom classroom; /* out */
};

struct inbox_job {
	struct job job;
	struct actor actor;
	uint64_t head; /* out */
};

struct heads_job {
	struct job job;
	struct head_item *items; /* in the job's arena */
	size_t count;
};

struct figures_job {
	struct job job;
	struct figures_item *items; /* in the job's arena */
	size_t count;
};

struct adopt_job {
	struct job job;
	const char *node_name;
	int64_t grace_seconds;
	struct id node; /* out */
};

struct sweep_job {
	struct job job;
	struct id node;
};

struct expire_job {
	struct job job;
	struct id_list later; /* not these; in the job's arena */
	struct id session_id; /* out, even when it failed; nil: there is none */
	bool done;	      /* out: it was completed */
};

#endif
