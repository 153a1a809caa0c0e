/* Windows against a clock of our own, and who is let in when. */
#include "pushd/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* `takes` tries at each time, of which `allowed` are. */
static void test_window(void **state)
{
	static const struct {
		int64_t at; /* seconds */
		int takes, allowed;
	} rows[] = {
	    {100, 5, 5}, {100, 8, 5},	/* ten a minute, and no more */
	    {159, 3, 0},		/* still the same minute */
	    {160, 1, 0},		/* all of the minute before counts still */
	    {190, 8, 5},		/* half of it is forgotten */
	    {190, 1, 0}, {400, 12, 10}, /* quiet for long: all of it is */
	    {460, 1, 0}, {466, 3, 1},	/* a tenth has gone */
	};
	struct window window = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int allowed = 0;

		for (int k = 0; k < rows[i].takes; k++)
			allowed += window_take(&window, 10, rows[i].at * 1000);
		if (allowed != rows[i].allowed)
			fail_msg("row %zu: %d allowed", i, allowed);
	}
}

static void test_users_and_addresses(void **state)
{
	const struct config config = {.ws_attempts_per_user = 3, .ws_failures_per_address = 2};
	struct limits *limits = limits_new();
	struct id one = id_make(), two = id_make();

	(void)state;
	assert_non_null(limits);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(limits_attempt(limits, &config, &one, 1000), i < 3);
		assert_int_equal(limits_failure(limits, &config, &one, 1000), i < 2);
	}
	/* the same key is counted apart as user and as address, and nobody pays for another */
	assert_true(limits_attempt(limits, &config, &two, 1000));
	assert_true(limits_failure(limits, &config, &two, 1000));
	assert_int_equal(limits_count(limits), 4);
	limits_sweep(limits, 1000 + WINDOW_MS);
	assert_int_equal(limits_count(limits), 4);
	limits_sweep(limits, 1000 + 2 * WINDOW_MS);
	assert_int_equal(limits_count(limits), 0);
	assert_true(limits_attempt(limits, &config, &one, 1000 + 2 * WINDOW_MS));
	limits_free(limits);
	limits_free(NULL);
}

/* A peer with a new address for every try doesn't make us grow without end. */
static void test_memory_is_bounded(void **state)
{
	const struct config config = {.ws_failures_per_address = 10};
	struct limits *limits = limits_new();
	size_t most = 0;

	(void)state;
	assert_non_null(limits);
	for (uint32_t i = 0; i < 300000; i++) {
		struct id address = {.b = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16)}};

		(void)!limits_failure(limits, &config, &address, 1000);
		most = limits_count(limits) > most ? limits_count(limits) : most;
	}
	assert_true(most <= 200000);
	/* an hour later there is room again */
	struct id late = id_make();
	assert_true(limits_failure(limits, &config, &late, 3600000));
	limits_free(limits);
}

static void test_origins(void **state)
{
	const char *items[] = {"https://school.example", "http://localhost:8080", "https://Slash.example/",
			       NULL};
	const struct config open = {0};
	const struct config closed = {.allowed_origins = {.items = items, .count = 3}};
	static const struct {
		const char *origin;
		bool allowed;
	} rows[] = {
	    {"https://school.example", true},
	    {"HTTPS://School.Example", true},
	    {"http://localhost:8080", true},
	    {"http://localhost:8081", false},
	    {"https://school.example.evil.org", false},
	    {"https://school.exampl", false},
	    {"https://slash.example", true},
	    {"https://slash.example/", true},
	    {"https://slash.example//", false},
	    {"https://slash.example/x", false},
	    {"null", false},
	    {"", true},
	    {NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (limits_origin(&closed, rows[i].origin) != rows[i].allowed)
			fail_msg("%s", rows[i].origin);
		assert_true(limits_origin(&open, rows[i].origin));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_users_and_addresses),
	    cmocka_unit_test(test_memory_is_bounded),
	    cmocka_unit_test(test_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
