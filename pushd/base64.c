/* Two alphabets that differ in their last two letters. */
#include "pushd/base64.h"

#include <stdint.h>
#include <string.h>

static const char STANDARD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Four letters of up to three bytes. */
static void write_group(const char *alphabet, const unsigned char *bytes, size_t len, char letters[4])
{
	uint32_t group = (uint32_t)bytes[0] << 16;

	if (len > 1)
		group |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		group |= bytes[2];
	for (size_t i = 0; i < 4; i++)
		letters[i] = i <= len ? alphabet[group >> (18 - 6 * i) & 63] : '=';
}

/* The letter's value; -1: it isn't one. */
static int value_of(const char *alphabet, char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	if (letter == alphabet[62])
		return 62;
	return letter == alphabet[63] ? 63 : -1;
}

/* Up to three bytes of two to four letters; false when one isn't a letter, or the last has bits to spare. */
static bool read_group(const char *alphabet, const char *letters, size_t len, unsigned char bytes[3])
{
	uint32_t group = 0;

	for (size_t i = 0; i < len; i++) {
		int value = value_of(alphabet, letters[i]);

		if (value < 0)
			return false;
		group |= (uint32_t)value << (18 - 6 * i);
	}
	bytes[0] = (unsigned char)(group >> 16);
	bytes[1] = (unsigned char)(group >> 8);
	bytes[2] = (unsigned char)group;
	return len == 4 || (len == 3 && !bytes[2]) || (len == 2 && !bytes[1] && !bytes[2]);
}

void base64_add(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	char *letters;

	if (!buf_reserve(out, (len + 2) / 3 * 4))
		return;
	letters = out->data + out->len;
	for (size_t i = 0; i < len; i += 3, letters += 4)
		write_group(STANDARD, at + i, len - i < 3 ? len - i : 3, letters);
	out->len = (size_t)(letters - out->data);
	*letters = '\0';
}

bool base64_read(const char *text, size_t len, struct buf *out)
{
	unsigned char *at;

	if (len % 4 == 0)
		for (int i = 0; i < 2 && len && text[len - 1] == '='; i++)
			len--;
	if (len % 4 == 1 || !buf_reserve(out, len / 4 * 3 + 3))
		return false;
	at = (unsigned char *)out->data + out->len;
	for (size_t i = 0; i < len; i += 4) {
		size_t letters = len - i < 4 ? len - i : 4;
		unsigned char bytes[3];

		if (!read_group(STANDARD, text + i, letters, bytes))
			return false;
		memcpy(at, bytes, letters - 1);
		at += letters - 1;
	}
	out->len = (size_t)(at - (unsigned char *)out->data);
	*at = '\0';
	return true;
}

void base64url_write(const unsigned char *bytes, size_t len, char *ret)
{
	for (size_t i = 0; i < len; i += 3, ret += 4)
		write_group(URL, bytes + i, 3, ret);
	*ret = '\0';
}

bool base64url_read(const char *text, size_t len, unsigned char *ret)
{
	if (len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4, ret += 3)
		if (!read_group(URL, text + i, 4, ret))
			return false;
	return true;
}
