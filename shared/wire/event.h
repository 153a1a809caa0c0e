/* An event, and the frames in which it crosses the bus.
 *
 * Frame, integers big-endian:
 *   u8 magic 'I' · u8 version 1 · u8 kind · (kind EVENT) u8 type · u8 audience · 16 session · u64 event_id ·
 *   16 actor · 16 target · i64 created_at ms · u32 payload length · payload
 *   (kind HEAD) 16 session · u64 head
 * A HEAD frame says "this stream has grown to `head`; read it": commands that write several events send one.
 */
#ifndef INVIGIL_WIRE_EVENT_H
#define INVIGIL_WIRE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/id.h"
#include "core/err.h"
#include "model/event_type.h"

struct event {
	struct id session_id; /* the stream; nil: the system's own */
	uint64_t event_id;    /* 1, 2, 3 … in the stream, in commit order */
	enum event_type type;
	enum audience audience; /* as stored in the row */
	struct id actor_id;	/* whom it is about; nil: nobody */
	struct id target_id;	/* AUDIENCE_USER: the user, AUDIENCE_GROUP: the group; else nil */
	int64_t created_at;	/* ms since 1970: the message's `timestamp` */
	const char *payload;	/* a JSON object: the message's own fields, without type, session_id,
				   event_id and timestamp, which every dialect adds */
	size_t payload_len;
};

enum frame_kind { FRAME_EVENT = 1, FRAME_HEAD = 2 };

/* The largest frame: a payload is at most 256 KiB. */
#define FRAME_MAX (256 * 1024 + 128)

/* A payload that is too large goes as the HEAD frame that makes the reader fetch the row. */
void event_encode(const struct event *event, struct buf *out);
void head_encode(const struct id *session_id, uint64_t head, struct buf *out);

/* Reads a frame. For FRAME_EVENT *ret is filled and its payload points into `bytes`; for FRAME_HEAD only
 * session_id and event_id (the head) are. ERR_INVALID_MESSAGE for anything that isn't exactly one frame. */
MUST_CHECK enum err event_decode(const void *bytes, size_t len, enum frame_kind *ret_kind, struct event *ret);

#endif
