/* What the two echo programs share: pushd's listener and Engine.IO glue on a loop of their own, with the
 * rules that the conformance suites expect, unless the command line has more patience. */
#ifndef INVIGIL_TESTS_CONFORMANCE_ECHO_SERVER_H
#define INVIGIL_TESTS_CONFORMANCE_ECHO_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "pushd/dialect/engineio.h"

#define CONNECT_TIMEOUT_MS 1000

/* PORT [PING_INTERVAL_MS PING_TIMEOUT_MS]: false, and a line of help, for anything else. */
bool echo_arguments(int argc, char **argv, struct engineio_rules *ret_rules);

struct echo_server {
	const char *path; /* "/engine.io/" */
	struct engineio *engine;
	void (*tick)(void *context, int64_t now);
	void *context;
};

/* Serves 127.0.0.1:port until SIGTERM or SIGINT; the result is the program's. */
int echo_serve(const struct echo_server *server, const char *port);

#endif
