/* Writes cells of comma-separated values. */
#include "domain/csv.h"

#include <string.h>

/* A tab or a line break before the sign doesn't keep spreadsheets from seeing it. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r\n", *text);
}

void csv_cell(struct buf *out, const char *text, bool first)
{
	if (!first)
		buf_addc(out, ',');
	if (!text)
		return;
	if (!strpbrk(text, ",\"\r\n")) {
		if (is_formula(text))
			buf_addc(out, '\'');
		buf_adds(out, text);
		return;
	}
	buf_addc(out, '"');
	if (is_formula(text))
		buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

void csv_end(struct buf *out)
{
	buf_adds(out, "\r\n");
}
