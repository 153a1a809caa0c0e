/* Notifications: one stream per recipient, the same mechanism as a session's. Kinds and fields:
 * model/notifications.def. */
#ifndef INVIGIL_DOMAIN_NOTIFICATION_H
#define INVIGIL_DOMAIN_NOTIFICATION_H

#include "domain/domain.h"

struct notification_input {
	struct id recipient_id;
	const char *notification_type;
	json_value *payload;
	const char *correlation_id; /* NULL: a new one is made */
};

struct notification_kind;

/* What is wrong with the type and the payload, without asking anybody: ERR_VALIDATION, with its problems. OK:
 * the row of the type, and the payload as text. */
MUST_CHECK enum err notification_check(struct arena *arena, const struct notification_input *in,
				       struct problems *problems, const struct notification_kind **ret_kind,
				       const char **ret_payload);
/* 201: the notification. ERR_VALIDATION for an unknown type or recipient, and field by field for the payload.
 */
MUST_CHECK enum err notification_send(struct domain *d, const struct actor *actor,
				      const struct notification_input *in, struct doc *ret);
/* The actor's own, newest first. */
MUST_CHECK enum err notification_list(struct domain *d, const struct actor *actor, bool unread_only,
				      const struct page *page, struct doc *ret);
MUST_CHECK enum err notification_read(struct domain *d, const struct actor *actor,
				      const struct id *notification_id);
MUST_CHECK enum err notification_read_all(struct domain *d, const struct actor *actor);

/* For pushd: what a recipient hasn't read, after `since`, at most `limit`, ascending; as events of his
 * stream. */
MUST_CHECK enum err notification_unread_after(struct domain *d, const struct id *recipient_id, uint64_t since,
					      size_t limit, struct event **ret_items, size_t *ret_count);
/* A socket opens: is the user still who the token says? *ret_head is his stream's head (0: no notification
 * ever). */
MUST_CHECK enum err notification_connect(struct domain *d, const struct actor *actor, uint64_t *ret_head);

#endif
