/* What the dialects spoken over Socket.IO have in common. A message is one event with one argument, an object
 * whose names are in camelCase, made lexically from what the database wrote: nothing is parsed and printed
 * again.
 *
 * Behind the object of an event, and of what a subscription begins with, stands an offset, by which a client
 * recovers: "<session>:<dialect>:<event id>", a subscription and the last event it has heard of. An event is
 * encoded once for all who hear it, so it names its own subscription only; for a client that has several, the
 * packet is copied and the others are added, with blanks between (emit_with_offset). Errors, answers to
 * commands and what is derived have none: they are no place in a stream. No text but an offset is ever the
 * last argument. */
#ifndef INVIGIL_PUSHD_DIALECT_EMIT_H
#define INVIGIL_PUSHD_DIALECT_EMIT_H

#include "pushd/dialect/dialect.h"

#define OFFSET_TEXT 96 /* of one subscription, and the terminator */

/* A message being written. */
struct emit {
	struct buf out;
	const char *event;
	bool first; /* no member yet */
};

void emit_begin(struct emit *emit, const char *event);
/* Behind it comes a value. */
struct buf *emit_key(struct emit *emit, const char *name);
void emit_text(struct emit *emit, const char *name, const char *text);
/* null for nil. */
void emit_id(struct emit *emit, const char *name, const struct id *id);
void emit_time(struct emit *emit, const char *name, int64_t ms);
/* null for SESSION_NO_DEADLINE. */
void emit_deadline(struct emit *emit, const char *name, int64_t ms);
/* The seconds that are left, null when no clock runs. */
void emit_remaining(struct emit *emit, const char *name, const struct scene *scene);
/* The members of `object` with these names, blanks between, in this order, all in camelCase. One that isn't
 * there is null, or, with a ? behind its name, left out, as it is when it is null. False when it is no
 * object. */
MUST_CHECK bool emit_members(struct emit *emit, const char *object, size_t len, const char *names);
/* One member's value under a name of its own; null when it isn't there. */
void emit_member(struct emit *emit, const char *name, const char *object, size_t len, const char *member);
/* `offset` NULL: none. */
MUST_CHECK struct message *emit_end(struct emit *emit, const char *offset);
void emit_discard(struct emit *emit);

/* JSON text with its objects' names in camelCase. */
void emit_camel(struct buf *out, const char *text, size_t len);

/* {code, message}; what is wrong with a field is told under its name in camelCase. */
MUST_CHECK struct message *emit_error(const char *event, const struct complaint *complaint);
/* A row of a dialect's table: an event, what it is called and what is told of it. */
struct emit_row {
	enum event_type type;
	const char *event;
	const char *names; /* as emit_members takes them */
	bool timestamp;
};

/* The answer to an acknowledgement: the same object as that of an event. */
MUST_CHECK struct message *emit_ack(const struct message *event, uint64_t ack);

/* --- offsets --- */

/* Where a client stands in one subscription. */
struct offset {
	struct id session_id;
	const struct dialect *dialect;
	uint64_t event_id;
};

char *offset_format(const struct offset *offset, char text[OFFSET_TEXT]);
/* Reads one off *text, which moves behind it and the blank that parts it from the next. A quote may end it.
 */
MUST_CHECK bool offset_read(const char **text, struct offset *ret);

/* What stands behind the object of a message, without quotes; false: nothing does. */
MUST_CHECK bool emit_offset(const struct message *message, const char **ret, size_t *ret_len);
/* A copy of a message that has one, with another. NULL: no memory. */
MUST_CHECK struct message *emit_with_offset(const struct message *message, const char *offset);

#endif
