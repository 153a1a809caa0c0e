#include "domain/roster.h"

#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/utf8.h"
#include "db/rows.h"
#include "domain/class.h"
#include "domain/csv.h"
#include "queries.h"

enum {
	LINES_MOST = 5000,
	TRIES = 3, /* when somebody else enrols one of them meanwhile */
};

enum fate {
	ADDED,
	ENROLLED,   /* before */
	TWICE,	    /* an earlier line has him */
	UNKNOWN,    /* no student has that address */
	NO_ADDRESS, /* the line has none */
	BROKEN,	    /* a quote that is never closed */
};

static const char *const FATES[] = {
    [ADDED] = "added",	   [ENROLLED] = "enrolled",	[TWICE] = "twice",
    [UNKNOWN] = "unknown", [NO_ADDRESS] = "no_address", [BROKEN] = "broken",
};

struct line {
	int number;
	const char *email; /* "": none */
	enum fate fate;
	struct id student; /* nil: nobody */
};

struct roster {
	struct domain *d;
	struct line *lines;
	size_t count;
	struct id_list students; /* to be enrolled */
	bool archived;		 /* the class: nobody can be */
};

/* --- the file --- */

static bool is_header(const char *cell)
{
	static const char *const names[] = {"email",	      "e-mail",	      "mail", "email address",
					    "e-mail address", "emailaddress", NULL};
	for (const char *const *name = names; *name; name++)
		if (strcasecmp(*name, cell) == 0)
			return true;
	return false;
}

/* The column that a header calls so; the row's count: it is no header, or has none. */
static size_t column_of(const struct csv_row *row)
{
	size_t column = row->count;
	for (size_t i = 0; i < row->count; i++) {
		if (strchr(row->cells[i], '@'))
			return row->count;
		if (is_header(row->cells[i]))
			column = i;
	}
	return column;
}

static const char *address_of(const struct csv_row *row, const size_t *column)
{
	if (column)
		return *column < row->count && strchr(row->cells[*column], '@') ? row->cells[*column] : "";
	for (size_t i = 0; i < row->count; i++)
		if (strchr(row->cells[i], '@'))
			return row->cells[i];
	return "";
}

static bool grow(struct roster *r, size_t *room)
{
	if (r->count < *room)
		return true;
	struct line *lines = arena_calloc(r->d->arena, *room ? *room * 2 : 64, sizeof(*lines));
	if (!lines)
		return false;
	if (r->count)
		memcpy(lines, r->lines, r->count * sizeof(*lines));
	r->lines = lines;
	*room = *room ? *room * 2 : 64;
	return true;
}

static void read_lines(struct roster *r, const char *text)
{
	struct csv_reader reader;
	struct csv_row row;
	size_t room = 0, column = 0;
	enum csv_step step;
	bool headed = false;
	csv_begin(&reader, text);
	while ((step = csv_next(&reader, r->d->arena, &row)) != CSV_END && r->count <= LINES_MOST) {
		if (step == CSV_ROW && r->count == 0 && !headed) {
			column = column_of(&row);
			headed = column < row.count;
			if (headed)
				continue;
		}
		if (!grow(r, &room))
			return;
		const char *email = step == CSV_ROW ? address_of(&row, headed ? &column : NULL) : "";
		r->lines[r->count++] = (struct line){.number = row.line,
						     .email = email,
						     .fate = step == CSV_BROKEN ? BROKEN
							     : *email		? UNKNOWN
										: NO_ADDRESS};
	}
}

static enum err read_file(struct roster *r, const char *bytes, size_t len)
{
	if (memchr(bytes, '\0', len) || !utf8_valid(bytes, len)) {
		problem_add(&r->d->problems, "body", "must be text in UTF-8");
		return ERR_VALIDATION;
	}
	const char *text = arena_strndup(r->d->arena, bytes, len);
	if (text)
		read_lines(r, text);
	if (arena_failed(r->d->arena))
		return ERR_MEMORY;
	if (r->count == 0 || r->count > LINES_MOST) {
		problem_add(&r->d->problems, "body", "must have 1 to %d lines of people", LINES_MOST);
		return ERR_VALIDATION;
	}
	return OK;
}

/* --- the class --- */

