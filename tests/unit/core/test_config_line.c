/* The syntax of invigil.conf, line by line, and back. */
#include "core/config_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_right_lines(void **state)
{
	static const struct {
		const char *line;
		const char *key; /* NULL: nothing in it */
		const char *value;
	} rows[] = {
	    {"", NULL, NULL},
	    {"  \t\r\n", NULL, NULL},
	    {"# comment\n", NULL, NULL},
	    {"   # key = value\n", NULL, NULL},
	    {"key = value\n", "key", "value"},
	    {"key=value", "key", "value"},
	    {"\tkey \t=\t value \t\r\n", "key", "value"},
	    {"key_2 = two words\n", "key_2", "two words"},
	    {"key = a # comment\n", "key", "a"},
	    {"key = a\t#comment\n", "key", "a"},
	    {"key = a#b\n", "key", "a#b"},
	    {"key =#b\n", "key", "#b"},
	    {"key = # comment\n", "key", ""},
	    {"key =\n", "key", ""},
	    {"key = a=b\n", "key", "a=b"},
	    {"key = \"\"\n", "key", ""},
	    {"key = \"a # b\"\n", "key", "a # b"},
	    {"key = \" a \"  # comment\n", "key", " a "},
	    {"key = \"a\"#comment", "key", "a"},
	    {"key = \"say \\\"x\\\"\"\n", "key", "say \"x\""},
	    {"key = \"back\\\\slash\"\n", "key", "back\\slash"},
	    {"key = \"c:\\dir\"\n", "key", "c:\\dir"},
	    {"key = it's \"so\"\n", "key", "it's \"so\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = strdup(rows[i].line), *key = line, *value = NULL;

		assert_null(config_line_read(line, &key, &value));
		if (rows[i].key) {
			assert_string_equal(key, rows[i].key);
			assert_string_equal(value, rows[i].value);
		} else {
			assert_null(key);
		}
		free(line);
	}
}

static void test_wrong_lines(void **state)
{
	static const struct {
		const char *line;
		const char *problem;
	} rows[] = {
	    {"key\n", "must be key = value"},
	    {"key value\n", "must be key = value"},
	    {"= value\n", "must be key = value"},
	    {"Key = value\n", "must be key = value"},
	    {"my-key = value\n", "must be key = value"},
	    {"my key = value\n", "must be key = value"},
	    {"[section]\n", "must be key = value"},
	    {"\"key\" = value\n", "must be key = value"},
	    {"key = \"value\n", "the quoted value doesn't end"},
	    {"key = \"", "the quoted value doesn't end"},
	    {"key = \"value\\\"\n", "the quoted value doesn't end"},
	    {"key = \"a\" b\n", "there is something behind the quoted value"},
	    {"key = \"a\"b\n", "there is something behind the quoted value"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = strdup(rows[i].line), *key = NULL, *value = NULL;

		assert_string_equal(config_line_read(line, &key, &value), rows[i].problem);
		assert_null(key);
		assert_null(value);
		free(line);
	}
}

/* Every text of up to three of these characters is read as it was written. */
static void test_written_values_are_read(void **state)
{
	static const char alphabet[] = "a #\"\\=\t'";
	const size_t letters = sizeof(alphabet) - 1;

	(void)state;
	for (size_t i = 0; i < (letters + 1) * (letters + 1) * (letters + 1); i++) {
		char text[4] = {alphabet[i % (letters + 1)], 0}, line[64], *key, *value;
		FILE *out = fmemopen(line, sizeof(line), "w");

		if (text[0])
			text[1] = alphabet[i / (letters + 1) % (letters + 1)];
		if (text[1])
			text[2] = alphabet[i / (letters + 1) / (letters + 1)];
		fputs("key = ", out);
		config_line_write_value(text, out);
		fputc('\n', out);
		fclose(out);
		assert_null(config_line_read(line, &key, &value));
		assert_string_equal(value, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_right_lines),
	    cmocka_unit_test(test_wrong_lines),
	    cmocka_unit_test(test_written_values_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
