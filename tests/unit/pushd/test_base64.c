/* Both alphabets, with the vectors of RFC 4648 and what is none of it. */
#include "pushd/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_standard(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
	    {"", ""},
	    {"f", "Zg=="},
	    {"fo", "Zm8="},
	    {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"},
	    {"\xfb\xff\xbf", "+/+/"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text, bytes;

		buf_init(&text, NULL);
		buf_init(&bytes, NULL);
		base64_add(&text, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(text.data, rows[i].text);
		assert_true(base64_read(rows[i].text, strlen(rows[i].text), &bytes));
		assert_int_equal(bytes.len, strlen(rows[i].bytes));
		assert_memory_equal(bytes.data, rows[i].bytes, bytes.len);
		buf_done(&bytes);
		buf_done(&text);
	}
}

static void test_without_padding(void **state)
{
	struct buf bytes;

	(void)state;
	buf_init(&bytes, NULL);
	assert_true(base64_read("Zm8", 3, &bytes));
	assert_true(base64_read("Zg", 2, &bytes));
	assert_string_equal(bytes.data, "fof");
	buf_done(&bytes);
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
	    "Z",    "Zm9vY", "Zm9v!A==", "Zg=",	 "Zg===", "====",
	    "Z===", "Zm=9",  "-_-_",	 "Zh==", "Zm9=",  "Zm9v\n",
	};
	struct buf bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_init(&bytes, NULL);
		if (base64_read(rows[i], strlen(rows[i]), &bytes))
			fail_msg("%s was read", rows[i]);
		assert_int_equal(bytes.len, 0);
		buf_done(&bytes);
	}
}

static void test_url(void **state)
{
	const unsigned char bytes[] = {0xfb, 0xff, 0xbf, 0x00, 0x10, 0x83};
	unsigned char read[6];
	char text[9];

	(void)state;
	base64url_write(bytes, sizeof(bytes), text);
	assert_string_equal(text, "-_-_ABCD");
	assert_true(base64url_read(text, 8, read));
	assert_memory_equal(read, bytes, sizeof(bytes));
	assert_false(base64url_read("+/+/ABCD", 8, read));
	assert_false(base64url_read("-_-_ABC", 7, read));
	assert_false(base64url_read("-_-_ABC=", 8, read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_standard),
	    cmocka_unit_test(test_without_padding),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
