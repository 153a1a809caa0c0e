/* What is written as CSV is what a reader by RFC 4180 finds: as many rows and cells, with the same texts, but
 * for the apostrophe before what a spreadsheet would run. The cells of the input are separated by NUL, its
 * rows by U+001E. */
#include "tests/fuzz/fuzz.h"

#include "domain/csv.h"

#define CELL '\0'
#define ROW  '\x1e'

/* The next cell as RFC 4180 has it, into `out`. `*ret_last`: it ends its row. */
static const char *read_cell(const char *at, struct buf *out, bool *ret_last)
{
	bool quoted = *at == '"';

	buf_clear(out);
	at += quoted;
	while (quoted ? at[0] != '"' || at[1] == '"' : *at && !strchr(",\r\n", *at)) {
		MUST(*at && (quoted || *at != '"'));
		at += quoted && *at == '"';
		buf_addc(out, *at++);
	}
	at += quoted;
	*ret_last = *at != ',';
	MUST(*at == ',' || strncmp(at, "\r\n", 2) == 0);
	return at + (*ret_last ? 2 : 1);
}

static bool is_sign(char c)
{
	return c && strchr("=+-@", c);
}

/* Whether a spreadsheet would run something in the cell, or in what it takes for one: it may separate cells
 * by semicolons or tabs, and then knows nothing of the quotes around ours. */
static bool runs(const char *cell)
{
	if (is_sign(*cell) || (*cell && strchr("\t\r\n", *cell)))
		return true;
	for (; *cell; cell++)
		if (strchr(";\t\r\n", *cell) && is_sign(cell[1 + strspn(cell + 1, "\" ")]))
			return true;
	return false;
}

static void check_cell(const char *cell, const struct buf *found)
{
	const char *text = found->data ? found->data : "";

	MUST(!runs(text));
	if (!runs(cell))
		MUST(strcmp(text, cell) == 0);
	/* nothing else was added */
	while (*text)
		if (*text == *cell)
			text++, cell++;
		else
			MUST(*text++ == '\'');
	MUST(!*cell);
}

/* Our reader ends on whatever it is given, and gives texts. */
static void check_reader(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	const char *text = take_text(&rest, arena, '\xff');
	struct csv_reader reader;
	struct csv_row row;
	enum csv_step step;
	int line = 0;

	csv_begin(&reader, text);
	while ((step = csv_next(&reader, arena, &row)) == CSV_ROW) {
		MUST(row.line > line && row.count > 0 && row.count <= CSV_CELLS);
		line = row.line;
		for (size_t i = 0; i < row.count; i++)
			MUST(strlen(row.cells[i]) <= strlen(text));
	}
	MUST(csv_next(&reader, arena, &row) == CSV_END);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out, cell, found;
	const char *at;
	bool first = true, last;

	check_reader(data, size);
	buf_init(&out, NULL);
	buf_init(&cell, NULL);
	buf_init(&found, NULL);
	/* one pass writes, the other reads: both walk the input in the same way */
	for (int pass = 0; pass < 2; pass++) {
		at = out.data;
		buf_clear(&cell);
		buf_adds(&cell, "");
		for (size_t i = 0; i <= size; i++) {
			char c = i < size ? (char)data[i] : ROW;

			if (c != CELL && c != ROW) {
				buf_addc(&cell, c);
				continue;
			}
			if (pass == 0) {
				csv_cell(&out, cell.data, first);
				first = c == ROW;
				if (first)
					csv_end(&out);
			} else {
				at = read_cell(at, &found, &last);
				check_cell(cell.data, &found);
				MUST(last == (c == ROW));
			}
			buf_clear(&cell);
		}
	}
	MUST(at == out.data + out.len);
	buf_done(&out);
	buf_done(&cell);
	buf_done(&found);
	return 0;
}
