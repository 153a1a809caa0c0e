/* Roles by name, and that no other name is one. */
#include "model/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_names(void **state)
{
	static const struct {
		enum role role;
		const char *name;
		bool staff;
	} rows[] = {
	    {ROLE_ADMIN, "ADMIN", true},
	    {ROLE_TEACHER, "TEACHER", true},
	    {ROLE_STUDENT, "STUDENT", false},
	    {ROLE_SERVICE, "SERVICE", false},
	};
	int all = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum role role;

		assert_string_equal(role_name(rows[i].role), rows[i].name);
		assert_true(role_parse(rows[i].name, &role));
		assert_int_equal(role, rows[i].role);
		assert_int_equal((rows[i].role & ROLES_STAFF) != 0, rows[i].staff);
		all |= rows[i].role;
	}
	assert_int_equal(all, ROLES_ALL);
}

static void test_strangers(void **state)
{
	static const char *const rows[] = {"", "admin", "ADMIN ", "ROOT", "ADMINISTRATOR", NULL};
	enum role role = ROLE_STUDENT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(role_parse(rows[i], &role));
	assert_int_equal(role, ROLE_STUDENT);
	assert_string_equal(role_name((enum role)0), "");
	assert_string_equal(role_name((enum role)ROLES_STAFF), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_strangers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
