/* `invigil-app migrate`: brings the database to the schema that this binary carries. */
#ifndef INVIGIL_APP_ADMIN_MIGRATE_H
#define INVIGIL_APP_ADMIN_MIGRATE_H

#include "base/arena.h"
#include "base/compiler.h"
#include "core/config.h"
#include "db/conn.h"

/* Applies what is missing, a transaction for each migration, and creates the SQL functions again when any has
 * changed. Harmless to repeat and to run twice at once. Refuses a database that is newer than the binary, and
 * one whose applied migrations are not those of the binary. Tells what it does on stdout, what is wrong on
 * stderr; the exit status. */
int migrate_command(const struct config *config, const char *config_path, int argc, char *argv[]);
/* What schema_functions says of a database that has this binary's functions; the arena's. */
MUST_CHECK enum err migrate_functions_digest(struct db *db, struct arena *arena, const char **ret);

#endif
