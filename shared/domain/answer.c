/* A reader of two JSON forms and nothing else: "text" and ["text", …]. */
#include "domain/answer.h"

static const char *skip_space(const char *at)
{
	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
	return at;
}

/* Four hexadecimal digits; -1 for anything else. */
static int32_t take_hex(const char **at)
{
	int32_t value = 0;
	for (int i = 0; i < 4; i++) {
		char c = (*at)[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	*at += 4;
	return value;
}

/* What follows \u: one code unit, or two that make a code point. A lone half is U+FFFD. */
static int32_t take_unicode(const char **at)
{
	int32_t high = take_hex(at);
	if (high < 0xD800 || high > 0xDFFF)
		return high;
	if (high <= 0xDBFF && (*at)[0] == '\\' && (*at)[1] == 'u') {
		const char *ahead = *at + 2;
		int32_t low = take_hex(&ahead);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			*at = ahead;
			return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return 0xFFFD;
}

/* What follows a backslash; -1: not an escape. */
static int32_t take_escape(const char **at)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	char c = *(*at)++;
	if (c == 'u')
		return take_unicode(at);
	for (int i = 0; letters[i] != '\0'; i++)
		if (c == letters[i])
			return values[i];
	return -1;
}

/* The string that *at stands at the quote of. */
static bool take_string(const char **at, struct fold *fold)
{
	if (**at != '"')
		return false;
	const char *s = *at + 1;
	while (*s != '"') {
		int32_t c;
		if ((unsigned char)*s < 0x20)
			return false;
		if (*s == '\\') {
			s++;
			c = *s == '\0' ? -1 : take_escape(&s);
		} else {
			c = (int32_t)utf8_take(&s);
		}
		if (c < 0)
			return false;
		fold_add(fold, (uint32_t)c);
	}
	*at = s + 1;
	return true;
}

void answer_begin(struct answer_reader *reader, const char *json)
{
	*reader = (struct answer_reader){.at = skip_space(json)};
	if (*reader->at == '[') {
		reader->list = true;
		reader->at = skip_space(reader->at + 1);
	}
}

static enum answer_step end_of_text(const struct answer_reader *reader)
{
	return *skip_space(reader->at) == '\0' ? ANSWER_END : ANSWER_MALFORMED;
}

enum answer_step answer_next(struct answer_reader *reader, struct fold *fold)
{
	if (!reader->list && reader->begun)
		return end_of_text(reader);
	if (reader->list && *reader->at == ']') {
		reader->at++;
		return end_of_text(reader);
	}
	if (reader->list && reader->begun) {
		if (*reader->at != ',')
			return ANSWER_MALFORMED;
		reader->at = skip_space(reader->at + 1);
	}
	if (!take_string(&reader->at, fold))
		return ANSWER_MALFORMED;
	reader->begun = true;
	reader->at = skip_space(reader->at);
	return ANSWER_ITEM;
}
