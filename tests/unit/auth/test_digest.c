/* A chain's links against digests that another program has made, and that each depends on the one before. */
#include "auth/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

/* The first is FIPS 180-2's own example; what follows was computed by others: each over the 32 bytes before.
 */
static void test_chain(void **state UNUSED)
{
	static const struct {
		const char *bytes, *expect;
	} rows[] = {
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"", "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358"},
	    {"line\nline", "ac4df89a83ed05f8247ffa209261fa9c858d57fdd97edeb8e17d4a42d2b5f22c"},
	};
	struct digest digest = {0};
	char text[DIGEST_TEXT] = "x";

	assert_string_equal(digest_format(&digest, text), "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		digest_chain(&digest, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(digest_format(&digest, text), rows[i].expect);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_chain)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
