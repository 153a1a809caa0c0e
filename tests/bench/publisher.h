/* Who makes a server tell everybody: one and the same HTTP request again and again, over a connection that is
 * kept as long as the server keeps it. */
#ifndef INVIGIL_BENCH_PUBLISHER_H
#define INVIGIL_BENCH_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>

struct publisher {
	int port;
	int fd; /* -1: the next request dials */
	char *request;
	size_t len;
	bool waiting; /* for the reply */
	char in[16384];
	size_t have;
};

/* The request is the content of a file. */
void publisher_init(struct publisher *publisher, int port, const char *request);

/* Sends it. True when it dialled a new connection first. */
bool publisher_publish(struct publisher *publisher);

/* Reads what has come of the reply, which must be a 2xx. */
void publisher_hear(struct publisher *publisher);

#endif
