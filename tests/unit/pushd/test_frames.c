/* Frame headers by the byte: what may pass, however it is cut into pieces. */
#include "pushd/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"

#define KEY	    "\x11\x22\x33\x44"
#define HELLO	    "\x81\x85" KEY "hello"
#define BYE	    "\x88\x82" KEY "\x03\xe8"
#define X_125	    X_16 X_16 X_16 X_16 X_16 X_16 X_16 "xxxxxxxxxxxxx"
#define X_126	    X_125 "x"
#define X_16	    "xxxxxxxxxxxxxxxx"
#define BYTES(text) (const unsigned char *)(text), sizeof(text) - 1

static const struct {
	const char *what;
	const unsigned char *bytes;
	size_t len;
	size_t kept; /* how many of them pass; all: nothing is wrong */
	enum frames_phase phase;
} rows[] = {
    {"nothing", BYTES(""), 0, FRAMES_FIRST},
    {"a text", BYTES(HELLO), 11, FRAMES_FIRST},
    {"two texts and a half", BYTES(HELLO HELLO "\x81\x85\x11"), 25, FRAMES_PAYLOAD},
    {"half a header", BYTES(HELLO "\x81"), 12, FRAMES_SECOND},
    {"an empty text", BYTES("\x81\x80" KEY), 6, FRAMES_FIRST},
    {"a binary", BYTES("\x82\x81" KEY "x"), 7, FRAMES_FIRST},
    {"fragments and a ping", BYTES("\x01\x81" KEY "x\x89\x80" KEY "\x80\x81" KEY "x"), 20, FRAMES_FIRST},
    {"a length in two bytes", BYTES("\x81\xfe\x00\x7e" KEY X_126 HELLO), 145, FRAMES_FIRST},
    {"a length in eight bytes", BYTES("\x81\xff\0\0\0\0\0\0\0\x7e" KEY X_126 "\x81"), 141, FRAMES_SECOND},
    {"a length of 256 bytes, half of it", BYTES("\x81\xfe\x01\x00" KEY X_126), 134, FRAMES_PAYLOAD},
    {"half a length", BYTES("\x81\xfe\x01"), 3, FRAMES_LENGTH},
    {"the longest length", BYTES("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" KEY X_126), 140, FRAMES_PAYLOAD},
    {"a length beyond 2^63", BYTES("\x81\xff\x80\0\0\0\0\0\0\0" KEY), 2, FRAMES_BROKEN},
    {"a high second byte of a length", BYTES("\x81\xff\0\x80\0\0\0\0\0\0" KEY), 14, FRAMES_PAYLOAD},
    {"a high first byte of two", BYTES("\x81\xfe\x80\x00" KEY), 8, FRAMES_PAYLOAD},
    {"a ping of 125 bytes", BYTES("\x89\xfd" KEY X_125 "\x81"), 132, FRAMES_SECOND},
    {"a text without a mask", BYTES("\x81\x05hello"), 1, FRAMES_BROKEN},
    {"a later text without a mask", BYTES(HELLO "\x81\x05hello"), 12, FRAMES_BROKEN},
    {"an empty ping without a mask", BYTES("\x89\x00"), 1, FRAMES_BROKEN},
    {"a long length without a mask", BYTES("\x81\x7e\x00\x7e"), 1, FRAMES_BROKEN},
    {"reserved bit 1", BYTES("\xc1\x80" KEY), 0, FRAMES_BROKEN},
    {"reserved bit 2", BYTES("\xa1\x80" KEY), 0, FRAMES_BROKEN},
    {"reserved bit 3", BYTES(HELLO "\x91\x80" KEY), 11, FRAMES_BROKEN},
    {"opcode 3", BYTES("\x83\x80" KEY), 0, FRAMES_BROKEN},
    {"opcode 7", BYTES("\x87\x80" KEY), 0, FRAMES_BROKEN},
    {"opcode 11", BYTES("\x8b\x80" KEY), 0, FRAMES_BROKEN},
    {"opcode 15", BYTES("\x8f\x80" KEY), 0, FRAMES_BROKEN},
    {"a ping in fragments", BYTES("\x09\x80" KEY), 0, FRAMES_BROKEN},
    {"a close in fragments", BYTES("\x08\x80" KEY), 0, FRAMES_BROKEN},
    {"a ping with a length of two bytes", BYTES("\x89\xfe\x00\x01" KEY "x"), 1, FRAMES_BROKEN},
    {"a close with a length of eight bytes", BYTES("\x88\xff\0\0\0\0\0\0\0\x02" KEY), 1, FRAMES_BROKEN},
    {"a close", BYTES(BYE), 8, FRAMES_THROUGH},
    {"an empty close", BYTES("\x88\x80" KEY), 6, FRAMES_THROUGH},
    {"anything behind a close", BYTES(BYE "\xff\x00 anything"), 19, FRAMES_THROUGH},
};

/* In two pieces, cut at `cut`: the number of bytes that pass. */
static size_t follow(size_t row, size_t cut, struct frames *frames)
{
	const unsigned char *bytes = rows[row].bytes;
	size_t kept = frames_follow(frames, bytes, cut);

	return kept + frames_follow(frames, bytes + cut, rows[row].len - cut);
}

static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t cut = 0; cut <= rows[i].len; cut++) {
			struct frames frames = {0};
			size_t kept = follow(i, cut, &frames);

			if (kept != rows[i].kept || frames.phase != rows[i].phase)
				fail_msg("%s, cut at %zu: %zu bytes, phase %d", rows[i].what, cut, kept,
					 frames.phase);
		}
}

static void test_by_the_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frames frames = {0};
		size_t kept = 0;

		for (size_t at = 0; at < rows[i].len; at++)
			kept += frames_follow(&frames, rows[i].bytes + at, 1);
		if (kept != rows[i].kept || frames.phase != rows[i].phase)
			fail_msg("%s: %zu bytes, phase %d", rows[i].what, kept, frames.phase);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_cut),
	    cmocka_unit_test(test_by_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
