/* The C side of the one clock: reads lines "started_at_ms limit_seconds", prints what session_deadline says
 * of each, "none" where there is no deadline. schema.test.mjs holds it against the SQL function
 * session_ends_at. */
#include <inttypes.h>
#include <stdio.h>

#include "model/session.h"

int main(void)
{
	int64_t started, limit;

	while (scanf("%" SCNd64 " %" SCNd64, &started, &limit) == 2) {
		int64_t deadline = session_deadline(started, limit, 0);

		if (deadline == SESSION_NO_DEADLINE)
			puts("none");
		else
			printf("%" PRId64 "\n", deadline);
	}
	return 0;
}
