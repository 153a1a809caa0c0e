/* Parameters are judged by the cast that follows them in the statement; rows come from one table of columns.
 */
#include "tests/support/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "db/result.h"
#include "tests/support/array.h"
#include "wire/json.h"

struct db {
	char message[64];
};

static void refuse(const char *statement, int parameter, const char *value, const char *why)
{
	fprintf(stderr, "%s: PostgreSQL would refuse $%d, %s: %s\n", statement, parameter, why,
		value ? value : "NULL");
	abort();
}

void (*database_refused)(const char *, int, const char *, const char *) = refuse;
char database_version[ID_TEXT] = DATABASE_ID;
atomic_ulong database_statements;
atomic_int database_transactions;
struct database_event database_events[DATABASE_EVENTS];
char database_head[24] = "7";

/* --- parameters --- */

static bool is_text(const char *value)
{
	return utf8_valid(value, strlen(value));
}

static bool is_id(const char *value)
{
	struct id id;

	return id_parse(value, &id);
}

static bool is_between(const char *value, long long least, long long most)
{
	long long number;
	char *end;

	errno = 0;
	number = strtoll(value, &end, 10);
	return *value && !*end && errno == 0 && number >= least && number <= most;
}

static bool is_integer(const char *value)
{
	return is_between(value, INT32_MIN, INT32_MAX);
}

static bool is_bigint(const char *value)
{
	return is_between(value, INT64_MIN, INT64_MAX);
}

static bool is_boolean(const char *value)
{
	return strcmp(value, "t") == 0 || strcmp(value, "f") == 0;
}

static bool is_number(const char *value)
{
	char *end;

	(void)strtod(value, &end);
	return *value && !*end;
}

/* jsonb keeps no NUL, and text that isn't UTF-8 never gets so far: both are what json_parse refuses. */
static bool is_json(const char *value)
{
	struct arena *arena = arena_new(0);
	json_value *ignored;
	enum err err = arena ? json_parse(arena, value, strlen(value), &ignored) : ERR_MEMORY;

	arena_free(arena);
	return err != ERR_INVALID_JSON;
}

static bool is_time(const char *value)
{
	int64_t ignored;

	return time_parse(value, &ignored) && strncmp(value, "0000", 4) != 0;
}

static const struct kind {
	const char *name;
	bool (*is)(const char *value);
} kinds[] = {
    {"text", is_text},	   {"uuid", is_id},	     {"integer", is_integer}, {"int", is_integer},
    {"bigint", is_bigint}, {"boolean", is_boolean},  {"bool", is_boolean},    {"json", is_json},
    {"jsonb", is_json},	   {"timestamptz", is_time}, {"numeric", is_number},  {"double precision", is_number},
};

static const struct kind *kind_find(const char *cast)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].name);

		if (strncmp(cast, kinds[i].name, len) == 0 &&
		    !strchr("abcdefghijklmnopqrstuvwxyz", cast[len]))
			return &kinds[i];
	}
	return NULL;
}

/* Statements to which a missing array means something. To all others it is one that had no memory to be built
 * in. */
static const char *const may_be_null[] = {"class_update", "group_update", NULL};

