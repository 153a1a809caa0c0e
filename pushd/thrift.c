/* When, and glibc's way. */
#include "pushd/thrift.h"

#include <malloc.h>

bool thrift_due(struct thrift *thrift, uint64_t moved)
{
	bool quiet = moved == thrift->seen;

	thrift->seen = moved;
	if (!quiet || moved - thrift->given < THRIFT_RUSH)
		return false;
	thrift->given = moved;
	return true;
}

void thrift_give(void)
{
	malloc_trim(0);
}