static enum fate fate_of(const struct rows *rows, int row, const struct id *id, const struct map *seen)
{
	if (id_is_nil(id))
		return UNKNOWN;
	if (map_find(seen, id))
		return TWICE;
	return rows_bool(rows, row, "enrolled") ? ENROLLED : ADDED;
}

/* Each line's student and what is to become of him, and all who are to be enrolled. */
static enum err judge(struct roster *r, const struct rows *rows, struct map *seen)
{
	struct id *items = arena_calloc(r->d->arena, r->count, sizeof(*items));
	int row = 0;
	if (!items)
		return ERR_MEMORY;
	r->students = (struct id_list){.items = items};
	r->archived = rows_count(rows) > 0 && rows_bool(rows, 0, "archived");
	for (size_t i = 0; i < r->count && row < rows_count(rows); i++) {
		struct line *line = &r->lines[i];
		if (!*line->email)
			continue;
		line->student = rows_id(rows, row, "id");
		line->fate = fate_of(rows, row++, &line->student, seen);
		if (line->fate == ADDED)
			items[r->students.count++] = line->student;
		if (line->fate != UNKNOWN && !map_put(seen, &line->student, line))
			return ERR_MEMORY;
	}
	return OK;
}

/* Asks who the addresses are: one row for each line that has one, in their order. */
static enum err look_up(struct roster *r, const struct id *class_id)
{
	struct array emails;
	struct rows *rows;
	array_init(&emails, r->d->arena);
	for (size_t i = 0; i < r->count; i++)
		if (*r->lines[i].email)
			array_add_text(&emails, r->lines[i].email);
	const char *text = array_text(&emails);
	if (!text)
		return ERR_MEMORY;
	enum err err = q_class_roster(r->d->db, r->d->arena, class_id, text, &rows);
	if (err)
		return err;
	struct map *seen = map_new();
	if (!seen) {
		arena_fail(r->d->arena);
		return ERR_MEMORY;
	}
	err = judge(r, rows, seen);
	map_free(seen);
	if (err == ERR_MEMORY)
		arena_fail(r->d->arena);
	return err;
}

static enum err enrol(struct roster *r, const struct actor *actor, const struct id *class_id)
{
	struct doc ignored;
	enum err err = ERR_STUDENT_ALREADY_ENROLLED;
	for (int tries = 0; err == ERR_STUDENT_ALREADY_ENROLLED && tries < TRIES; tries++) {
		err = tries ? look_up(r, class_id) : OK;
		if (err == OK && r->students.count > 0)
			err = class_student_add(r->d, actor, class_id, &r->students, &ignored);
	}
	return err;
}

static enum err report(const struct roster *r, struct doc *ret)
{
	struct buf out;
	buf_init(&out, r->d->arena);
	buf_printf(&out, "{\"added\":%zu,\"lines\":[", r->students.count);
	for (size_t i = 0; i < r->count; i++) {
		const struct line *line = &r->lines[i];
		buf_printf(&out, "%s{\"line\":%d,\"email\":", i ? "," : "", line->number);
		json_add_string(&out, *line->email ? line->email : NULL);
		buf_printf(&out, ",\"outcome\":\"%s\",\"student_id\":", FATES[line->fate]);
		if (id_is_nil(&line->student))
			buf_adds(&out, "null");
		else
			json_add_id(&out, &line->student);
		buf_addc(&out, '}');
	}
	buf_adds(&out, "]}");
	*ret = (struct doc){.text = out.data, .len = out.len};
	return out.failed ? ERR_MEMORY : OK;
}

enum err class_roster(struct domain *d, const struct actor *actor, const struct id *class_id,
		      const char *bytes, size_t len, bool dry_run, struct doc *ret)
{
	struct roster r = {.d = d};
	enum err err = domain_guard(d, actor, THING_CLASS_WRITE, class_id);
	if (err == OK)
		err = read_file(&r, bytes, len);
	if (err == OK)
		err = look_up(&r, class_id);
	if (err == OK && r.archived && r.students.count > 0)
		err = ERR_CLASS_ALREADY_ARCHIVED;
	if (err == OK && !dry_run)
		err = enrol(&r, actor, class_id);
	return err ? err : report(&r, ret);
}
