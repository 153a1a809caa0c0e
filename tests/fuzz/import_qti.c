/* QTI: items, tests, and packages of them, whose files are unpacked. */
#include "tests/fuzz/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_import("qti", data, size);
	return 0;
}
