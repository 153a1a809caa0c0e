#include "auth/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
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

static void test_no_such_account(void **state UNUSED)
{
	char hash[PASSWORD_HASH_TEXT];
	int64_t known, unknown;

	assert_int_equal(password_hash("password", hash), OK);
	assert_false(password_matches(NULL, "password"));
	known = clock_monotonic();
	assert_false(password_matches(hash, "another"));
	known = clock_monotonic() - known;
	unknown = clock_monotonic();
	assert_false(password_matches(NULL, "another"));
	unknown = clock_monotonic() - unknown;
	/* An unknown account that answered at once would tell; loaded machines vary by less than this. */
	assert_true(unknown * 4 >= known);
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
