#include "domain/csv.h"

#include <string.h>

/* A tab or a line break before the sign doesn't keep spreadsheets from seeing it. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r\n", *text);
}

/* Where cells are separated by semicolons, which is a matter of the country, or by tabs, ours end at each of
 * those too, and at each line's end: quotes in the middle of a cell mean nothing. */
static bool ends_cell(char c)
{
	return strchr(";\t\r\n", c) != NULL;
}

static bool is_formula_behind(const char *text)
{
	text += strspn(text, "\" ");
	return *text && strchr("=+-@", *text);
}

static void add_text(struct buf *out, const char *text)
{
	if (is_formula(text))
		buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
		if (ends_cell(*text) && is_formula_behind(text + 1))
			buf_addc(out, '\'');
	}
}

void csv_cell(struct buf *out, const char *text, bool first)
{
	if (!first)
		buf_addc(out, ',');
	if (!text)
		return;
	const bool quoted = strpbrk(text, ",\"\r\n");
	if (quoted)
		buf_addc(out, '"');
	add_text(out, text);
	if (quoted)
		buf_addc(out, '"');
}

void csv_end(struct buf *out)
{
	buf_adds(out, "\r\n");
}

/* --- reading --- */

#define BOM "\xef\xbb\xbf"

static const char *skip_empty(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

static size_t count_of(const char *line, char mark)
{
	size_t count = 0;
	bool quoted = false;
	for (; *line && (quoted || !strchr("\r\n", *line)); line++) {
		quoted ^= *line == '"';
		count += !quoted && *line == mark;
	}
	return count;
}

void csv_begin(struct csv_reader *reader, const char *text)
{
	if (strncmp(text, BOM, strlen(BOM)) == 0)
		text += strlen(BOM);
	const char *first = skip_empty(text);
	*reader = (struct csv_reader){.at = text, .separator = ',', .line = 1};
	if (count_of(first, ';') > count_of(first, reader->separator))
		reader->separator = ';';
	if (count_of(first, '\t') > count_of(first, reader->separator))
		reader->separator = '\t';
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* The cell behind an opening quote; NULL: it is never closed. */
static const char *take_quoted(struct csv_reader *reader, struct buf *cell)
{
	const char *at = reader->at;
	for (; *at && (*at != '"' || at[1] == '"'); at++) {
		reader->line += *at == '\n' || (*at == '\r' && at[1] != '\n');
		at += *at == '"';
		buf_addc(cell, *at);
	}
	if (*at == '\0')
		return NULL;
	reader->at = at + 1;
	return cell->data ? cell->data : "";
}

/* Up to the separator or the end of the line. */
static const char *take_plain(struct csv_reader *reader, struct arena *arena)
{
	const char *begin = reader->at, *end;
	while (!is_line_end(*reader->at) && *reader->at != reader->separator)
		reader->at++;
	for (end = reader->at; end > begin && strchr(" \t", end[-1]);)
		end--;
	return arena_strndup(arena, begin, (size_t)(end - begin));
}

/* False: a quote is never closed, or there is no memory. */
static bool take_cell(struct csv_reader *reader, struct arena *arena, struct csv_row *row)
{
	while (*reader->at == ' ' || (*reader->at == '\t' && reader->separator != '\t'))
		reader->at++;
	const char *cell;
	if (*reader->at == '"') {
		struct buf text;
		buf_init(&text, arena);
		reader->at++;
		cell = take_quoted(reader, &text);
		/* what stands behind the closing quote is nobody's */
		while (cell && !is_line_end(*reader->at) && *reader->at != reader->separator)
			reader->at++;
	} else {
		cell = take_plain(reader, arena);
	}
	if (cell && row->count < CSV_CELLS)
		row->cells[row->count++] = cell;
	return cell != NULL;
}

static void end_line(struct csv_reader *reader)
{
	reader->line += *reader->at != '\0';
	reader->at += reader->at[0] == '\r' && reader->at[1] == '\n';
	reader->at += *reader->at != '\0';
}

static bool is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (*row->cells[i])
			return false;
	return true;
}

enum csv_step csv_next(struct csv_reader *reader, struct arena *arena, struct csv_row *ret)
{
	while (*reader->at) {
		*ret = (struct csv_row){.line = reader->line};
		while (take_cell(reader, arena, ret) && *reader->at == reader->separator)
			reader->at++;
		if (!is_line_end(*reader->at)) {
			reader->at = "";
			return arena_failed(arena) ? CSV_END : CSV_BROKEN;
		}
		end_line(reader);
		if (!is_empty(ret))
			return CSV_ROW;
	}
	return CSV_END;
}