static bool is_among(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* What is wrong with the value; NULL: nothing. */
static const char *judge(const char *name, const char *cast, const char *value)
{
	const struct kind *kind = kind_find(cast);
	struct array_reader reader;
	const char *element;
	bool good = true;

	if (!kind)
		return "its cast is none that is known here";
	if (strncmp(cast + strlen(kind->name), "[]", 2) != 0)
		return !value || kind->is(value) ? NULL : kind->name;
	if (!value)
		return is_among(name, may_be_null) ? NULL : "an array that isn't NULL";
	if (!array_begin(&reader, value))
		return "an array";
	while (array_next(&reader, &element))
		good &= !element || kind->is(element);
	good &= array_ended(&reader);
	return good ? NULL : "an array, or its elements";
}

static void judge_all(const char *name, const char *sql, const char *const *params, int count)
{
	bool seen[64] = {false};

	for (const char *at = strchr(sql, '$'); at; at = strchr(at + 1, '$')) {
		char *cast;
		long number = strtol(at + 1, &cast, 10);
		const char *why;

		if (number < 1 || number > count || strncmp(cast, "::", 2) != 0) {
			database_refused(name, (int)number, NULL, "a parameter that isn't given");
			continue;
		}
		seen[number] = true;
		why = judge(name, cast + 2, params[number - 1]);
		if (why)
			database_refused(name, (int)number, params[number - 1], why);
	}
	for (int i = 1; i <= count; i++)
		if (!seen[i])
			database_refused(name, i, params[i - 1],
					 "a parameter that the statement doesn't have");
}

/* --- rows --- */

/* A value, for one statement or (NULL) for all others. */
static const struct column {
	const char *name;
	const char *value; /* NULL: SQL NULL */
	const char *statement;
} columns[] = {
    {"active", "t", NULL},
    {"actor_id", DATABASE_ID, NULL},
    {"announced", "t", NULL},
    {"answer", "\"B\"", NULL},
    {"answered_questions", "1", NULL},
    {"archived", "f", NULL},
    {"at", "2026-01-18T10:30:00.000Z", NULL},
    {"attempt_id", DATABASE_ID, NULL},
    {"attempts", "{" DATABASE_ID "}", NULL},
    {"audience", "all", NULL},
    {"band_table", NULL, NULL},
    {"class_id", DATABASE_ID, NULL},
    {"created_at", "1768732200000", NULL},
    {"doc", "{\"id\":\"" DATABASE_ID "\"}", NULL},
    {"doc",
     "{\"participants\":[{\"user_id\":\"" DATABASE_ID
     "\",\"user_name\":\"Ada\",\"role\":\"STUDENT\",\"connected\":true}]}",
     "session_members"},
    {"doc",
     "{\"session\":{\"status\":\"IN_PROGRESS\",\"ends_at\":\"2126-01-18T10:30:00.000Z\"},\"attempt\":{\"id\":"
     "\"" DATABASE_ID "\"}}",
     "stream_state"},
    {"email", "ada@school.example", NULL},
    {"enrolled", "f", NULL},
    {"ends_at", "1768735800000", NULL},
    {"etag", "abc", NULL},
    {"event_id", "1", NULL},
    {"field", "passage_index", NULL},
    {"full_name", "Ada, the \"first\"", NULL},
    {"good", "t", NULL},
    {"group_id", DATABASE_ID, NULL},
    {"has_test", "t", NULL},
    {"head", database_head, NULL},
    {"heads", "{8,9}", NULL},
    {"highlight_id", DATABASE_ID, NULL},
    {"highlighted", "text", NULL},
    {"highlights", "0", NULL},
    {"id", DATABASE_ID, NULL},
    {"is_update", "f", NULL},
    {"join_code", "ABC234", NULL},
    {"joined_event", "7", NULL},
    {"limited", "f", NULL},
    {"node_id", DATABASE_ID, NULL},
    {"number", "1", NULL},
    {"outcome", "", NULL},
    {"paper", "{\"id\":\"" DATABASE_ID "\"}", NULL},
    {"passage_id", DATABASE_ID, NULL},
    {"passage_index", "0", NULL},
    {"password_hash", "$argon2id$", NULL},
    {"payload", "{\"student_id\":\"" DATABASE_ID "\"}", NULL},
    {"place", "1", NULL},
    {"position_end", "2", NULL},
    {"position_start", "1", NULL},
    {"question_id", DATABASE_ID, NULL},
    {"question_index", "0", NULL},
    {"question_number", "1", NULL},
    {"repeated", "f", NULL},
    {"role", "STUDENT", NULL},
    {"score", "6.5", NULL},
    {"scoring", "points", NULL},
    {"seal", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL},
    {"session_id", DATABASE_ID, NULL},
    {"sheet",
     "[{\"id\":\"" DATABASE_ID "\",\"type\":\"multiple_choice\",\"points\":1,\"key\":{\"any_of\":[\"B\"]},"
     "\"options\":[{\"id\":\"A\",\"text\":\"a\"},{\"id\":\"B\",\"text\":\"b\"}]}]",
     NULL},
    {"started_at", "1768732200000", NULL},
    {"stats", "{\"submitted_count\":1}", NULL},
    {"status", "IN_PROGRESS", NULL},
    {"stream_ids", "{" DATABASE_ID ",018f2a7e-0000-7000-8000-0000000000bb}", NULL},
    {"student_id", DATABASE_ID, NULL},
    {"student_name", "=Ada\n\"x\"", NULL},
    {"submission_type", "MANUAL", NULL},
    {"submitted_at", "2026-01-18T10:30:00.000Z", NULL},
    {"target_id", DATABASE_ID, NULL},
    {"time_limit_seconds", "3600", NULL},
    {"time_taken_seconds", "60", NULL},
    {"total_count", "1", NULL},
    {"total_questions", "1", NULL},
    {"type", "student_answer", NULL},
    {"type", "FORCED", "closing_begin"},
    {"type", "TIME_EXPIRED", "closing_expire"},
    {"user_id", DATABASE_ID, NULL},
    {"version_id", database_version, NULL},
    {"violation_type", "TAB_SWITCH", NULL},
    {"violations", "0", NULL},
};

/* The value of that column for that statement: a row of its own comes behind the one for all. */
static const char *value_of(const struct column *column, const char *statement)
{
	const struct column *end = columns + ARRAY_LEN(columns), *found = column;

	for (const struct column *at = column; at < end && strcmp(at->name, column->name) == 0; at++)
		if (at->statement && strcmp(at->statement, statement) == 0)
			found = at;
	return found->value;
}

/* Statements that answer with a row for each element of their first array. */
static const char *const per_element[] = {"attempt_answer",
					  "attempt_progress",
					  "attempt_highlight",
					  "attempt_violation",
					  "presence_connect",
					  "presence_judge",
					  NULL};

static int rows_wanted(const char *name, const char *const *params)
{
	struct array_reader reader;
	const char *element;
	int count = 0;

	/* no session's time is ever over */
	if (strcmp(name, "closing_due") == 0)
		return 0;
	if (!is_among(name, per_element) || !array_begin(&reader, params[0]))
		return 1;
	while (array_next(&reader, &element))
		count++;
	return count;
}

/* False: no memory. */
static bool add_columns(PGresult *result)
{
	PGresAttDesc descriptions[ARRAY_LEN(columns)] = {0};
	int count = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (!columns[i].statement)
			descriptions[count++].name = (char *)(uintptr_t)columns[i].name;
	return PQsetResultAttrs(result, count, descriptions) != 0;
}

/* The row of the event behind `since`: the only answer that depends on a parameter, since a stream has every
 * event that is asked for. */
struct event_row {
	char id[24];
	const struct database_event *event; /* NULL: no such row is wanted, or it is like all others */
};

static void event_after(const char *since, struct event_row *ret)
{
	unsigned long long id = strtoull(since, NULL, 10) + 1;

	snprintf(ret->id, sizeof(ret->id), "%llu", id);
	ret->event = id < DATABASE_EVENTS && database_events[id].type ? &database_events[id] : NULL;
}

static const char *event_value(const struct event_row *row, const char *column, const char *value)
{
	if (strcmp(column, "event_id") == 0)
		return row->id;
	if (row->event && strcmp(column, "type") == 0)
		return row->event->type;
	if (row->event && strcmp(column, "payload") == 0)
		return row->event->payload;
	return value;
}

static bool add_row(PGresult *result, const char *statement, const char *const *params, int row)
{
	bool events = strcmp(statement, "stream_events_after") == 0;
	struct event_row event;
	int count = 0;

	if (events)
		event_after(params[1], &event);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *value = value_of(&columns[i], statement);

		if (columns[i].statement)
			continue;
		if (events)
			value = event_value(&event, columns[i].name, value);
		if (!PQsetvalue(result, row, count++, (char *)(uintptr_t)value,
				value ? (int)strlen(value) : -1))
			return false;
	}
	return true;
}

