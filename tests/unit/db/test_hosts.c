/* Which of several hosts comes first after so many timeouts, with its own address and port. */
#include "db/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_count(void **state UNUSED)
{
	static const struct {
		const char *conninfo;
		int count;
	} rows[] = {
	    {"dbname=x", 1},
	    {"host=a dbname=x", 1},
	    {"host=a,b,c port=1,2,3", 3},
	    {"hostaddr=10.0.0.1,10.0.0.2", 2},
	    {"host=a hostaddr=10.0.0.1,10.0.0.2", 2},
	    {"port=1,2,3", 1},
	    {"postgresql://u@a:1,b:2/x", 2},
	    {"no connection string", 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (hosts_count(rows[i].conninfo) != rows[i].count)
			fail_msg("%s: %d", rows[i].conninfo, hosts_count(rows[i].conninfo));
}

static void test_turn(void **state UNUSED)
{
	static const struct {
		const char *conninfo;
		int turn;
		const char *turned; /* "keyword=value " each */
	} rows[] = {
	    {"host=a,b,c", 0, ""},
	    {"host=a,b,c", 1, "host=b,c,a "},
	    {"host=a,b,c", 2, "host=c,a,b "},
	    {"host=a,b,c", 3, ""},
	    {"host=a,b,c", 4, "host=b,c,a "},
	    {"host=a", 1, ""},
	    {"host=a,b port=1,2", 1, "host=b,a port=2,1 "},
	    {"host=a,b port=5432", 1, "host=b,a "},
	    {"host=,b", 1, "host=b, "},
	    {"hostaddr=10.0.0.1,10.0.0.2", 1, "hostaddr=10.0.0.2,10.0.0.1 "},
	    {"postgresql://u@a:1,b:2/x", 1, "host=b,a port=2,1 "},
	    {"dbname=x", 1, ""},
	    {"no connection string", 1, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[128] = "";
		struct hosts hosts;

		hosts_turn(&hosts, rows[i].conninfo, rows[i].turn);
		for (size_t k = 0; k < hosts.count; k++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s=%s ", hosts.keywords[k],
				 hosts.values[k]);
		if (strcmp(got, rows[i].turned) != 0)
			fail_msg("%s by %d: %s", rows[i].conninfo, rows[i].turn, got);
		hosts_done(&hosts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_count), cmocka_unit_test(test_turn)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
