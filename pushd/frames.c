/* A handful of states; payloads are passed in one step. */
#include "pushd/frames.h"

#include <stdbool.h>

#define FIN	    0x80
#define RESERVED    0x70
#define OPCODE	    0x0f
#define CONTROL	    0x08 /* the bit that all control frames' opcodes have */
#define CLOSE	    0x08
#define MASKED	    0x80
#define LENGTH	    0x7f
#define TWO_BYTES   126 /* the length is in the next two … */
#define EIGHT_BYTES 127 /* … in the next eight */
#define KEY_BYTES   4

static bool is_opcode(unsigned opcode)
{
	return (opcode & ~CONTROL) <= 2;
}

static void first(struct frames *frames, unsigned char byte)
{
	frames->opcode = byte & OPCODE;
	if (byte & RESERVED || !is_opcode(frames->opcode) || (frames->opcode & CONTROL && !(byte & FIN)))
		frames->phase = FRAMES_BROKEN;
	else
		frames->phase = FRAMES_SECOND;
}

/* The length is known: the key and the payload follow. */
static void enter_payload(struct frames *frames)
{
	frames->left += KEY_BYTES;
	frames->phase = FRAMES_PAYLOAD;
}

static void second(struct frames *frames, unsigned char byte)
{
	unsigned length = byte & LENGTH;

	if (!(byte & MASKED) || (frames->opcode & CONTROL && length >= TWO_BYTES)) {
		frames->phase = FRAMES_BROKEN;
		return;
	}
	frames->more = length == EIGHT_BYTES ? 8 : length == TWO_BYTES ? 2 : 0;
	frames->left = frames->more ? 0 : length;
	if (frames->more)
		frames->phase = FRAMES_LENGTH;
	else
		enter_payload(frames);
}

static void length(struct frames *frames, unsigned char byte)
{
	if (frames->more == 8 && byte & 0x80) {
		frames->phase = FRAMES_BROKEN;
		return;
	}
	frames->left = frames->left << 8 | byte;
	if (--frames->more == 0)
		enter_payload(frames);
}

/* How many of the bytes belong to the frame. */
static size_t pass(struct frames *frames, size_t len)
{
	size_t passed = frames->left < len ? (size_t)frames->left : len;

	frames->left -= passed;
	if (!frames->left)
		frames->phase = frames->opcode == CLOSE ? FRAMES_THROUGH : FRAMES_FIRST;
	return passed;
}

size_t frames_follow(struct frames *frames, const unsigned char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		if (frames->phase == FRAMES_THROUGH)
			return len;
		if (frames->phase == FRAMES_PAYLOAD) {
			at += pass(frames, len - at);
			continue;
		}
		if (frames->phase == FRAMES_FIRST)
			first(frames, bytes[at]);
		else if (frames->phase == FRAMES_SECOND)
			second(frames, bytes[at]);
		else if (frames->phase == FRAMES_LENGTH)
			length(frames, bytes[at]);
		if (frames->phase == FRAMES_BROKEN)
			return at;
		at++;
	}
	return len;
}
