/* What the commands on tests refuse by themselves, before the database is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/test.h"

static void the_list_is_the_staffs(void **state)
{
	static const struct {
		enum role role;
		const char *cursor;
		enum err err;
		const char *field; /* the problem's; NULL: there is none */
	} rows[] = {
	    {ROLE_STUDENT, NULL, ERR_ACCESS_DENIED, NULL},
	    {ROLE_SERVICE, NULL, ERR_ACCESS_DENIED, NULL},
	    {ROLE_STUDENT, "not an id", ERR_ACCESS_DENIED, NULL},
	    {ROLE_TEACHER, "not an id", ERR_VALIDATION, "cursor"},
	    {ROLE_ADMIN, "not an id", ERR_VALIDATION, "cursor"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);
		const struct actor actor = {.role = rows[i].role};
		const struct page page = {.limit = 50, .cursor = rows[i].cursor};
		struct domain domain;
		struct doc doc;
		assert_non_null(arena);
		domain_init(&domain, NULL, arena, NULL, NULL);
		assert_int_equal(test_list(&domain, &actor, &page, &doc), rows[i].err);
		if (rows[i].field)
			assert_string_equal(domain.problems.first->field, rows[i].field);
		else
			assert_null(domain.problems.first);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_list_is_the_staffs)};
	return cmocka_run_group_tests_name("test", tests, NULL, NULL);
}
