/* Comma-separated values: written as RFC 4180 has them, safe to open in a spreadsheet; read as people's
 * spreadsheets write them, with commas, semicolons or tabs. */
#ifndef INVIGIL_DOMAIN_CSV_H
#define INVIGIL_DOMAIN_CSV_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"

/* One cell, quoted where it must be; NULL is an empty one. What a spreadsheet would run as a formula, even
 * one that separates cells by semicolons or tabs, gets an apostrophe: students choose their own names. */
void csv_cell(struct buf *out, const char *text, bool first);
/* The end of the line. */
void csv_end(struct buf *out);

/* A text while it is read. */
struct csv_reader {
	const char *at;
	char separator;
	int line; /* of what comes next */
};

enum csv_step {
	CSV_ROW,
	CSV_BROKEN, /* a quote that is never closed: nothing comes after it */
	CSV_END,
};

#define CSV_CELLS 32

struct csv_row {
	const char *cells[CSV_CELLS]; /* trimmed of blanks unless they were quoted; the arena's */
	size_t count;		      /* those beyond are skipped */
	int line;		      /* that it begins in */
};

/* `text` is borrowed. What separates cells is what the first line that isn't empty has most of. */
void csv_begin(struct csv_reader *reader, const char *text);
/* The next row that isn't empty. After CSV_BROKEN, and without memory, there is none. */
MUST_CHECK enum csv_step csv_next(struct csv_reader *reader, struct arena *arena, struct csv_row *ret);

#endif
