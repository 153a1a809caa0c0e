/* Cells as spreadsheets and RFC 4180 want them. */
#include "domain/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *cell;
	const char *written;
} CELLS[] = {
    {NULL, ""},
    {"", ""},
    {"Ada", "Ada"},
    {"Lovelace, Ada", "\"Lovelace, Ada\""},
    {"the \"first\"", "\"the \"\"first\"\"\""},
    {"two\nlines", "\"two\nlines\""},
    {"one\rreturn", "\"one\rreturn\""},
    {"=1+1", "'=1+1"},
    {"+49", "'+49"},
    {"-1", "'-1"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\t=1", "'\t=1"},
    {"\n=1", "\"'\n=1\""},
    {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
    {"a=b", "a=b"},
    {"6.5", "6.5"},
};

static void test_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(CELLS) / sizeof(*CELLS); i++) {
		struct buf out;

		buf_init(&out, NULL);
		buf_addc(&out, '|');
		csv_cell(&out, CELLS[i].cell, true);
		assert_string_equal(out.data + 1, CELLS[i].written);
		buf_done(&out);
	}
}

static void test_line(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, NULL);
	csv_cell(&out, "a", true);
	csv_cell(&out, NULL, false);
	csv_cell(&out, "b,c", false);
	csv_end(&out);
	csv_cell(&out, NULL, true);
	csv_cell(&out, "d", false);
	csv_end(&out);
	assert_string_equal(out.data, "a,,\"b,c\"\r\n,d\r\n");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cells),
	    cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
