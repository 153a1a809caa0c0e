#include "base/utf8.h"

#include "base/compiler.h"

/* The well-formed sequences: lead byte, range of the second byte, bytes in all. Every byte behind the second
 * is 80..BF. Overlong forms, surrogates and what is above U+10FFFF fall out of the ranges. */
static const struct {
	unsigned char lead_least, lead_most, second_least, second_most, bytes;
} sequences[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t utf8_step(const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t row = 0, step;

	while (row < ARRAY_LEN(sequences) &&
	       !(at[0] >= sequences[row].lead_least && at[0] <= sequences[row].lead_most))
		row++;
	step = row < ARRAY_LEN(sequences) ? sequences[row].bytes : 0;
	if (step <= 1)
		return step;
	if (step > len || at[1] < sequences[row].second_least || at[1] > sequences[row].second_most)
		return 0;
	for (size_t i = 2; i < step; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return step;
}

bool utf8_valid(const char *bytes, size_t len)
{
	while (len) {
		size_t step = utf8_step(bytes, len);

		if (!step)
			return false;
		bytes += step;
		len -= step;
	}
	return true;
}

size_t utf8_length(const char *text)
{
	size_t length = 0;

	for (; *text; text++)
		length += ((unsigned char)*text & 0xc0) != 0x80;
	return length;
}
