/* The text form of Socket.IO's packets: what socketio_socket.c writes, socketio.c and socketio_event.c read.
 */
#ifndef INVIGIL_PUSHD_DIALECT_SOCKETIO_PACKET_H
#define INVIGIL_PUSHD_DIALECT_SOCKETIO_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "pushd/dialect/socketio.h"

enum packet_type { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK, TYPES };

/* A packet as it was read; texts are borrowed from the message. */
struct packet {
	enum packet_type type; /* never a BINARY one: attachments tell */
	size_t attachments;
	char namespace[SOCKETIO_NAMESPACE + 1];
	bool has_ack;
	uint64_t ack;
	const char *payload; /* JSON text */
	size_t len;	     /* 0: none */
};

/* Reads a packet without Engine.IO's type. False: it is malformed; its payload, if it has one, is JSON. */
MUST_CHECK bool packet_read(const char *text, size_t len, struct packet *ret);
/* Appends Engine.IO's type, the packet's, `attachments-` and `/namespace,`; NULL: the main one. */
void packet_head(struct buf *out, enum packet_type type, size_t attachments, const char *namespace);

#endif
