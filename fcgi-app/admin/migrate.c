/* Migrating, in steps of one transaction each. Every step takes the same advisory lock and looks at what is
 * applied before it does anything, so that it is right whatever happened since the step before: another
 * migrator, a lost connection. */
#include "fcgi-app/admin/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/conn.h"
#include "db/migrations.h"
#include "queries.h"

#define MIGRATE_TIMEOUT_MS (60 * 60 * 1000) /* an index over a large table takes its time */

struct migrator {
	struct db *db;
	struct arena *arena;
	int applied;	   /* migrations of ours that the database has */
	const char *doing; /* for the error message */
	const char *wrong; /* why we refuse; NULL: the database said why */
	bool changed;
	bool free; /* to change what is there: nobody is at a test, or the operator wants it all the same */
};

/* The book: which migrations are applied, and which functions. */
static const char BOOK[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL, "
    "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    "COMMENT ON TABLE schema_migrations IS 'The files of sql/schema that are applied; kept by invigil-app "
    "migrate.';"
    "CREATE TABLE IF NOT EXISTS schema_functions (one boolean PRIMARY KEY CHECK (one), digest text NOT NULL, "
    "applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    "COMMENT ON TABLE schema_functions IS 'What sql/functions was when its functions were last created: one "
    "row.';";

static enum err refuse(struct migrator *m, const char *wrong)
{
	m->wrong = wrong ? wrong : "out of memory";
	return ERR_CONFIG;
}

static enum err checksum(struct db *db, struct arena *arena, const char *text, const char **ret)
{
	struct rows *rows;
	enum err err = q_migration_checksum(db, arena, text, &rows);

	if (err == OK)
		*ret = rows_text(rows, 0, "checksum");
	return err;
}

/* Compares the book with ours: what is applied must be the beginning of what we have. */
static enum err read_book(struct migrator *m)
{
	struct rows *rows;
	enum err err = q_migrations_applied(m->db, m->arena, &rows);

	for (int i = 0; err == OK && i < rows_count(rows); i++) {
		const char *name = rows_text(rows, i, "name"), *sum = NULL;

		m->doing = name;
		if (rows_int(rows, i, "version") > MIGRATION_COUNT)
			return refuse(m, "the database is newer than this program; use the newer program");
		if (rows_int(rows, i, "version") != MIGRATIONS[i].version)
			return refuse(m, "the database lacks a migration that comes before this one");
		err = checksum(m->db, m->arena, MIGRATIONS[i].sql, &sum);
		if (err == OK && strcmp(sum, rows_text(rows, i, "checksum")) != 0)
			return refuse(
			    m, arena_printf(m->arena,
					    "was applied as %s, and this program's %s says something else",
					    name, MIGRATIONS[i].name));
	}
	if (err == OK)
		m->applied = rows_count(rows);
	return err;
}

/* Tables are locked while they change, and programs of the version before don't find their functions any
 * more: nothing for the middle of a test. Asked once, before the first change: half of a version is worse. */
static enum err hold_off(struct migrator *m)
{
	struct rows *rows;
	enum err err;
	int64_t going;

	if (m->free)
		return OK;
	err = q_migration_sessions_there(m->db, m->arena, &rows);
	if (err == OK && rows_bool(rows, 0, "there")) {
		err = q_migration_sessions_going(m->db, m->arena, &rows);
		if (err != OK)
			return err;
		going = rows_int(rows, 0, "going");
		if (going)
			return refuse(m, arena_printf(m->arena,
						      "%" PRId64
						      " sessions are waiting or in progress; nothing was "
						      "changed. Wait until they are over, or add --force",
						      going));
	}
	m->free = err == OK;
	return err;
}

static enum err step_book(struct migrator *m)
{
	m->doing = "schema_migrations";
	return db_script(m->db, BOOK);
}

/* The next migration, if there is one. */
static enum err step_next(struct migrator *m)
{
	const struct migration *next;
	const char *sum;
	enum err err = read_book(m);

	if (err != OK || m->applied == MIGRATION_COUNT)
		return err;
	next = &MIGRATIONS[m->applied];
	m->doing = next->name;
	err = hold_off(m);
	if (err == OK)
		err = db_script(m->db, next->sql);
	if (err == OK)
		err = checksum(m->db, m->arena, next->sql, &sum);
	if (err == OK)
		err = q_migration_record(m->db, m->arena, next->version, next->name, sum);
	return err;
}

enum err migrate_functions_digest(struct db *db, struct arena *arena, const char **ret)
{
	struct buf all;

	buf_init(&all, arena);
	for (int i = 0; i < SQL_FUNCTION_COUNT; i++) {
		buf_adds(&all, SQL_FUNCTIONS[i].name);
		buf_addc(&all, '\n');
		buf_adds(&all, SQL_FUNCTIONS[i].sql);
	}
	return all.failed ? ERR_MEMORY : checksum(db, arena, all.data ? all.data : "", ret);
}

/* All or none, in name order; bodies are checked when they first run, since one may call another that comes
 * later. */
static enum err step_functions(struct migrator *m)
{
	struct rows *rows;
	const char *digest = NULL, *known;
	enum err err = read_book(m);

	m->doing = "functions";
	if (err == OK)
		err = migrate_functions_digest(m->db, m->arena, &digest);
	if (err == OK)
		err = q_functions_digest(m->db, m->arena, &rows);
	if (err != OK)
		return err;
	known = rows_count(rows) == 1 ? rows_text(rows, 0, "digest") : "";
	if (strcmp(known, digest) == 0)
		return OK;
	err = hold_off(m);
	if (err == OK)
		err = db_script(m->db, "SET LOCAL check_function_bodies = off");
	for (int i = 0; err == OK && i < SQL_FUNCTION_COUNT; i++) {
		m->doing = SQL_FUNCTIONS[i].name;
		err = db_script(m->db, SQL_FUNCTIONS[i].sql);
	}
	if (err == OK)
		err = q_functions_record(m->db, m->arena, digest);
	m->changed = err == OK;
	return err;
}

static enum err run_step(struct migrator *m, enum err (*step)(struct migrator *m))
{
	enum err err = db_begin(m->db);

	if (err != OK)
		return err;
	err = q_migrations_lock(m->db, m->arena);
	if (err == OK)
		err = step(m);
	if (err == OK)
		return db_commit(m->db);
	db_rollback(m->db);
	return err;
}

static enum err migrate(struct migrator *m, FILE *out)
{
	bool any = false;
	enum err err = run_step(m, step_book);

	while (err == OK) {
		err = run_step(m, step_next);
		if (err != OK || m->applied == MIGRATION_COUNT)
			break;
		fprintf(out, "applied %s\n", m->doing);
		any = true;
	}
	if (err == OK)
		err = run_step(m, step_functions);
	if (err != OK)
		return err;
	if (m->changed)
		fprintf(out, "created %d functions\n", SQL_FUNCTION_COUNT);
	else if (!any)
		fprintf(out, "up to date\n");
	return OK;
}

int migrate_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	struct migrator m = {.doing = "connecting"};
	enum err err = ERR_MEMORY;

	m.free = argc == 2 && strcmp(argv[1], "--force") == 0;
	if (argc > 1 && !m.free) {
		fprintf(stderr, "usage: invigil-app migrate [--force]\n");
		return 2;
	}
	m.db = db_configured(config, "invigil-app migrate", MIGRATE_TIMEOUT_MS);
	m.arena = arena_new(0);
	if (m.db && m.arena)
		err = migrate(&m, stdout);
	if (err != OK) {
		const char *why = err == ERR_MEMORY ? err_sentence(err)
				  : m.wrong	    ? m.wrong
						    : db_message(m.db);

		fprintf(stderr, "invigil-app: migrate: %s: %s\n", m.doing, why);
	}
	arena_free(m.arena);
	db_free(m.db);
	return err == OK ? 0 : 1;
}
