/* One connection to PostgreSQL: connecting, waiting with a deadline, preparing, and telling what went wrong.
 *
 * Owns the PGconn and the set of names prepared on it; both live and die together. A connection that is in
 * doubt (a timeout, an unexpected byte while idle) is dropped, never mended: the next call makes another.
 * Refuses to retry a statement whose fate is unknown; only one that the server certainly didn't run is sent
 * again. */
#include "db/conn.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/clock.h"
#include "db/hosts.h"
#include "db/result.h"
#include "db/sqlstate.h"

#define CONNECT_LONGEST_MS 10000 /* a server silent for so long won't answer, whatever the timeout */
#define CONNECT_PAUSE_MS   100	 /* after a failure, so that callers don't hammer a server that starts */
#define TRIES_MOST	   3	 /* of a statement that met another one */
#define PREPARED_SLOTS	   1024	 /* a power of two, several times the number of queries */

struct db {
	PGconn *pg; /* NULL: not connected */
	char *conninfo;
	char *application;
	int timeout_ms;
	/* Statements are prepared, once each. Behind a pooler that gives every transaction another of its
	 * connections, what is prepared on one is unknown to the next. */
	bool prepares;
	bool in_transaction; /* between db_begin and its end, even when the connection is lost meanwhile */
	int64_t connect_not_before; /* monotonic ms */
	bool unreachable;	    /* no connection could be made when one was last wanted */
	int hosts;		    /* that conninfo names */
	int host_turn;		    /* which host of several is tried first */
	const char *prepared[PREPARED_SLOTS];
	int prepared_count;
	char message[512];
	struct db_watch watch;
};

/* --- making and losing the connection --- */

struct db *db_new(const char *conninfo, const char *application, int timeout_ms)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return NULL;
	db->conninfo = strdup(conninfo);
	db->application = strdup(application);
	db->hosts = hosts_count(conninfo);
	db->timeout_ms = timeout_ms;
	db->prepares = true;
	if (!db->conninfo || !db->application) {
		db_free(db);
		return NULL;
	}
	return db;
}

struct db *db_configured(const struct config *config, const char *application, int timeout_ms)
{
	struct db *db = db_new(config->database_url, application, timeout_ms);

	if (db)
		db->prepares = config->database_prepared;
	return db;
}

static void forget_prepared(struct db *db)
{
	memset(db->prepared, 0, sizeof(db->prepared));
	db->prepared_count = 0;
}

static void drop(struct db *db)
{
	PQfinish(db->pg);
	db->pg = NULL;
	forget_prepared(db);
}

void db_set_timeout(struct db *db, int timeout_ms)
{
	db->timeout_ms = timeout_ms;
}

void db_watch(struct db *db, const struct db_watch *watch)
{
	db->watch = *watch;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	drop(db);
	free(db->conninfo);
	free(db->application);
	free(db);
}

const char *db_message(const struct db *db)
{
	return db->message;
}

bool db_connected(const struct db *db)
{
	return db->pg && PQstatus(db->pg) == CONNECTION_OK;
}

bool db_unreachable(const struct db *db)
{
	return db->unreachable;
}

/* libpq ends its messages with a newline and may use several lines: a log line wants one. */
static void set_message(struct db *db, const char *text)
{
	size_t len;

	snprintf(db->message, sizeof(db->message), "%s", text ? text : "");
	len = strlen(db->message);
	while (len > 0 && db->message[len - 1] == '\n')
		db->message[--len] = '\0';
	for (char *at = db->message; *at; at++)
		if (*at == '\n' || *at == '\t')
			*at = ' ';
}

/* Waits for the socket; false when the deadline has passed. */
static bool wait_socket(struct db *db, short events, int64_t deadline)
{
	struct pollfd pfd = {.fd = PQsocket(db->pg), .events = events};
	int64_t left = deadline - clock_monotonic();

	if (left <= 0)
		return false;
	/* An interrupted poll is as good as a ready one: the caller looks again and comes back. */
	return poll(&pfd, 1, (int)left) != 0;
}

static void ignore_notice(void *arg UNUSED, const PGresult *result UNUSED)
{
}

static PGconn *connect_start(struct db *db)
{
	const char *keywords[3 + HOSTS_LISTS + 1] = {"dbname", "fallback_application_name",
						     "client_encoding"};
	const char *values[3 + HOSTS_LISTS + 1] = {db->conninfo, db->application, "UTF8"};
	struct hosts hosts;
	PGconn *pg;

	/* The hosts come behind the connection string, since a later keyword overrides what an earlier one
	 * expanded to. */
	hosts_turn(&hosts, db->conninfo, db->host_turn);
	for (size_t i = 0; i < hosts.count; i++) {
		keywords[3 + i] = hosts.keywords[i];
		values[3 + i] = hosts.values[i];
	}
	pg = PQconnectStartParams(keywords, values, 1);
	hosts_done(&hosts);
	return pg;
}

static bool connect_finish(struct db *db, int64_t deadline)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
		if (!wait_socket(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
			db->host_turn = (db->host_turn + 1) % db->hosts;
			set_message(db, "timeout while connecting");
			return false;
		}
		status = PQconnectPoll(db->pg);
	}
	if (status != PGRES_POLLING_OK) {
		set_message(db, PQerrorMessage(db->pg));
		return false;
	}
	return true;
}

