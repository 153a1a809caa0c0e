/* The database as the services meet it: its version, whether what is committed stays, its clock, and whether
 * the schema is this program's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/conn.h"
#include "db/migrations.h"
#include "fcgi-app/admin/doctor.h"
#include "fcgi-app/admin/migrate.h"
#include "queries.h"

#define VERSION_LEAST 150000 /* PostgreSQL 15 */
#define CLOCKS_APART  1000   /* ms: deadlines are the database's, countdowns the hosts' */

static void check_server(struct sheet *sheet, const struct rows *rows, int64_t now)
{
	const char *commit = rows_text(rows, 0, "synchronous_commit");
	const int64_t apart = rows_int(rows, 0, "now") - now;

	if (rows_int(rows, 0, "version") < VERSION_LEAST)
		sheet_bad(sheet, "upgrade to PostgreSQL 15 or newer", "PostgreSQL %s is too old",
			  rows_text(rows, 0, "told"));
	else if (rows_bool(rows, 0, "standby"))
		sheet_bad(sheet, "let database_url name the primary, or add target_session_attrs=read-write",
			  "the database is a standby, which can't be written to");
	else
		sheet_good(sheet, "the database answers: PostgreSQL %s", rows_text(rows, 0, "told"));
	if (strcmp(commit, "off") == 0)
		sheet_bad(sheet, "set it to on, in postgresql.conf and for the role: a 2xx means committed",
			  "synchronous_commit is off: a crash loses answers that were acknowledged");
	else if (strcmp(rows_text(rows, 0, "fsync"), "on") != 0)
		sheet_bad(sheet, "set it to on in postgresql.conf",
			  "fsync is off: a crash of the host loses the database");
	else
		sheet_good(sheet, "what is committed stays: synchronous_commit is %s", commit);
	if (llabs(apart) > CLOCKS_APART)
		sheet_bad(sheet, "let the same time service (chrony, ntp) run on both hosts",
			  "the database's clock is %" PRId64 " ms away from this host's", apart);
	else
		sheet_good(sheet, "the database's clock is this host's, within a second");
}

static void check_schema(struct sheet *sheet, struct db *db, struct arena *arena)
{
	static const char todo[] = "invigil-app migrate";
	const char *digest = NULL;
	struct rows *migrations, *functions;
	int count;

	if (q_migrations_applied(db, arena, &migrations) != OK ||
	    q_functions_digest(db, arena, &functions) != OK ||
	    migrate_functions_digest(db, arena, &digest) != OK) {
		sheet_bad(sheet, "let the role of database_url own the tables",
			  "the schema can't be read: %s", db_message(db));
		return;
	}
	count = rows_count(migrations);
	if (count > MIGRATION_COUNT)
		sheet_bad(sheet, "install the newer program on this host, too",
			  "the schema is newer (%d) than this program (%d)", count, MIGRATION_COUNT);
	else if (count < MIGRATION_COUNT)
		sheet_bad(sheet, todo, "the schema is older (%d) than this program (%d)", count,
			  MIGRATION_COUNT);
	else if (rows_count(functions) != 1 || strcmp(rows_text(functions, 0, "digest"), digest) != 0)
		sheet_bad(sheet, todo, "the database has another version's functions");
	else
		sheet_good(sheet, "the schema is this program's: %s", MIGRATIONS[MIGRATION_COUNT - 1].name);
}

void doctor_database(struct sheet *sheet, const struct config *config)
{
	struct db *db = db_configured(config, "invigil-app doctor", (int)config->database_timeout_ms);
	struct arena *arena = arena_new(0);
	struct rows *rows = NULL;
	/* the first question connects, which takes its time */
	enum err err = db && arena ? q_admin_server(db, arena, &rows) : ERR_MEMORY;
	int64_t before = clock_now();

	if (err == OK)
		err = q_admin_server(db, arena, &rows);
	if (err != OK) {
		sheet_bad(sheet, "see database_url: is PostgreSQL running, and may this user sign in there?",
			  "the database doesn't answer: %s",
			  err == ERR_MEMORY ? err_sentence(err) : db_message(db));
	} else {
		check_server(sheet, rows, before + (clock_now() - before) / 2);
		if (rows_bool(rows, 0, "has_book"))
			check_schema(sheet, db, arena);
		else
			sheet_bad(sheet, "invigil-app migrate", "the database has no schema yet");
	}
	arena_free(arena);
	db_free(db);
}
