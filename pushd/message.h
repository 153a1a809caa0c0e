/* One message in its wire form. It is encoded once per event and dialect; everybody who is to hear it holds a
 * counted reference, never a copy. Only the loop's thread counts. */
#ifndef INVIGIL_PUSHD_MESSAGE_H
#define INVIGIL_PUSHD_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

/* Bytes in front of the text that the WebSocket library may scribble its frame header into. */
#define MESSAGE_HEADROOM 32

struct message {
	unsigned refs;	   /* who holds it; freed with the last */
	unsigned size_row; /* its row in the size histogram, found once and not at each of a thousand sends */
	size_t head;	   /* bytes of the frame's header, which stands right in front of the text */
	size_t len;	   /* bytes of text */
	char *text;	   /* behind the headroom, in the same block */
	uint64_t event_id; /* whoever has it may resume behind this event; 0: it says nothing of that */
};

/* A copy of the bytes, with one reference: the caller's. NULL: no memory. */
MUST_CHECK struct message *message_new(const char *text, size_t len);
/* Likewise from a builder, which is done afterwards; NULL also when the builder failed. */
MUST_CHECK struct message *message_take(struct buf *text);
struct message *message_ref(struct message *message);
/* Accepts NULL. */
void message_unref(struct message *message);

#endif
