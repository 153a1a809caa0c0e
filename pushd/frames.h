/* A client's WebSocket frames, followed by their headers (RFC 6455, 5.2 and 5.5), whatever pieces they come
 * in.
 *
 * libwebsockets 4.1.6 reads the same headers, but accepts a frame that isn't masked, though a server MUST end
 * such a connection, and ends one without a close code for a control frame that is too long or a length
 * beyond 2^63. Nor does it show a header to anybody. So each byte is looked at before the library has it
 * (inlet.c), and what breaks a rule never gets there. Of what spans frames - fragments, UTF-8, the size of
 * messages, what a close frame says - nothing is known here: there the library and server.c give the right
 * answers. */
#ifndef INVIGIL_PUSHD_FRAMES_H
#define INVIGIL_PUSHD_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum frames_phase {
	FRAMES_FIRST,	/* the next byte is a frame's first */
	FRAMES_SECOND,	/* … its second */
	FRAMES_LENGTH,	/* … of its extended length: `more` of them are to come */
	FRAMES_PAYLOAD, /* `left` bytes belong to the frame still */
	FRAMES_THROUGH, /* there was a close frame: what is behind it means nothing */
	FRAMES_BROKEN,	/* a header broke a rule */
};

/* Where somebody stands in his frames. Zeroed: before the first. */
struct frames {
	uint64_t left; /* in LENGTH: what is known of the length */
	uint8_t phase; /* enum frames_phase */
	uint8_t opcode;
	uint8_t more;
};

/* Goes on by some bytes. How many of them may be believed: all, or those before the one that shows that a
 * header breaks a rule; then the phase is FRAMES_BROKEN, and stays. */
size_t frames_follow(struct frames *frames, const unsigned char *bytes, size_t len);

#endif
