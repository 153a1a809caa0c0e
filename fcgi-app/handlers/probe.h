/* Asks another server on this site whether it lives, within a time limit. */
#ifndef INVIGIL_APP_HANDLERS_PROBE_H
#define INVIGIL_APP_HANDLERS_PROBE_H

#include <stdbool.h>

#include "base/compiler.h"

/* True when `listen` ("127.0.0.1:8765", "[::1]:8765"; an address that means "all" is asked on loopback)
 * answers GET `path` with 200 within `timeout_ms`. */
MUST_CHECK bool probe_http(const char *listen, const char *path, int timeout_ms);

#endif
