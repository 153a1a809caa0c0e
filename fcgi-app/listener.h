/* The socket on which web servers reach the workers. libfcgi could open one too, but on every interface, with
 * the umask's mode, and over the socket of a server that still runs. */
#ifndef INVIGIL_APP_LISTENER_H
#define INVIGIL_APP_LISTENER_H

#include <stddef.h>

#include "base/compiler.h"

/* `address`: a path (mode 0660; a stale socket there is replaced, one that somebody answers on is not), or
 * ":port" on loopback. The descriptor; -1: `problem` says why. */
MUST_CHECK int listener_open(const char *address, char *problem, size_t size);
/* Takes a path away again. */
void listener_close(int fd, const char *address);

#endif
