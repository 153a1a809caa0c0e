#include "wire/json.h"

#include <string.h>

#include "base/clock.h"

/* The writers, and what they and the readers know of UTF-8. */

/* The letter behind the backslash for the bytes that have a short escape; 'u': \u00XX; 0: written as it is.
 */
static char escape_letter(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 ? 'u' : 0;
	}
}

static void add_escaped(struct buf *out, unsigned char c, char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char text[] = {'\\', letter, '0', '0', digits[c >> 4], digits[c & 15]};

	buf_add(out, text, letter == 'u' ? sizeof(text) : 2);
}

void json_add_stringn(struct buf *out, const char *text, size_t len)
{
	size_t done = 0;

	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		char letter = escape_letter(c);

		if (!letter)
			continue;
		buf_add(out, text + done, i - done);
		add_escaped(out, c, letter);
		done = i + 1;
	}
	buf_add(out, text + done, len - done);
	buf_addc(out, '"');
}

void json_add_string(struct buf *out, const char *text)
{
	if (text)
		json_add_stringn(out, text, strlen(text));
	else
		buf_adds(out, "null");
}

void json_add_id(struct buf *out, const struct id *id)
{
	char text[ID_TEXT];

	json_add_stringn(out, id_format(id, text), ID_TEXT - 1);
}

void json_add_time(struct buf *out, int64_t ms)
{
	char text[TIME_TEXT];

	json_add_stringn(out, time_format(ms, text), TIME_TEXT - 1);
}

size_t utf8_length(const char *text)
{
	size_t length = 0;

	for (; *text; text++)
		length += ((unsigned char)*text & 0xc0) != 0x80;
	return length;
}

/* The well-formed sequences, RFC 3629's table: lead byte, range of the second byte, bytes in all. Every byte
 * behind the second is 80..BF. */
static const struct {
	unsigned char lead_least, lead_most, second_least, second_most, bytes;
} sequences[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The length of the sequence that begins at `at`; 0 when none does. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
	size_t row = 0, bytes;

	while (row < ARRAY_LEN(sequences) &&
	       !(at[0] >= sequences[row].lead_least && at[0] <= sequences[row].lead_most))
		row++;
	bytes = row < ARRAY_LEN(sequences) ? sequences[row].bytes : 0;
	if (bytes <= 1)
		return bytes;
	if (bytes > left || at[1] < sequences[row].second_least || at[1] > sequences[row].second_most)
		return 0;
	for (size_t i = 2; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return bytes;
}

bool utf8_valid(const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes;

	while (len) {
		size_t step = sequence_length(at, len);

		if (!step)
			return false;
		at += step;
		len -= step;
	}
	return true;
}
