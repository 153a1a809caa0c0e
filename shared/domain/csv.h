/* Comma-separated values, RFC 4180, safe to open in a spreadsheet. */
#ifndef INVIGIL_DOMAIN_CSV_H
#define INVIGIL_DOMAIN_CSV_H

#include <stdbool.h>

#include "base/buf.h"

/* One cell, quoted where it must be; NULL is an empty one. What a spreadsheet would run as a formula gets a
 * leading apostrophe: students choose their own names. */
void csv_cell(struct buf *out, const char *text, bool first);
/* The end of the line. */
void csv_end(struct buf *out);

#endif
