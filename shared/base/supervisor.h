/* Whoever starts and watches us, in systemd's words (sd_listen_fds(3), sd_notify(3)): a listening socket
 * comes as descriptor 3, what there is to tell goes to a datagram socket. Both are a few lines, so no library
 * is linked for them. Without such a supervisor nothing is handed over, and nobody hears. */
#ifndef INVIGIL_BASE_SUPERVISOR_H
#define INVIGIL_BASE_SUPERVISOR_H

#include <stdint.h>

#include "base/compiler.h"

#define SUPERVISOR_NO_SOCKET  -1 /* none was handed over: open one */
#define SUPERVISOR_BAD_SOCKET -2 /* there must be exactly one, and it must be listening: don't start */

/* The socket; whose it is stays open when we close ours, so whoever connects meanwhile waits in it. To be
 * asked once, by the process that was started: its children must not take it for theirs. */
MUST_CHECK int supervisor_socket(void);

/* "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1". What can't be delivered is lost. */
void supervisor_tell(const char *state);

/* How long we may be silent (WATCHDOG=1) before we are taken for dead; 0: nobody watches. */
int64_t supervisor_patience_ms(void);

#endif
