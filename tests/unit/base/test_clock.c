/* The contract's time format, there and back, and everything that isn't it. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_format(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {1, "1970-01-01T00:00:00.001Z"},
	    {-1, "1969-12-31T23:59:59.999Z"},
	    {INT64_C(1768732200000), "2026-01-18T10:30:00.000Z"},
	    {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
	    {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
	    {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	    {INT64_C(253402300800000), "9999-12-31T23:59:59.999Z"},
	    {INT64_MAX, "9999-12-31T23:59:59.999Z"},
	    {INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z"},
	    {INT64_C(-62167219200001), "0000-01-01T00:00:00.000Z"},
	    {INT64_MIN, "0000-01-01T00:00:00.000Z"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[TIME_TEXT];

		assert_string_equal(time_format(rows[i].ms, text), rows[i].text);
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
	    {"2026-01-18T10:30:00.000Z", INT64_C(1768732200000)},
	    {"2026-01-18T10:30:00Z", INT64_C(1768732200000)},
	    {"2026-01-18t10:30:00z", INT64_C(1768732200000)},
	    {"2026-01-18 10:30:00Z", INT64_C(1768732200000)},
	    {"2026-01-18T11:30:00+01:00", INT64_C(1768732200000)},
	    {"2026-01-18T05:00:00-05:30", INT64_C(1768732200000)},
	    {"2026-01-18T10:30:00-00:00", INT64_C(1768732200000)},
	    {"2026-01-18T10:30:00.1Z", INT64_C(1768732200100)},
	    {"2026-01-18T10:30:00.12Z", INT64_C(1768732200120)},
	    {"2026-01-18T10:30:00.123999999999999999Z", INT64_C(1768732200123)},
	    {"2016-12-31T23:59:60Z", INT64_C(1483228800000)},
	    {"1969-12-31T23:59:59.999Z", -1},
	    {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
	    {"0001-01-01T00:00:00Z", INT64_C(-62135596800000)},
	    {"0001-01-01T01:00:00+01:00", INT64_C(-62135596800000)},
	    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = 7;

		if (!time_parse(rows[i].text, &ms))
			fail_msg("%s is a time", rows[i].text);
		assert_int_equal(ms, rows[i].ms);
	}
}

static void test_refuse(void **state)
{
	static const char *const rows[] = {
	    "",
	    "2026",
	    "2026-01-18",
	    "2026-01-18T10:30:00",
	    "2026-01-18T10:30Z",
	    "2026-1-18T10:30:00Z",
	    "2026-13-18T10:30:00Z",
	    "2026-00-18T10:30:00Z",
	    "2026-02-29T10:30:00Z",
	    "2100-02-29T10:30:00Z",
	    "2026-04-31T10:30:00Z",
	    "2026-01-00T10:30:00Z",
	    "2026-01-18T24:00:00Z",
	    "0000-12-31T23:59:59.999Z",
	    "0001-01-01T00:00:00+00:01",
	    "9999-12-31T23:59:59-00:01",
	    "9999-12-31T23:59:60Z",
	    "2026-01-18T10:60:00Z",
	    "2026-01-18T10:30:61Z",
	    "2026-01-18T10:30:00.Z",
	    "2026-01-18T10:30:00,5Z",
	    "2026-01-18T10:30:00+0100",
	    "2026-01-18T10:30:00+24:00",
	    "2026-01-18T10:30:00+01:60",
	    "2026-01-18T10:30:00+01",
	    "2026-01-18T10:30:00Zx",
	    "2026-01-18T10:30:00Z ",
	    " 2026-01-18T10:30:00Z",
	    "+026-01-18T10:30:00Z",
	    "12026-01-18T10:30:00Z",
	    "2026/01/18T10:30:00Z",
	    "2026-01-18_10:30:00Z",
	    "now",
	    "2026-01-18T10:30:00.000",
	};
	int64_t ms = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (time_parse(rows[i], &ms))
			fail_msg("\"%s\" is no time", rows[i]);
	}
	assert_false(time_parse(NULL, &ms));
	assert_int_equal(ms, 7);
}

/* Each day from 1600 to 2400, against libc's calendar. */
static void test_calendar(void **state)
{
	int64_t day_ms = INT64_C(86400000);

	(void)state;
	for (int64_t day = -135140; day < 157054; day++) {
		time_t seconds = (time_t)(day * 86400);
		char expected[TIME_TEXT + 8], text[TIME_TEXT];
		struct tm tm;
		int64_t ms;

		gmtime_r(&seconds, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		assert_string_equal(time_format(day * day_ms, text), expected);
		assert_true(time_parse(text, &ms));
		assert_int_equal(ms, day * day_ms);
	}
}

static void test_clocks(void **state)
{
	int64_t before = clock_monotonic(), now = clock_now();

	(void)state;
	assert_true(clock_monotonic() >= before);
	assert_in_range(now / 1000, (int64_t)time(NULL) - 2, (int64_t)time(NULL) + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_format),   cmocka_unit_test(test_parse),  cmocka_unit_test(test_refuse),
	    cmocka_unit_test(test_calendar), cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
