/* An exam's evidence: a session's chain of events, recomputed, and written out.
 *
 * The chain (sql/schema/0010_audit.sql): each row's hash is SHA-256 over the hash of the row before (none for
 * the first) and the row's content, which is these lines: session id, event id, type, audience, actor id or
 * nothing, target id or nothing, microseconds since 1970, payload; no newline behind the last. The newest
 * hash is kept with the stream, and once the session is over, as its seal. */
#ifndef INVIGIL_DOMAIN_AUDIT_H
#define INVIGIL_DOMAIN_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "auth/digest.h"
#include "domain/domain.h"

enum audit_finding {
	AUDIT_WHOLE,	/* every row is as it was written */
	AUDIT_CHANGED,	/* the row `event_id` isn't what was written there */
	AUDIT_REMOVED,	/* the row `event_id` is missing */
	AUDIT_ADDED,	/* the row `event_id` is one that was never written */
	AUDIT_STREAM,	/* the rows fit each other, but the stream ends in another hash than `event_id`'s */
	AUDIT_SEAL,	/* the rows fit each other, but not the seal, which is said to be `event_id`'s */
	AUDIT_UNSEALED, /* the session is over and has no seal */
	AUDIT_FOREIGN,	/* everything fits, but the seal isn't the one that was asked for */
};

struct audit {
	enum audit_finding finding;
	int64_t event_id;	/* the first row that is wrong */
	int64_t events;		/* rows that are right, from the first on */
	char hash[DIGEST_TEXT]; /* of the last of them; empty: none */
	bool sealed;
	int64_t seal_event; /* it covers the events up to this one */
	char seal_hash[DIGEST_TEXT];
};

/* Recomputes the chain in pages, as it stood when it was called. `seal`: the one that the log tells, as text;
 * NULL: whichever the database has. ERR_SESSION_NOT_FOUND when nothing is there at all. */
MUST_CHECK enum err audit_verify(struct domain *d, const struct id *session_id, const char *seal,
				 struct audit *ret);
/* A line of JSON per event, ascending: all that verifying takes, and its hash; then one with the seal. What
 * is there is written, whether it is whole or not. */
MUST_CHECK enum err audit_export(struct domain *d, const struct id *session_id, FILE *out);

#endif
