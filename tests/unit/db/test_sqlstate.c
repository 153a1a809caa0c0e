/* What the database's errors become: whether to try again, and whose fault it is. */
#include "db/sqlstate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_states(void **state UNUSED)
{
	static const struct {
		const char *state;
		enum err err;
		bool unprepared;
	} rows[] = {
	    {"08006", ERR_UNAVAILABLE, false}, /* connection_failure */
	    {"25006", ERR_UNAVAILABLE, false}, /* read_only_sql_transaction */
	    {"25001", ERR_INTERNAL, false},    /* active_sql_transaction */
	    {"40001", ERR_RETRY, false},       /* serialization_failure */
	    {"40P01", ERR_RETRY, false},       /* deadlock_detected */
	    {"40003", ERR_INTERNAL, false},    /* statement_completion_unknown */
	    {"53300", ERR_UNAVAILABLE, false}, /* too_many_connections */
	    {"53100", ERR_UNAVAILABLE, false}, /* disk_full */
	    {"55P03", ERR_UNAVAILABLE, false}, /* lock_not_available */
	    {"57014", ERR_UNAVAILABLE, false}, /* query_canceled */
	    {"57P01", ERR_UNAVAILABLE, false}, /* admin_shutdown */
	    {"57P03", ERR_UNAVAILABLE, false}, /* cannot_connect_now */
	    {"58030", ERR_UNAVAILABLE, false}, /* io_error */
	    {"26000", ERR_INTERNAL, true},     /* invalid_sql_statement_name */
	    {"0A000", ERR_INTERNAL, true},     /* feature_not_supported */
	    {"42601", ERR_INTERNAL, false},    /* syntax_error */
	    {"23505", ERR_INTERNAL, false},    /* unique_violation */
	    {"", ERR_INTERNAL, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (sqlstate_err(rows[i].state) != rows[i].err)
			fail_msg("%s: %s", rows[i].state, err_code(sqlstate_err(rows[i].state)));
		assert_int_equal(sqlstate_unprepared(rows[i].state), rows[i].unprepared);
	}
	assert_int_equal(sqlstate_err(NULL), ERR_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_states)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
