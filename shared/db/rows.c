/* Rows by column name, and the text form of arrays.
 *
 * Everything crosses the wire as text: what a command returns is a JSON document or a handful of small
 * columns, so binary formats would save nothing that can be measured. */
#include "db/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/result.h"

struct rows {
	PGresult *result;
};

static void clear(void *rows)
{
	PQclear(((struct rows *)rows)->result);
}

struct rows *rows_new(struct arena *arena)
{
	struct rows *rows = arena_alloc(arena, sizeof(*rows));

	return rows && arena_defer(arena, clear, rows) ? rows : NULL;
}

void rows_fill(struct rows *rows, PGresult *result)
{
	rows->result = result;
}

int rows_count(const struct rows *rows)
{
	return PQntuples(rows->result);
}

/* libpq's own search would copy the name and fold its case, each time. */
static int column_find(const struct rows *rows, int row, const char *column)
{
	int number = 0, count = PQnfields(rows->result);

	while (number < count && strcmp(PQfname(rows->result, number), column) != 0)
		number++;
	assert(number < count);
	assert(row >= 0 && row < PQntuples(rows->result));
	(void)row;
	return number;
}

bool rows_null(const struct rows *rows, int row, const char *column)
{
	return PQgetisnull(rows->result, row, column_find(rows, row, column)) != 0;
}

const char *rows_text(const struct rows *rows, int row, const char *column)
{
	int number = column_find(rows, row, column);

	if (PQgetisnull(rows->result, row, number))
		return NULL;
	return PQgetvalue(rows->result, row, number);
}

size_t rows_length(const struct rows *rows, int row, const char *column)
{
	return (size_t)PQgetlength(rows->result, row, column_find(rows, row, column));
}

int64_t rows_int(const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

bool rows_bool(const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);

	return text && text[0] == 't';
}

struct id rows_id(const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);
	struct id id = ID_NIL;

	if (!text || !id_parse(text, &id))
		return ID_NIL;
	return id;
}

/* There is always room for the closing brace, so that array_text fails only when an element did. */
static void keep_room(struct array *array)
{
	array->text.failed |= !buf_reserve(&array->text, 1);
}

void array_init(struct array *array, struct arena *arena)
{
	buf_init(&array->text, arena);
	buf_addc(&array->text, '{');
	array->any = false;
	keep_room(array);
}

static void array_next(struct array *array)
{
	if (array->any)
		buf_addc(&array->text, ',');
	array->any = true;
}

void array_add_text(struct array *array, const char *text)
{
	array_next(array);
	if (!text) {
		buf_adds(&array->text, "NULL");
		keep_room(array);
		return;
	}
	buf_addc(&array->text, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(&array->text, '\\');
		buf_addc(&array->text, *text);
	}
	buf_addc(&array->text, '"');
	keep_room(array);
}

void array_add_int(struct array *array, int64_t number)
{
	array_next(array);
	buf_addi(&array->text, number);
	keep_room(array);
}

void array_add_bool(struct array *array, bool value)
{
	array_next(array);
	buf_addc(&array->text, value ? 't' : 'f');
	keep_room(array);
}

void array_add_id(struct array *array, const struct id *id)
{
	char text[ID_TEXT];

	array_next(array);
	buf_adds(&array->text, id && !id_is_nil(id) ? id_format(id, text) : "NULL");
	keep_room(array);
}

const char *array_text(struct array *array)
{
	/* No element ends with a brace, so this one is the array's own and asking twice is harmless. */
	if (!array->text.failed && array->text.data[array->text.len - 1] != '}')
		buf_addc(&array->text, '}');
	return array->text.failed ? NULL : array->text.data;
}