/* NULL: no memory. */
static PGresult *answer(const char *statement, const char *const *params, int rows)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	bool whole = result && add_columns(result);

	for (int row = 0; whole && row < rows; row++)
		whole = add_row(result, statement, params, row);
	if (whole)
		return result;
	PQclear(result);
	return NULL;
}

/* --- what db/conn.h promises --- */

struct db *db_new(const char *conninfo UNUSED, const char *application UNUSED, int timeout_ms UNUSED)
{
	return calloc(1, sizeof(struct db));
}

struct db *db_configured(const struct config *config, const char *application, int timeout_ms)
{
	return db_new(config->database_url, application, timeout_ms);
}

void db_free(struct db *db)
{
	free(db);
}

enum err db_run(struct db *db UNUSED, struct arena *arena, const char *name, const char *sql,
		const char *const *params, int count, struct rows **ret)
{
	struct rows *rows = rows_new(arena);
	PGresult *result;

	if (!rows)
		return ERR_MEMORY;
	database_statements++;
	judge_all(name, sql, params, count);
	if (!ret)
		return OK;
	result = answer(name, params, rows_wanted(name, params));
	if (!result)
		return ERR_UNAVAILABLE;
	rows_fill(rows, result);
	*ret = rows;
	return OK;
}

enum err db_script(struct db *db UNUSED, const char *sql UNUSED)
{
	return OK;
}

enum err db_begin(struct db *db UNUSED)
{
	database_transactions++;
	return OK;
}

enum err db_commit(struct db *db UNUSED)
{
	database_transactions--;
	return OK;
}

void db_rollback(struct db *db UNUSED)
{
	database_transactions--;
}

void db_watch(struct db *db UNUSED, const struct db_watch *watch UNUSED)
{
}

void db_set_timeout(struct db *db, int timeout_ms)
{
	(void)db;
	(void)timeout_ms;
}

const char *db_message(const struct db *db)
{
	return db->message;
}

bool db_connected(const struct db *db UNUSED)
{
	return true;
}

bool db_unreachable(const struct db *db UNUSED)
{
	return false;
}
