/* The chain is walked in pages of one snapshot. Whoever changed rows behind the product's back may have
 * changed constraints too, so a NULL where there can be none is looked at like any other wrong value. */
#include "domain/audit.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "db/rows.h"
#include "queries.h"
#include "wire/json.h"

#define PAGE 200 /* events read at once */

/* What the database says of the whole. */
struct stream {
	bool over; /* the session is */
	int64_t head;
	char hash[DIGEST_TEXT];
	bool sealed;
	int64_t seal_event;
	char seal_hash[DIGEST_TEXT];
	const char *sealed_us;
};

/* Longer than a hash is wrong, as a text of another length must be. */
static void copy_hash(const struct rows *rows, const char *column, char ret[DIGEST_TEXT])
{
	snprintf(ret, DIGEST_TEXT, "%s",
		 rows_length(rows, 0, column) < DIGEST_TEXT ? rows_text(rows, 0, column) : "too long");
}

/* Begins the snapshot, which stays until the caller rolls back. */
static enum err read_stream(struct domain *d, const struct id *session_id, struct stream *ret)
{
	struct rows *rows;
	enum err err = q_audit_begin(d->db, d->arena);

	if (err == OK)
		err = q_audit_stream(d->db, d->arena, session_id, &rows);
	if (err != OK)
		return err;
	if (!rows_bool(rows, 0, "known"))
		return ERR_SESSION_NOT_FOUND;
	ret->over = rows_bool(rows, 0, "over");
	ret->head = rows_int(rows, 0, "head");
	ret->sealed = rows_bool(rows, 0, "sealed");
	ret->seal_event = rows_int(rows, 0, "seal_event");
	ret->sealed_us = rows_text(rows, 0, "sealed_us");
	copy_hash(rows, "hash", ret->hash);
	copy_hash(rows, "seal_hash", ret->seal_hash);
	return OK;
}

/* What is done with each row; false ends the walk. `memory` lasts as long as the page. */
typedef bool visit_row(const struct rows *rows, int row, struct arena *memory, void *context);

/* Page by page, each in the memory of the one before. */
static enum err walk(struct domain *d, const struct id *session_id, visit_row *visit, void *context)
{
	struct arena *memory = arena_new(0);
	int64_t from = INT64_MIN;
	enum err err = memory ? OK : ERR_MEMORY;
	bool on = err == OK;

	while (on) {
		struct rows *rows;
		int count = 0;

		arena_reset(memory);
		err = q_audit_events(d->db, memory, session_id, from, PAGE, &rows);
		if (err == OK)
			count = rows_count(rows);
		for (int row = 0; row < count && on; row++) {
			on = visit(rows, row, memory, context) && rows_int(rows, row, "event_id") < INT64_MAX;
			from = on ? rows_int(rows, row, "event_id") + 1 : 0;
		}
		on = on && count == PAGE;
	}
	arena_free(memory);
	return err;
}

/* --- verifying --- */

struct verification {
	const struct id *session_id;
	struct stream stream;
	struct digest digest; /* of the rows so far */
	struct audit audit;
	bool seal_met;
	enum err err;
};

static bool found(struct verification *v, enum audit_finding finding, int64_t event_id)
{
	v->audit.finding = finding;
	v->audit.event_id = event_id;
	return false;
}

/* False: the column would end its line. */
static bool add_line(struct buf *out, const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);

	buf_adds(out, text ? text : "");
	buf_addc(out, '\n');
	return !text || !strchr(text, '\n');
}

/* The bytes that the row's hash is made of. False: no row that was ever written has them. */
static bool add_content(struct buf *out, const struct id *session_id, const struct rows *rows, int row)
{
	static const char *const lines[] = {"event_id", "type",	     "audience",
					    "actor_id", "target_id", "created_us"};
	const char *payload = rows_text(rows, row, "payload");
	char session[ID_TEXT];
	bool good = payload != NULL;

	buf_adds(out, id_format(session_id, session));
	buf_addc(out, '\n');
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		good = add_line(out, rows, row, lines[i]) && good;
	buf_adds(out, payload ? payload : "");
	return good;
}

/* The chain has come to an event, or is still before the first: is that where the seal is? */
static bool meet_seal(struct verification *v)
{
	if (!v->stream.sealed || v->stream.seal_event != v->audit.events)
		return true;
	v->seal_met = true;
	return strcmp(v->stream.seal_hash, v->audit.hash) == 0 || found(v, AUDIT_SEAL, v->stream.seal_event);
}

static bool verify_row(const struct rows *rows, int row, struct arena *memory, void *context)
{
	struct verification *v = context;
	int64_t event_id = rows_int(rows, row, "event_id");
	const char *stored = rows_text(rows, row, "hash");
	struct buf content;
	char hash[DIGEST_TEXT];
	bool good;

	if (event_id < 1 || event_id > v->stream.head)
		return found(v, AUDIT_ADDED, event_id);
	if (event_id != v->audit.events + 1)
		return found(v, AUDIT_REMOVED, v->audit.events + 1);
	buf_init(&content, memory);
	good = add_content(&content, v->session_id, rows, row);
	if (content.failed) {
		v->err = ERR_MEMORY;
		return false;
	}
	digest_chain(&v->digest, content.data, content.len);
	if (!good || !stored || strcmp(stored, digest_format(&v->digest, hash)) != 0)
		return found(v, AUDIT_CHANGED, event_id);
	v->audit.events = event_id;
	memcpy(v->audit.hash, hash, sizeof(hash));
	return meet_seal(v);
}

