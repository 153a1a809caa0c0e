/* The classroom: chat, groups, and the live transcript of a session. */
#ifndef INVIGIL_DOMAIN_CLASSROOM_H
#define INVIGIL_DOMAIN_CLASSROOM_H

#include "domain/domain.h"

struct message_input {
	const char *message;  /* 1 to 2,000 characters */
	struct id group_id;   /* nil: to the whole session */
	bool has_group_id;
};

/* 201: the chat_message. Who hears it is written into its event: everybody, the group and the staff, or, from a student while a
 * test is in progress, the staff alone. ERR_NOT_FOUND for a group that the session doesn't have, ERR_ACCESS_DENIED
 * for a student who isn't in it. */
MUST_CHECK enum err message_send(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct message_input *in, struct doc *ret);

struct messages_filter {
	int64_t since_event; /* messages after this event id; 0: all */
	int64_t since_time;  /* messages after this moment (ms); 0: all */
};

/* Ascending; only what the actor may hear. */
MUST_CHECK enum err message_list(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct messages_filter *filter, const struct page *page, struct doc *ret);

struct group_input {
	const char *name;
	struct id_list student_ids;
	bool has_name, has_student_ids;
};

MUST_CHECK enum err group_list(struct domain *d, const struct actor *actor, const struct id *session_id,
			       struct doc *ret);
MUST_CHECK enum err group_create(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct group_input *in, struct doc *ret);
MUST_CHECK enum err group_update(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct id *group_id, const struct group_input *in, struct doc *ret);
MUST_CHECK enum err group_delete(struct domain *d, const struct actor *actor, const struct id *session_id,
				 const struct id *group_id);

struct segment_input {
	const char *speaker;
	const char *text;
	bool is_final;
	int64_t start_ms, end_ms;
	bool has_start_ms, has_end_ms;
};

/* A partial segment is open until the same speaker's next one takes its place; a final one closes it. 201: the segment. */
MUST_CHECK enum err transcript_add(struct domain *d, const struct actor *actor, const struct id *session_id,
				   const struct segment_input *in, struct doc *ret);
MUST_CHECK enum err transcript_list(struct domain *d, const struct actor *actor, const struct id *session_id,
				    const struct page *page, struct doc *ret);

#endif
