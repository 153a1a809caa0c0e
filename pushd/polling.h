/* Engine.IO's HTTP long-polling: held GETs and POSTs, which never come to libwebsockets (exchange.h says
 * why). */
#ifndef INVIGIL_PUSHD_POLLING_H
#define INVIGIL_PUSHD_POLLING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "pushd/transport.h"

struct polling;

MUST_CHECK struct polling *polling_new(const struct transport_rules *rules);
/* The same rules, for as long as it lives. */
const struct transport_rules *polling_rules(const struct polling *polling);
/* Every second or so. */
void polling_tick(struct polling *polling, int64_t now);
/* No request is being read, held or answered. */
bool polling_idle(const struct polling *polling);
/* Drops all requests. The loop has to run on until its handles are closed; then polling_free. */
void polling_stop(struct polling *polling);
/* No request may be left. Accepts NULL. */
void polling_free(struct polling *polling);

/* Takes a socket that asks for this path by plain HTTP, with what it has sent: at least a whole head. False:
 * it asks for something else, or for an upgrade, and is still the caller's. */
bool polling_takes(struct polling *polling, int fd, const char *bytes, size_t len);

/* engineio_ops.ready: a held GET has something to answer. */
void polling_ready(void *request);

#endif