static bool connect_once(struct db *db, int64_t deadline)
{
	db->pg = connect_start(db);
	if (db->pg && PQstatus(db->pg) != CONNECTION_BAD && connect_finish(db, deadline)) {
		PQsetNoticeReceiver(db->pg, ignore_notice, NULL);
		if (PQsetnonblocking(db->pg, 1) == 0)
			return true;
	} else if (db->pg && PQstatus(db->pg) == CONNECTION_BAD) {
		set_message(db, PQerrorMessage(db->pg));
	}
	drop(db);
	return false;
}

/* Each of several hosts has its share of the time, so that a silent one costs a while and no failure.
 * Whatever else is wrong with one, libpq has asked the others already. */
static enum err connect_anew(struct db *db)
{
	int timeout = db->timeout_ms < CONNECT_LONGEST_MS ? db->timeout_ms : CONNECT_LONGEST_MS;
	bool timed_out = true;

	db->unreachable = true;
	for (int i = 0; i < db->hosts && timed_out; i++) {
		int turn = db->host_turn;

		if (connect_once(db, clock_monotonic() + timeout / db->hosts)) {
			db->unreachable = false;
			return OK;
		}
		timed_out = db->host_turn != turn;
	}
	db->connect_not_before = clock_monotonic() + CONNECT_PAUSE_MS;
	return ERR_UNAVAILABLE;
}

static enum err connect_now(struct db *db)
{
	enum err err;

	if (clock_monotonic() < db->connect_not_before)
		return ERR_UNAVAILABLE;
	err = connect_anew(db);
	if (db->watch.connected)
		db->watch.connected(db->watch.context, err == OK);
	return err;
}

/* While idle the server says nothing but that it goes away (or that its settings changed, which is rare
 * enough to be taken for it). */
static bool is_stale(struct db *db)
{
	struct pollfd pfd = {.fd = PQsocket(db->pg), .events = POLLIN};

	return PQstatus(db->pg) != CONNECTION_OK || poll(&pfd, 1, 0) != 0;
}

static enum err ready(struct db *db)
{
	if (db->in_transaction)
		return db_connected(db) ? OK : ERR_UNAVAILABLE;
	if (db->pg && is_stale(db))
		drop(db);
	return db->pg ? OK : connect_now(db);
}

/* --- sending and receiving --- */

/* What went wrong, and where, for the log. Not the server's DETAIL and HINT: they quote rows, which no log
 * may show. */
static enum err describe_failure(struct db *db, const PGresult *result, char state[6])
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	char text[sizeof(db->message)];

	snprintf(state, 6, "%s", sqlstate ? sqlstate : "");
	if (sqlstate && primary) {
		snprintf(text, sizeof(text), "%s (%s)%s%s", primary, sqlstate, context ? ", " : "",
			 context ? context : "");
		set_message(db, text);
	} else {
		set_message(db, PQresultErrorMessage(result));
	}
	return sqlstate_err(sqlstate);
}

/* The statement's fate is unknown, and what still comes would be taken for the next one's answer. */
static enum err lost(struct db *db, const char *message)
{
	set_message(db, message ? message : PQerrorMessage(db->pg));
	drop(db);
	return ERR_UNAVAILABLE;
}

static enum err flush(struct db *db, int64_t deadline)
{
	for (;;) {
		int left = PQflush(db->pg);

		if (left == 0)
			return OK;
		if (left < 0)
			return lost(db, NULL);
		/* A server that waits for us to read can't read on: so both directions. */
		if (!wait_socket(db, POLLIN | POLLOUT, deadline))
			return lost(db, "timeout while sending");
		if (!PQconsumeInput(db->pg))
			return lost(db, NULL);
	}
}

/* The next result, NULL at the end. */
static enum err next_result(struct db *db, int64_t deadline, PGresult **ret)
{
	while (PQisBusy(db->pg)) {
		if (!wait_socket(db, POLLIN, deadline))
			return lost(db, "timeout while waiting for the database");
		if (!PQconsumeInput(db->pg))
			return lost(db, NULL);
	}
	*ret = PQgetResult(db->pg);
	return OK;
}

/* Collects what was sent: the first failure, or the last result. `sent`: what PQsend… said. On failure
 * `state` has its SQLSTATE, "" when there is none. */
static enum err collect(struct db *db, int sent, int64_t deadline, char state[6], PGresult **ret)
{
	PGresult *result = NULL, *last = NULL;
	enum err err = OK;

	state[0] = '\0';
	if (!sent)
		return lost(db, NULL);
	err = flush(db, deadline);
	while (err == OK) {
		ExecStatusType status;

		err = next_result(db, deadline, &result);
		if (err != OK || !result)
			break;
		status = PQresultStatus(result);
		PQclear(last);
		last = result;
		if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
			continue;
		if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
			PQclear(last);
			(void)lost(db, "COPY is not for this connection");
			return ERR_INTERNAL;
		}
		break;
	}
	if (err != OK) {
		PQclear(last);
		return err;
	}
	if (result) {
		err = describe_failure(db, result, state);
		PQclear(result);
		/* After an error nothing but the end may come. */
		while (db->pg && next_result(db, deadline, &result) == OK && result)
			PQclear(result);
		if (db->pg && PQstatus(db->pg) != CONNECTION_OK)
			drop(db);
		return err;
	}
	*ret = last;
	return OK;
}

