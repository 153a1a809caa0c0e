/* One PostgreSQL connection.
 *
 * Connects when first used, prepares a statement when first run, reconnects by itself: a connection that the
 * server has closed meanwhile is noticed before a statement is sent on it, so a restart of the database costs
 * nobody an error once it is back. Every wait ends after the timeout: then the connection is dropped, and the
 * statement may or may not have been committed. One thread at a time. */
#ifndef INVIGIL_DB_CONN_H
#define INVIGIL_DB_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/config.h"
#include "core/err.h"
#include "db/rows.h"

struct db;

/* Never connects yet. `application` names the connection in pg_stat_activity. NULL: no memory. */
struct db *db_new(const char *conninfo, const char *application, int timeout_ms);
/* To where the settings say, and as they say it. */
struct db *db_configured(const struct config *config, const char *application, int timeout_ms);
void db_free(struct db *db);
/* From the next statement on. */
void db_set_timeout(struct db *db, int timeout_ms);

/* Whoever counts what the connection does, in its thread. Either may be NULL. */
struct db_watch {
	void *context;
	/* A statement, or a commit: how long the database took for it, and what became of it. */
	void (*ran)(void *context, int64_t us, enum err err);
	/* A connection was made, or could not be. */
	void (*connected)(void *context, bool made);
};

/* Copied. */
void db_watch(struct db *db, const struct db_watch *watch);

/* A statement with text parameters ($1 …, NULL is SQL NULL), prepared under `name` on first use, or never;
 * the rows belong to the arena. ERR_UNAVAILABLE: no connection, lost, shutting down, out of resources, or
 * timed out. ERR_RETRY: serialization failure or deadlock, outside a transaction only after it has been sent
 * again in vain. ERR_MEMORY: nothing was sent. ERR_INTERNAL: anything else; db_message tells. The generated
 * queries.h calls it. */
MUST_CHECK enum err db_run(struct db *db, struct arena *arena, const char *name, const char *sql,
			   const char *const *params, int count, struct rows **ret);
/* One or more statements without parameters, for migrations. */
MUST_CHECK enum err db_script(struct db *db, const char *sql);

MUST_CHECK enum err db_begin(struct db *db);
MUST_CHECK enum err db_commit(struct db *db);
/* Never fails: a connection that can't roll back is dropped. */
void db_rollback(struct db *db);

/* What the server (or libpq) last said, for the log. */
const char *db_message(const struct db *db);
bool db_connected(const struct db *db);
/* Whether the last try to connect was in vain: more than one statement, or one connection, is affected. */
bool db_unreachable(const struct db *db);

#endif
