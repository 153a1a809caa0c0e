/* What every domain function works with, and how it answers.
 *
 * A domain function runs on one connection, in one arena, on behalf of one actor. It returns OK or why not.
 * The document that REST answers (and a WebSocket `ack` carries) is made by the database, as JSON text in the
 * contract's shape: nothing copies it field by field. Whatever a command has published is in the outbox once
 * it returned OK, and so after its commit; the program sends it.
 *
 * Order of checks, which is the contract's: who (401) · thing (404) · ownership (403) · fields (422) · state
 * (409). A caller that finds a body wrong therefore first asks domain_guard for the thing, then answers 422.
 */
#ifndef INVIGIL_DOMAIN_DOMAIN_H
#define INVIGIL_DOMAIN_DOMAIN_H

#include <stddef.h>

#include "auth/token.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "core/config.h"
#include "core/err.h"
#include "db/conn.h"
#include "model/role.h"
#include "wire/event.h"
#include "wire/json.h"

/* One thing to tell pushd. */
struct notice {
	struct notice *next;
	enum frame_kind kind; /* FRAME_EVENT: the whole event; FRAME_HEAD: session_id and event_id only */
	struct event event;
	const char *seal; /* the session is over, and this, as text, is the hash of its last event: for the
			     log; else NULL */
};

struct outbox {
	struct notice *first;
	struct notice **last;
};

struct domain {
	struct db *db;
	struct arena *arena; /* owns all that a call returns */
	const struct config *config;
	const struct token_keys *keys;
	struct outbox outbox;
	struct problems problems; /* with ERR_VALIDATION: what is wrong */
};

/* Ready for one command (or one batch) in `arena`. */
void domain_init(struct domain *domain, struct db *db, struct arena *arena, const struct config *config,
		 const struct token_keys *keys);

/* A JSON document, the arena's. */
struct doc {
	const char *text;
	size_t len;
};

/* A page of a list. */
struct page {
	int64_t limit;	    /* 1 to 200 */
	const char *cursor; /* what the last page's next_cursor said; NULL: from the start */
};

/* The kinds of things that a path can name. */
enum thing {
	THING_NONE,
	THING_USER,		  /* exists */
	THING_TEST_READ,	  /* exists, and the actor may read it */
	THING_TEST_WRITE,	  /* exists, and is the actor's own */
	THING_CLASS_READ,	  /* exists, and the actor is in it */
	THING_CLASS_WRITE,	  /* exists, and the actor teaches it */
	THING_SESSION_READ,	  /* exists, and the actor takes part or manages it */
	THING_SESSION_MANAGE,	  /* exists, and the actor manages it */
	THING_SESSION_TRANSCRIBE, /* exists, and the actor manages it or is a SERVICE */
	THING_ATTEMPT_READ,	  /* exists, and is the actor's own or in a session he manages */
	THING_ATTEMPT_WRITE,	  /* exists, and is the actor's own */
};

/* OK when the thing exists and the actor may touch it so; else its 404, or 403. Reads only. */
MUST_CHECK enum err domain_guard(struct domain *domain, const struct actor *actor, enum thing thing,
				 const struct id *id);

#endif
