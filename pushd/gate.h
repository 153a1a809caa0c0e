/* The gate: from a handshake to a connection in a room, and out again. Whoever may not come in is let speak
 * to us just long enough to be told why. */
#ifndef INVIGIL_PUSHD_GATE_H
#define INVIGIL_PUSHD_GATE_H

#include <stdbool.h>

#include "pushd/pushd.h"

/* What a client says when it opens; borrowed texts. */
struct handshake {
	const char *path;	   /* decoded, without the query */
	const char *token;	   /* NULL: none */
	const char *last_event_id; /* NULL: it doesn't resume */
	const char *address;	   /* the client's, as text; "": unknown */
};

/* Whether some dialect is spoken under this path. */
bool gate_serves(const char *path);

/* A connection for an upgraded socket; it may be closing already. One reference, the caller's, to be given
 * back after conn_closed. NULL: no memory. */
MUST_CHECK struct conn *gate_open(struct pushd *pushd, const struct handshake *handshake,
				  const struct conn_ops *ops, void *socket);
/* Its socket is gone; gives the reference back. `how` counts when nobody knew before. */
void gate_closed(struct pushd *pushd, struct conn *conn, enum conn_end how);
/* Looks after the connections of one slot: pings, the dead, the idle, ended tokens. */
void gate_look_after(struct pushd *pushd, struct list *slot);

#endif