static enum err run_simple(struct db *db, const char *sql, char state[6], PGresult **ret)
{
	int64_t deadline = clock_monotonic() + db->timeout_ms;

	return collect(db, PQsendQuery(db->pg, sql), deadline, state, ret);
}

static enum err run_discard(struct db *db, const char *sql)
{
	PGresult *result = NULL;
	char state[6];
	enum err err = run_simple(db, sql, state, &result);

	PQclear(result);
	return err;
}

/* --- prepared statements --- */

/* The slot of `name`: holding it, or free. NULL when it is not to be prepared: the set is as full as it may
 * be. */
static const char **prepared_slot(struct db *db, const char *name)
{
	uint32_t hash = 2166136261u;

	if (!db->prepares)
		return NULL;
	for (const char *c = name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	for (uint32_t i = hash % PREPARED_SLOTS;; i = (i + 1) % PREPARED_SLOTS) {
		if (!db->prepared[i])
			return db->prepared_count < PREPARED_SLOTS / 2 ? &db->prepared[i] : NULL;
		if (db->prepared[i] == name || strcmp(db->prepared[i], name) == 0)
			return &db->prepared[i];
	}
}

static enum err run_prepared(struct db *db, const char *name, const char *sql, const char *const *params,
			     int count, char state[6], PGresult **ret)
{
	int64_t deadline = clock_monotonic() + db->timeout_ms;
	const char **slot = prepared_slot(db, name);
	PGresult *result = NULL;
	enum err err;

	if (!slot)
		return collect(db, PQsendQueryParams(db->pg, sql, count, NULL, params, NULL, NULL, 0),
			       deadline, state, ret);
	if (!*slot) {
		err = collect(db, PQsendPrepare(db->pg, name, sql, 0, NULL), deadline, state, &result);
		PQclear(result);
		if (err != OK)
			return err;
		*slot = name;
		db->prepared_count++;
	}
	return collect(db, PQsendQueryPrepared(db->pg, name, count, params, NULL, NULL, 0), deadline, state,
		       ret);
}

/* Whether a failed statement may simply be sent again: outside a transaction the server has undone all of it,
 * and the reason is gone with the next try. */
static bool may_repeat(struct db *db, enum err err, const char *state)
{
	if (err == OK || db->in_transaction || !db_connected(db))
		return false;
	if (!sqlstate_unprepared(state))
		return err == ERR_RETRY;
	forget_prepared(db);
	return run_discard(db, "DEALLOCATE ALL") == OK;
}

/* When a statement begins, for ran(); nobody asks the clock for nobody. */
static int64_t begin(const struct db *db)
{
	return db->watch.ran ? clock_micros() : 0;
}

static void ran(const struct db *db, int64_t begun, enum err err)
{
	if (db->watch.ran)
		db->watch.ran(db->watch.context, clock_micros() - begun, err);
}

enum err db_run(struct db *db, struct arena *arena, const char *name, const char *sql,
		const char *const *params, int count, struct rows **ret)
{
	struct rows *rows = rows_new(arena);
	PGresult *result = NULL;
	char state[6];
	enum err err = rows ? ready(db) : ERR_MEMORY;
	int64_t begun;

	if (err != OK)
		return err;
	begun = begin(db);
	for (int tries = 1;; tries++) {
		err = run_prepared(db, name, sql, params, count, state, &result);
		if (tries == TRIES_MOST || !may_repeat(db, err, state))
			break;
	}
	ran(db, begun, err);
	if (err != OK)
		return err;
	rows_fill(rows, result);
	if (ret)
		*ret = rows;
	return OK;
}

enum err db_script(struct db *db, const char *sql)
{
	enum err err = ready(db);

	return err == OK ? run_discard(db, sql) : err;
}

/* --- transactions --- */

enum err db_begin(struct db *db)
{
	enum err err;

	assert(!db->in_transaction);
	err = ready(db);
	if (err == OK)
		err = run_discard(db, "BEGIN");
	db->in_transaction = err == OK;
	return err;
}

enum err db_commit(struct db *db)
{
	PGresult *result = NULL;
	char state[6];
	enum err err = ready(db);
	int64_t begun = begin(db);

	assert(db->in_transaction);
	db->in_transaction = false;
	if (err == OK)
		err = run_simple(db, "COMMIT", state, &result);
	/* The server answers the COMMIT of a transaction in which something has failed with ROLLBACK. */
	if (err == OK && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		set_message(db, "commit of a failed transaction");
		err = ERR_INTERNAL;
	}
	PQclear(result);
	ran(db, begun, err);
	return err;
}

void db_rollback(struct db *db)
{
	db->in_transaction = false;
	if (db_connected(db) && run_discard(db, "ROLLBACK") != OK)
		drop(db);
}
