/* What a query returned, read by column name. Columns that don't exist are our bug and assert. */
#ifndef INVIGIL_DB_ROWS_H
#define INVIGIL_DB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"

struct rows;

int rows_count(const struct rows *rows);
/* Borrowed, as long as the arena lives; NULL for SQL NULL. */
const char *rows_text(const struct rows *rows, int row, const char *column);
size_t rows_length(const struct rows *rows, int row, const char *column);
/* 0, nil and false for SQL NULL. */
int64_t rows_int(const struct rows *rows, int row, const char *column);
bool rows_bool(const struct rows *rows, int row, const char *column);
struct id rows_id(const struct rows *rows, int row, const char *column);
bool rows_null(const struct rows *rows, int row, const char *column);

/* Builds the text of an array parameter: '{…}', elements quoted and escaped as needed. */
struct array {
	struct buf text;
	bool any; /* an element has been added */
};

void array_init(struct array *array, struct arena *arena);
void array_add_text(struct array *array, const char *text); /* NULL: SQL NULL */
void array_add_int(struct array *array, int64_t number);
void array_add_bool(struct array *array, bool value);
void array_add_id(struct array *array, const struct id *id); /* NULL or nil: SQL NULL */
/* The finished text, the arena's; NULL: memory ran out, by now and not only here: once the arena hasn't
 * failed, none of its arrays will be NULL. */
const char *array_text(struct array *array);

#endif
