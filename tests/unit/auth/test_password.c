/* Passwords: what a hash matches, and that an account that isn't there takes as long and is refused. */
#include "auth/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_matches(void **state UNUSED)
{
	static const struct {
		const char *given;
		bool expect;
	} rows[] = {
	    {"grüße, 8 Zeichen", true},
	    {"grüße, 8 Zeichen ", false},
	    {"Grüße, 8 Zeichen", false},
	    {"", false},
	};
	char hash[PASSWORD_HASH_TEXT], again[PASSWORD_HASH_TEXT];

	assert_int_equal(password_hash("grüße, 8 Zeichen", hash), OK);
	assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(password_matches(hash, rows[i].given), rows[i].expect);
	assert_int_equal(password_hash("grüße, 8 Zeichen", again), OK);
	assert_string_not_equal(hash, again);
}

/* Of the processor, which a busy machine doesn't change. */
static int64_t time_to_compare(const char *hash)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		const clock_t start = clock();
		int64_t took;

		assert_false(password_matches(hash, "another"));
		took = clock() - start;
		best = took < best ? took : best;
	}
	return best;
}

/* An unknown account that was answered sooner (or later) would tell that it is unknown. */
static void test_no_such_account(void **state UNUSED)
{
	char hash[PASSWORD_HASH_TEXT];
	int64_t known, unknown;

	assert_int_equal(password_hash("password", hash), OK);
	known = time_to_compare(hash);
	unknown = time_to_compare(NULL);
	/* a broken dummy would take no time at all */
	assert_true(unknown * 4 >= known);
	assert_true(known * 4 >= unknown);
}

static void test_broken_hash(void **state UNUSED)
{
	static const char *const rows[] = {"", "plain", "$argon2id$v=19$m=65536,t=2,p=1$",
					   "$2y$10$abcdefghijklmnopqrstuv"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(password_matches(rows[i], "plain"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_matches),
	    cmocka_unit_test(test_no_such_account),
	    cmocka_unit_test(test_broken_hash),
	};

	return cmocka_run_group_tests_name("auth/password", tests, NULL, NULL);
}
