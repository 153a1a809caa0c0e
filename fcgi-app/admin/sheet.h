/* The doctor's sheet: a line for each thing that was looked at, and what to do where it isn't well. */
#ifndef INVIGIL_APP_ADMIN_SHEET_H
#define INVIGIL_APP_ADMIN_SHEET_H

#include <stdbool.h>

#include "base/compiler.h"

struct sheet {
	bool colours;
	int bad; /* lines that aren't well */
};

/* On stdout; with colours on a terminal only. */
void sheet_init(struct sheet *sheet);
void sheet_head(struct sheet *sheet, const char *title);
void sheet_good(struct sheet *sheet, const char *format, ...) PRINTF_LIKE(2, 3);
/* Not looked at, and why that is no fault. */
void sheet_left(struct sheet *sheet, const char *format, ...) PRINTF_LIKE(2, 3);
/* `todo`: what the operator can do about it. */
void sheet_bad(struct sheet *sheet, const char *todo, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
