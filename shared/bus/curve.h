/* CURVE on the bus's sockets: ZeroMQ's encryption, by which both ends know each other's key. Within
 * shared/bus. */
#ifndef INVIGIL_BUS_CURVE_H
#define INVIGIL_BUS_CURVE_H

#include "bus/bus.h"

/* A key as it is. */
#define CURVE_BYTES 32

/* Whether this libzmq has CURVE; ERR_CONFIG with the reason if not. */
MUST_CHECK enum err curve_there(char problem[BUS_PROBLEM]);
/* Before the socket connects: it will speak to nobody but the one who has `server_key`'s secret. ERR_CONFIG:
 * a key that is none. */
MUST_CHECK enum err curve_connects(void *socket, const char *secret_key, const char *server_key);
/* Before the socket is bound: who knows its public key may ask; the gatekeeper lets in. */
MUST_CHECK enum err curve_binds(void *socket, const char *secret_key);

#endif
