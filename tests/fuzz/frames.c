/* Frame headers, in pieces: a second reader, who sees all of it at once, finds the same fault at the same
 * byte, wherever the cuts are. */
#include "tests/fuzz/fuzz.h"

#include "pushd/frames.h"

#define WHOLE SIZE_MAX /* nothing is wrong */

static uint64_t read_length(const uint8_t *at, size_t bytes)
{
	uint64_t length = 0;

	for (size_t i = 0; i < bytes; i++)
		length = length << 8 | at[i];
	return length;
}

/* Where the first fault shows, in one frame; else *ret_next is behind the frame, or SIZE_MAX. */
static size_t fault_of(const uint8_t *frame, size_t size, size_t *ret_next)
{
	static const size_t extended[2] = {2, 8};
	bool control = frame[0] & 8;
	size_t head = 2, more = 0;
	uint64_t length;

	*ret_next = SIZE_MAX;
	if (frame[0] & 0x70 || (frame[0] & 7) > 2 || (control && frame[0] < 128))
		return 0;
	if (size < 2)
		return WHOLE;
	length = frame[1] & 127;
	if (frame[1] < 128 || (control && length > 125))
		return 1;
	if (length > 125) {
		more = extended[length - 126];
		if (more == 8 && size > 2 && frame[2] > 127)
			return 2;
		if (size < 2 + more)
			return WHOLE;
		length = read_length(frame + 2, more);
	}
	head += more + 4;
	if (size >= head && size - head >= length && frame[0] != 0x88)
		*ret_next = head + (size_t)length;
	return WHOLE;
}

static size_t fault(const uint8_t *data, size_t size)
{
	for (size_t at = 0, next; at < size; at += next) {
		size_t found = fault_of(data + at, size - at, &next);

		if (found != WHOLE)
			return at + found;
		if (next == SIZE_MAX)
			break;
	}
	return size;
}

/* The first byte decides how long the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rest rest = {data, size};
	size_t most = 1 + take_byte(&rest), kept = 0, wanted = fault(rest.data, rest.size);
	struct frames frames = {0};

	for (size_t at = 0, len; at < rest.size; at += len) {
		void *piece;

		len = rest.size - at < most ? rest.size - at : most;
		piece = exact(rest.data + at, len);
		kept += frames_follow(&frames, piece, len);
		free(piece);
	}
	MUST(kept == wanted);
	MUST((frames.phase == FRAMES_BROKEN) == (wanted < rest.size));
	return 0;
}