/* The rows fit each other: do they end where they must? */
static void judge_end(struct verification *v, const char *seal)
{
	const struct stream *stream = &v->stream;
	int64_t last = v->audit.events;

	if (last < stream->head || (stream->sealed && last < stream->seal_event))
		(void)found(v, AUDIT_REMOVED, last + 1);
	else if (strcmp(stream->hash, v->audit.hash) != 0)
		(void)found(v, AUDIT_STREAM, last);
	else if (stream->sealed && !v->seal_met)
		(void)found(v, AUDIT_SEAL, stream->seal_event);
	else if (!stream->sealed && (stream->over || seal))
		(void)found(v, AUDIT_UNSEALED, last);
	else if (seal && strcasecmp(seal, stream->seal_hash) != 0)
		(void)found(v, AUDIT_FOREIGN, stream->seal_event);
}

static enum err verify(struct domain *d, struct verification *v, const char *seal)
{
	enum err err = read_stream(d, v->session_id, &v->stream);

	if (err == OK && meet_seal(v))
		err = walk(d, v->session_id, verify_row, v);
	if (err == OK)
		err = v->err;
	if (err == OK && v->audit.finding == AUDIT_WHOLE)
		judge_end(v, seal);
	return err;
}

enum err audit_verify(struct domain *d, const struct id *session_id, const char *seal, struct audit *ret)
{
	struct verification v = {.session_id = session_id};
	enum err err = db_begin(d->db);

	if (err != OK)
		return err;
	err = verify(d, &v, seal);
	db_rollback(d->db);
	if (err != OK)
		return err;
	v.audit.sealed = v.stream.sealed;
	v.audit.seal_event = v.stream.seal_event;
	memcpy(v.audit.seal_hash, v.stream.seal_hash, sizeof(v.audit.seal_hash));
	*ret = v.audit;
	return OK;
}

/* --- exporting --- */

struct export
{
	const struct id *session_id;
	FILE *out;
	bool failed;
};

static void add_member(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	json_add_string(out, text);
}

static void add_number(struct buf *out, const char *name, const char *number)
{
	buf_printf(out, ",\"%s\":%s", name, number ? number : "null");
}

static bool write_line(struct export *export, struct buf *line)
{
	buf_adds(line, "}\n");
	if (line->failed || fwrite(line->data, 1, line->len, export->out) != line->len)
		export->failed = true;
	return !export->failed;
}

static bool export_row(const struct rows *rows, int row, struct arena *memory, void *context)
{
	struct export *export = context;
	struct buf line;

	buf_init(&line, memory);
	buf_adds(&line, "{\"session_id\":");
	json_add_id(&line, export->session_id);
	add_number(&line, "event_id", rows_text(rows, row, "event_id"));
	add_member(&line, "type", rows_text(rows, row, "type"));
	add_member(&line, "audience", rows_text(rows, row, "audience"));
	add_member(&line, "actor_id", rows_text(rows, row, "actor_id"));
	add_member(&line, "target_id", rows_text(rows, row, "target_id"));
	add_number(&line, "created_us", rows_text(rows, row, "created_us"));
	/* as text, since the hash is over these very bytes */
	add_member(&line, "payload", rows_text(rows, row, "payload"));
	add_member(&line, "hash", rows_text(rows, row, "hash"));
	return write_line(export, &line);
}

static void export_seal(struct domain *d, struct export *export, const struct stream *stream)
{
	struct buf line;

	buf_init(&line, d->arena);
	buf_adds(&line, "{\"session_id\":");
	json_add_id(&line, export->session_id);
	if (stream->sealed) {
		buf_printf(&line, ",\"seal\":{\"event_id\":%" PRId64, stream->seal_event);
		add_number(&line, "sealed_us", stream->sealed_us);
		add_member(&line, "hash", stream->seal_hash);
		buf_addc(&line, '}');
	} else {
		buf_adds(&line, ",\"seal\":null");
	}
	(void)write_line(export, &line);
}

enum err audit_export(struct domain *d, const struct id *session_id, FILE *out)
{
	struct export export = {.session_id = session_id, .out = out};
	struct stream stream = {0};
	enum err err = db_begin(d->db);

	if (err != OK)
		return err;
	err = read_stream(d, session_id, &stream);
	if (err == OK)
		err = walk(d, session_id, export_row, &export);
	if (err == OK && !export.failed)
		export_seal(d, &export, &stream);
	if (err == OK && (export.failed || fflush(out) != 0))
		err = ERR_INTERNAL;
	db_rollback(d->db);
	return err;
}
