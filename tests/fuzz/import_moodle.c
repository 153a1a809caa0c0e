/* Moodle XML. */
#include "tests/fuzz/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_import("moodle", data, size);
	return 0;
}
