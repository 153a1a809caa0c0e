/* Memory is given back once after a rush, and not during it. */
#include "pushd/thrift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"

/* Second by second: how many have come or gone by then, and whether memory is given back. */
static const struct {
	uint64_t moved;
	bool due;
} SECONDS[] = {
    {0, false},	   {99, false},	  {99, false},			/* no rush yet … */
    {100, false},  {100, true},					/* … this was one, and it is over */
    {100, false},  {5000, false}, {9000, false},		/* still they come */
    {9000, true},  {9000, false}, {9001, false}, {9001, false}, /* one isn't a rush … */
    {9099, false}, {9100, false}, {9100, true}, /* … a hundred are, however slowly they come */
};

static void gives_back_once_after_each_rush(void **state UNUSED)
{
	struct thrift thrift = {0};

	for (size_t i = 0; i < ARRAY_LEN(SECONDS); i++)
		if (thrift_due(&thrift, SECONDS[i].moved) != SECONDS[i].due)
			fail_msg("second %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(gives_back_once_after_each_rush)};

	return cmocka_run_group_tests_name("thrift", tests, NULL, NULL);
}
