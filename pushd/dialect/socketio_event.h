/* What an EVENT or an ACK says: its payload, read once, into the struct that the application is given. Knows
 * no socket and no client. */
#ifndef INVIGIL_PUSHD_DIALECT_SOCKETIO_EVENT_H
#define INVIGIL_PUSHD_DIALECT_SOCKETIO_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "pushd/dialect/socketio.h"
#include "pushd/dialect/socketio_packet.h"

/* ERR_MEMORY is the arena's failure too, so that whoever looks at the end knows why there is no value;
 * ERR_INVALID_JSON: a document that we refuse to read. */
enum err socketio_read_json(struct arena *arena, const char *text, size_t len, json_value **ret) MUST_CHECK;

/* The payload's array into event->args, in event->arena; NULL there when it is one that we refuse to read,
 * which is for the application to say. False: it doesn't belong on the wire (no array, a placeholder without
 * its attachment), or there is no memory. */
bool socketio_read_args(const struct packet *packet, struct socketio_event *event) MUST_CHECK;

/* The same, with the name that an event's begins with and the text of what follows it. False also: no name,
 * or one that the reference keeps for itself. */
bool socketio_read_event(const struct packet *packet, struct socketio_event *event) MUST_CHECK;

#endif
