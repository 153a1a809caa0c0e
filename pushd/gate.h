/* The gate: from a handshake to a connection in a room, and out again. Whoever may not come in is let speak
 * to us just long enough to be told why. */
#ifndef INVIGIL_PUSHD_GATE_H
#define INVIGIL_PUSHD_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "pushd/pushd.h"

/* What a client says when it opens; borrowed texts. */
struct handshake {
	const char *path;	   /* decoded, without the query; NULL: it is to be a carrier */
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
/* A connection that such a carrier carries, in `dialect`. It is in no room yet: gate_enter follows. `cursor`
 * NULL: it doesn't resume. One reference, likewise. NULL: no memory. */
MUST_CHECK struct conn *gate_carry(struct conn *carrier, const struct dialect *dialect,
				   const uint64_t *cursor, const struct conn_ops *ops, void *socket);
/* Asks to come into a session, by its id or, when that is nil, by its join code. Whoever is refused is
 * closed. */
void gate_enter(struct conn *part, const struct id *session_id, const char *join_code);
/* Reads the opening: room_ops. */
void gate_opening(struct pushd *pushd, struct conn *conn);
/* Its socket is gone; gives the reference back. `how` counts when nobody knew before. */
void gate_closed(struct pushd *pushd, struct conn *conn, enum conn_end how);
/* Looks after the connections of one slot: pings, the dead, the idle, ended tokens. */
void gate_look_after(struct pushd *pushd, struct list *slot);

#endif
