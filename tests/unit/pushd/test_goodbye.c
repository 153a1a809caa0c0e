/* Close frames: whose fault they are, and who goes in peace. */
#include "pushd/goodbye.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"

static void test_read(void **state)
{
	static const struct {
		const char *payload;
		size_t len;
		int code;
		bool clean;
		int fault;
	} rows[] = {
	    {"", 0, 1000, true, 0},
	    {"\x03\xe8", 2, 1000, true, 0},
	    {"\x03\xe9", 2, 1001, true, 0},
	    {"\x03\xe8 bye \xc3\xa9", 9, 1000, true, 0},
	    {"\x03\xf3", 2, 1011, false, 0},
	    {"\x13\x87", 2, 4999, false, 0},
	    {"\x03", 1, 1000, false, 1002},
	    {"\x00\x00", 2, 0, false, 1002},
	    {"\x03\xe7", 2, 999, false, 1002},
	    {"\x13\x88", 2, 5000, false, 1002},
	    {"\xff\xff", 2, 65535, false, 1002},
	    {"\x03\xe8\xff", 3, 1000, false, 1007},
	    {"\x03\xe8\xc3", 3, 1000, false, 1007},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct goodbye goodbye =
		    goodbye_read((const unsigned char *)rows[i].payload, rows[i].len);

		if (goodbye.code != rows[i].code || goodbye.clean != rows[i].clean ||
		    goodbye.fault != rows[i].fault)
			fail_msg("row %zu: %d %d %d", i, goodbye.code, goodbye.clean, goodbye.fault);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
