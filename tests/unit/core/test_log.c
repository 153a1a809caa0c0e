/* What a line looks like, in both formats, whatever a peer put into it. */
#include "core/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"

static int capture[2];
static int real_stderr;
static char text[3 * 4096];

static int begin(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	if (pipe(capture))
		return -1;
	return fcntl(capture[0], F_SETFL, O_NONBLOCK);
}

static void capture_start(void)
{
	dup2(capture[1], STDERR_FILENO);
}

/* What came since the start; the time is cut out, so that rows can say the rest. */
static const char *capture_end(void)
{
	ssize_t len;
	char *at, *behind;

	dup2(real_stderr, STDERR_FILENO);
	len = read(capture[0], text, sizeof(text) - 1);
	text[len < 0 ? 0 : len] = '\0';
	at = strstr(text, "20");
	behind = at ? strchr(at, 'Z') : NULL;
	if (behind)
		memmove(at, behind, strlen(behind) + 1);
	return text;
}

static void test_values(void **state)
{
	static const struct {
		const char *value;
		const char *logfmt;
		const char *json;
	} rows[] = {
	    {"plain", "plain", "\"plain\""},
	    {"/a/b?c", "/a/b?c", "\"/a/b?c\""},
	    {"", "\"\"", "\"\""},
	    {NULL, "", "\"\""},
	    {"two words", "\"two words\"", "\"two words\""},
	    {"a=b", "\"a=b\"", "\"a=b\""},
	    {"say \"x\"", "\"say \\\"x\\\"\"", "\"say \\\"x\\\"\""},
	    {"back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\""},
	    {"x\nlevel=error", "\"x\\u000alevel=error\"", "\"x\\u000alevel=error\""},
	    {"\x1b[31m\x7f", "\"\\u001b[31m\\u007f\"", "\"\\u001b[31m\\u007f\""},
	    {"caf\xc3\xa9", "\"caf\xc3\xa9\"", "\"caf\xc3\xa9\""},
	    {"\xc2\x9b", "\"\\u009b\"", "\"\\u009b\""},
	    {"\xff\xc3", "\"\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char expected[256];

		log_setup("app", LOG_INFO, LOG_LOGFMT);
		capture_start();
		log_info("said", LOG_TEXT("value", rows[i].value), LOG_INT("n", 1));
		snprintf(expected, sizeof(expected), "time=Z level=info service=app msg=said value=%s n=1\n",
			 rows[i].logfmt);
		assert_string_equal(capture_end(), expected);

		log_setup("app", LOG_INFO, LOG_JSON);
		capture_start();
		log_info("said", LOG_TEXT("value", rows[i].value), LOG_INT("n", 1));
		snprintf(expected, sizeof(expected),
			 "{\"time\":\"Z\",\"level\":\"info\",\"service\":\"app\",\"msg\":\"said\",\"value\":%"
			 "s,\"n\":1}\n",
			 rows[i].json);
		assert_string_equal(capture_end(), expected);
	}
}

static void test_kinds(void **state)
{
	struct id id = {{0x01, [15] = 0xff}};

	(void)state;
	log_setup("pushd", LOG_DEBUG, LOG_LOGFMT);
	capture_start();
	log_debug("session completed", LOG_ID("session", &id), LOG_INT("least", INT64_MIN));
	assert_string_equal(capture_end(), "time=Z level=debug service=pushd msg=\"session completed\" "
					   "session=01000000-0000-0000-0000-0000000000ff "
					   "least=-9223372036854775808\n");
	capture_start();
	log_error("bare");
	assert_string_equal(capture_end(), "time=Z level=error service=pushd msg=bare\n");
}

static void test_levels(void **state)
{
	(void)state;
	for (int least = LOG_DEBUG; least <= LOG_ERROR; least++) {
		log_setup("app", (enum log_level)least, LOG_LOGFMT);
		for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
			capture_start();
			log_write((enum log_level)level, "x", LOG_FIELDS());
			assert_int_equal(strlen(capture_end()) > 0, level >= least);
		}
	}
}

static void test_context(void **state)
{
	static const struct {
		const char *key, *value;
		const char *fields;
	} rows[] = {
	    {"request", "r1", " request=r1"},
	    {"user", "u1", " request=r1 user=u1"},
	    {"request", "r2", " request=r2 user=u1"},
	    {"request", NULL, " user=u1"},
	    {"conn", "c1", " conn=c1 user=u1"},
	    {"nobody", NULL, " conn=c1 user=u1"},
	    {"user", NULL, " conn=c1"},
	    {"conn", NULL, ""},
	};

	(void)state;
	log_setup("app", LOG_INFO, LOG_LOGFMT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char expected[128];

		log_context(rows[i].key, rows[i].value);
		capture_start();
		log_warn("x");
		snprintf(expected, sizeof(expected), "time=Z level=warn service=app msg=x%s\n",
			 rows[i].fields);
		assert_string_equal(capture_end(), expected);
	}
}

/* Whatever the length, a line ends, is at most 4 KiB, and stays whole JSON: every quote and brace is closed.
 */
static void test_long_lines_are_cut(void **state)
{
	static char value[5000];
	static const char fills[] = {'a', '"', '\n', '\xff'};

	(void)state;
	log_setup("app", LOG_INFO, LOG_JSON);
	for (size_t fill = 0; fill < sizeof(fills); fill++) {
		for (size_t len = 3900; len < 4100; len++) {
			size_t written;
			const char *line;

			memset(value, fills[fill], len);
			value[len] = '\0';
			capture_start();
			log_info("x", LOG_TEXT("a", value), LOG_TEXT("b", "two"), LOG_INT("c", 3));
			line = capture_end();
			written = strlen(line);
			/* The time's 23 characters were cut out. */
			assert_true(written + 23 <= 4096);
			assert_string_equal(line + written - 2, "}\n");
			assert_true(line[written - 3] == '"' || line[written - 3] == '3');
			assert_ptr_equal(strchr(line, '\n'), line + written - 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_context),
	    cmocka_unit_test(test_long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
