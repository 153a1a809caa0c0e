/* For the files of this folder: from what the database answered to what a domain function returns. */
#ifndef INVIGIL_DOMAIN_REPLY_H
#define INVIGIL_DOMAIN_REPLY_H

#include "db/rows.h"
#include "domain/domain.h"

/* Reads the one row of type `reply` (sql/schema/0001) that a command's function has returned: a FRAME_HEAD
 * notice per stream goes into the outbox, whatever the outcome (a refusal can have published something: an
 * expired session that it closed); outcome VALIDATION_ERROR adds its `doc`, [{"field","message"}], to
 * d->problems. `ret` NULL: the command answers without a document. */
MUST_CHECK enum err domain_reply(struct domain *d, const struct rows *rows, struct doc *ret);

/* Column `column` of the first row as a document. ERR_INTERNAL when there is no row or it is NULL. */
MUST_CHECK enum err domain_doc(struct domain *d, const struct rows *rows, const char *column,
			       struct doc *ret);

/* Adds a copy of `event`; its payload must be the arena's. */
MUST_CHECK enum err outbox_add(struct domain *d, enum frame_kind kind, const struct event *event);

/* For a command that has ended a session: what it published last takes the row's column `seal` along. */
void outbox_seal(struct domain *d, const struct rows *rows);

/* The id behind which a list goes on; nil from the start. ERR_VALIDATION, with its problem, for a cursor that
 * no list has given. */
MUST_CHECK enum err page_after(struct domain *d, const struct page *page, struct id *ret);
/* Likewise for lists whose cursor is the id of an event; 0 from the start. */
MUST_CHECK enum err page_after_event(struct domain *d, const struct page *page, int64_t *ret);

/* The ids as an array parameter, in their order; NULL: memory ran out. */
MUST_CHECK const char *id_list_text(struct domain *d, const struct id_list *ids);

/* The rows of a query for events of one stream, all columns but session_id. */
MUST_CHECK enum err events_read(struct domain *d, const struct rows *rows, const struct id *session_id,
				struct event **ret_items, size_t *ret_count);

#endif
