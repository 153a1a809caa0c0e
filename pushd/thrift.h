/* Memory that a rush leaves behind. When thousands come at once, each has a head, a token and a job for a
 * moment, and what stays of them lies scattered between: the allocator keeps all of it, which for 1,000 idle
 * connections was as much as they take themselves. It is given back to the system once the rush is over:
 * then, and not while somebody comes, who would have to fetch it again. */
#ifndef INVIGIL_PUSHD_THRIFT_H
#define INVIGIL_PUSHD_THRIFT_H

#include <stdbool.h>
#include <stdint.h>

#define THRIFT_RUSH 100 /* so many who came or went are one */

struct thrift {
	uint64_t seen;	/* who had come or gone when it was last asked */
	uint64_t given; /* and when memory was last given back */
};

/* Asked once a second; `moved`: how many have come or gone so far. */
bool thrift_due(struct thrift *thrift, uint64_t moved);
void thrift_give(void);

#endif
