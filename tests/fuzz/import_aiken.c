/* Aiken. */
#include "tests/fuzz/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_import("aiken", data, size);
	return 0;
}
