#include "fcgi-app/admin/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum mark { GOOD, LEFT, BAD };

void sheet_init(struct sheet *sheet)
{
	const char *never = getenv("NO_COLOR");

	sheet->colours = isatty(STDOUT_FILENO) && !(never && *never);
	sheet->bad = 0;
}

void sheet_head(struct sheet *sheet, const char *title)
{
	printf("%s%s%s\n", sheet->colours ? "\033[1m" : "", title, sheet->colours ? "\033[0m" : "");
}

static void PRINTF_LIKE(3, 0)
    print_line(const struct sheet *sheet, enum mark mark, const char *format, va_list arguments)
{
	static const char *const marks[] = {"✓", "–", "✗"};
	static const char *const colours[] = {"\033[32m", "", "\033[31m"};

	printf("  %s%s%s ", sheet->colours ? colours[mark] : "", marks[mark],
	       sheet->colours ? "\033[0m" : "");
	vprintf(format, arguments);
	putchar('\n');
}

void sheet_good(struct sheet *sheet, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(sheet, GOOD, format, arguments);
	va_end(arguments);
}

void sheet_left(struct sheet *sheet, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(sheet, LEFT, format, arguments);
	va_end(arguments);
}

void sheet_bad(struct sheet *sheet, const char *todo, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(sheet, BAD, format, arguments);
	va_end(arguments);
	printf("    → %s\n", todo);
	sheet->bad++;
}
