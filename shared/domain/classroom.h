/* The classroom: chat, groups, and the live transcript of a session. Its members are the staff of the session
 * and the students who take part in it. No status forbids any of it. */
#ifndef INVIGIL_DOMAIN_CLASSROOM_H
#define INVIGIL_DOMAIN_CLASSROOM_H

#include "domain/domain.h"
#include "model/session.h"

struct message_input {
	const char *message; /* 1 to 2,000 characters */
	struct id group_id;  /* nil: to the whole session */
	bool has_group_id;
};

/* `{message, group_id?}`, as REST and the WebSocket dialects read it. */
MUST_CHECK bool message_read(const json_value *body, struct problems *problems, struct message_input *ret);

/* 201: the chat_message. Who hears it is written into its event: everybody, the group and the staff, or, from
 * a student while a test is in progress, the staff alone. ERR_NOT_FOUND for a group that the session doesn't
 * have, ERR_ACCESS_DENIED for a student who isn't in it. */
MUST_CHECK enum err message_send(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct message_input *in, struct doc *ret);

struct messages_filter {
	int64_t since_event;	 /* messages after this event id; 0: all */
	int64_t since_time;	 /* messages after this moment (ms); 0: all */
	struct id since_message; /* messages after this one; nil, or one that isn't there: all */
};

/* Ascending; only what the actor may hear. A cursor is the id of an event. */
MUST_CHECK enum err message_list(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct messages_filter *filter, const struct page *page,
				 struct doc *ret);

struct group_input {
	const char *name;
	struct id_list student_ids; /* who is named twice counts once */
	bool has_name, has_student_ids;
};

/* Newest first. */
MUST_CHECK enum err group_list(struct domain *d, const struct actor *actor, const struct id *session_id,
			       const struct page *page, struct doc *ret);
/* 201: the group. ERR_STUDENT_NOT_IN_SESSION when one of the students isn't, ERR_VALIDATION when one is
 * nobody at all. */
MUST_CHECK enum err group_create(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct group_input *in, struct doc *ret);
/* What isn't given stays. ERR_NOT_FOUND for a group that the session doesn't have. */
MUST_CHECK enum err group_update(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct id *group_id, const struct group_input *in, struct doc *ret);
MUST_CHECK enum err group_delete(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct id *group_id);
/* domain_guard for a group: OK when the session has it and the actor manages the session. */
MUST_CHECK enum err group_guard(struct domain *d, const struct actor *actor, const struct id *session_id,
				const struct id *group_id);

/* For pushd: who hears what is said to a group, and of whom. */
struct group_member {
	struct id group_id;
	struct id student_id;
};

/* What has to be known of a session to tell its members what happens in it. */
struct classroom {
	bool has_test; /* a test is taken in it */
	char join_code[JOIN_CODE_TEXT];
	struct group_member *members; /* every member of every group, in no order; the arena's */
	size_t count;
};

/* ERR_SESSION_NOT_FOUND. */
MUST_CHECK enum err classroom_read(struct domain *d, const struct id *session_id, struct classroom *ret);

struct segment_input {
	const char *speaker;
	const char *text;
	bool is_final;
	int64_t start_ms, end_ms; /* in the recording; the end not before the start */
	bool has_start_ms, has_end_ms;
};

/* A partial segment is open until the same speaker's next one takes its place; a final one closes it. 201:
 * the segment. */
MUST_CHECK enum err transcript_add(struct domain *d, const struct actor *actor, const struct id *session_id,
				   const struct segment_input *in, struct doc *ret);
/* Ascending, each segment with its latest words. A cursor is the id of an event. */
MUST_CHECK enum err transcript_list(struct domain *d, const struct actor *actor, const struct id *session_id,
				    const struct page *page, struct doc *ret);

#endif
