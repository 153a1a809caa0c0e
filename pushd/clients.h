/* The clients that speak Socket.IO. Such a client is one user and one connection (to the limits, the roster,
 * the metrics: a carrier, conn.h); each session that it joins is a connection which that one carries, in the
 * session's room and in the dialect it was joined in: `classroom`, `exam` or `monitor`. What it says is put
 * into the words of the live dialect and takes the way of any other message (command.h); there is no second
 * one.
 *
 * Acknowledgements: a callback is given the same object as the event that answers, or {code, message}. An
 * event that everybody in the room hears (messageReceived, presenceUpdated) is not sent to its author once
 * more. A message may follow its join at once: it waits.
 *
 * Recovery: every event has an offset behind its object (dialect/emit.h), and so has whatever a join is
 * answered with. A client that comes back with its pid and its last offset is given the same sid and pid, at
 * any time and by any pushd: its subscriptions are opened again at their cursors, after access was checked
 * anew, and what they missed is replayed, each event once. Nothing is kept for it: the offset names the
 * subscription that the event came from and, to a client that has several, all of them. Leaving is told by an
 * event of its own (sessionLeft, monitoringLeft), so that a session that was left stays so. One that may not
 * be entered any more, or that was away for too long, is answered as its join would be. The pid is the sid
 * with a seal over it and the user's id (auth/token.h); with one that isn't his, or an offset that is none, a
 * client is a new one.
 *
 * Who must go is told by `error`, and by `examError` when he sits in or watches an exam, and disconnected.
 * From one session of several he goes alone: the client stays in the others. When it is our fault (no
 * database, no memory) or he reads too slowly, the transport is closed instead: then the official client
 * comes back by itself. */
#ifndef INVIGIL_PUSHD_CLIENTS_H
#define INVIGIL_PUSHD_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "core/address.h"
#include "pushd/dialect/engineio.h"
#include "pushd/pushd.h"
#include "pushd/transport.h"

#define CLIENTS_PATH "/socket.io/"

/* Sessions that one client may be in. */
#define SUBSCRIPTIONS_MAX 32

/* `ops`: the transports'. NULL: no memory. */
MUST_CHECK struct clients *clients_new(struct pushd *pushd, const struct engineio_ops *ops);
/* Ends what is left. Accepts NULL. */
void clients_free(struct clients *clients);
struct engineio *clients_engine(struct clients *clients);

/* The pushd's settings are new ones. */
void clients_configure(struct clients *clients);
/* Ends who is through, after the turn of the loop in which he was. */
void clients_turn(struct clients *clients);
/* Every TICK_MS. */
void clients_tick(struct clients *clients, int64_t now);
/* Sends away at most `most`; true when none is left. */
bool clients_dismiss(struct clients *clients, size_t most);

/* What an origin gets, and the client's address: transport_rules, the owner being the pushd. */
enum transport_origin clients_origin(void *pushd, const char *origin);
void clients_address(void *pushd, const char *peer, const char *forwarded, char ret[ADDRESS_TEXT]);

#endif
