/* What all commands share: their start, and the question whether the actor may touch a thing at all. */
#include "domain/domain.h"

#include <string.h>

#include "domain/reply.h"
#include "queries.h"

void domain_init(struct domain *domain, struct db *db, struct arena *arena, const struct config *config,
		 const struct token_keys *keys)
{
	memset(domain, 0, sizeof(*domain));
	domain->db = db;
	domain->arena = arena;
	domain->config = config;
	domain->keys = keys;
	domain->outbox.last = &domain->outbox.first;
	problems_init(&domain->problems, arena);
}

/* How SQL calls the things; the order is the enum's. */
static const char *const THINGS[] = {
    [THING_USER] = "USER",
    [THING_TEST_READ] = "TEST_READ",
    [THING_TEST_WRITE] = "TEST_WRITE",
    [THING_CLASS_READ] = "CLASS_READ",
    [THING_CLASS_WRITE] = "CLASS_WRITE",
    [THING_SESSION_READ] = "SESSION_READ",
    [THING_SESSION_MANAGE] = "SESSION_MANAGE",
    [THING_SESSION_TRANSCRIBE] = "SESSION_TRANSCRIBE",
    [THING_ATTEMPT_READ] = "ATTEMPT_READ",
    [THING_ATTEMPT_WRITE] = "ATTEMPT_WRITE",
};

enum err domain_guard(struct domain *domain, const struct actor *actor, enum thing thing, const struct id *id)
{
	struct rows *rows;
	enum err err;

	if (thing == THING_NONE)
		return OK;
	err = q_domain_guard(domain->db, domain->arena, &actor->user_id, role_name(actor->role),
			     THINGS[thing], id, &rows);
	return err == OK ? err_from_code(rows_text(rows, 0, "outcome")) : err;
}
