/* The writers: straight into a buf, without a tree. */
#include "wire/json.h"

#include <string.h>

#include "base/clock.h"

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

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool json_members(const char *text, size_t len, const char **ret, size_t *ret_len)
{
	while (len && is_blank(*text))
		text++, len--;
	while (len && is_blank(text[len - 1]))
		len--;
	if (len < 2 || text[0] != '{' || text[len - 1] != '}')
		return false;
	text++, len -= 2;
	while (len && is_blank(*text))
		text++, len--;
	*ret = text;
	*ret_len = len;
	return true;
}
