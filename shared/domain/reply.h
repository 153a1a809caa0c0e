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

/* The id behind which a list goes on; nil from the start. ERR_VALIDATION, with its problem, for a cursor that
 * no list has given. */
MUST_CHECK enum err page_after(struct domain *d, const struct page *page, struct id *ret);

#endif
