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
    {"\t=1", "'\t'=1"},
    {"\n=1", "\"'\n'=1\""},
    {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
    {"a=b", "a=b"},
    {"Ada;=1+1", "Ada;'=1+1"},
    {"Ada;@SUM(A1);b", "Ada;'@SUM(A1);b"},
    {"Ada\t-1", "Ada\t'-1"},
    {"Ada\n+1", "\"Ada\n'+1\""},
    {"Ada\r\n=1", "\"Ada\r\n'=1\""},
    {"Ada; \"=1\"", "\"Ada;' \"\"=1\"\"\""},
    {";=1", ";'=1"},
    {"Ada; b=c;", "Ada; b=c;"},
    {"Ada,=1", "\"Ada,=1\""},
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

/* --- reading --- */

/* Each text, and its rows as "line|cell|cell". */
static const struct {
	const char *text;
	const char *rows[6];
	enum csv_step end;
} TEXTS[] = {
    {"", {NULL}, CSV_END},
    {" \n\r\n\t\n", {NULL}, CSV_END},
    {"a,b\nc,d", {"1|a|b", "2|c|d"}, CSV_END},
    {"\xef\xbb\xbf"
     "a;b;c,d\r\ne;\r\n",
     {"1|a|b|c,d", "2|e|"},
     CSV_END},
    {"a\tb\tc,d", {"1|a|b|c,d"}, CSV_END},
    {"a;b;c\n1,2;3", {"1|a|b|c", "2|1,2|3"}, CSV_END},
    {"\"a;b;c\",d\n", {"1|a;b;c|d"}, CSV_END},
    {"\n\n a , b \n\nc\n", {"3|a|b", "5|c"}, CSV_END},
    {"\"two\nlines\",\"a \"\"b\"\"\"\nx", {"1|two\nlines|a \"b\"", "3|x"}, CSV_END},
    {"a\rb\r", {"1|a", "2|b"}, CSV_END},
    {" \"a\"tail ,b", {"1|a|b"}, CSV_END},
    {"a\n\"never\nclosed", {"1|a"}, CSV_BROKEN},
};

static void test_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		struct arena *arena = arena_new(0);
		struct csv_reader reader;
		struct csv_row row;
		enum csv_step step;
		size_t count = 0;

		csv_begin(&reader, TEXTS[i].text);
		while ((step = csv_next(&reader, arena, &row)) == CSV_ROW) {
			struct buf out;

			buf_init(&out, arena);
			buf_addi(&out, row.line);
			for (size_t k = 0; k < row.count; k++) {
				buf_addc(&out, '|');
				buf_adds(&out, row.cells[k]);
			}
			assert_non_null(TEXTS[i].rows[count]);
			assert_string_equal(out.data, TEXTS[i].rows[count++]);
		}
		assert_null(TEXTS[i].rows[count]);
		assert_int_equal(step, TEXTS[i].end);
		if (step == CSV_BROKEN)
			assert_int_equal(csv_next(&reader, arena, &row), CSV_END);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cells),
	    cmocka_unit_test(test_line),
	    cmocka_unit_test(test_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
