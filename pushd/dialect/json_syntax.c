/* One pass, a bit per level: whether it is an object. */
#include "pushd/dialect/json_syntax.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"

#define DEPTH_MAX 1024

struct scan {
	const char *at, *end;
	size_t depth;
	uint64_t objects[DEPTH_MAX / 64]; /* a bit per level: it is an object and no array */
};

static bool is_one_of(const char *set, char c)
{
	return c && strchr(set, c);
}

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && is_one_of(" \t\n\r", *scan->at))
		scan->at++;
}

static bool take(struct scan *scan, char c)
{
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the backslash. */
static bool take_escape(struct scan *scan)
{
	if (scan->at == scan->end || !is_one_of("\"\\/bfnrtu", *scan->at))
		return false;
	if (*scan->at++ != 'u')
		return true;
	for (int i = 0; i < 4; i++, scan->at++)
		if (scan->at == scan->end || !is_hex(*scan->at))
			return false;
	return true;
}

static bool take_string(struct scan *scan)
{
	if (!take(scan, '"'))
		return false;
	while (scan->at < scan->end) {
		unsigned char c = (unsigned char)*scan->at++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !take_escape(scan)))
			return false;
	}
	return false;
}

static bool take_digits(struct scan *scan)
{
	const char *start = scan->at;

	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
		scan->at++;
	return scan->at > start;
}

static bool take_number(struct scan *scan)
{
	take(scan, '-');
	if (!take(scan, '0') && !take_digits(scan))
		return false;
	if (take(scan, '.') && !take_digits(scan))
		return false;
	if (!take(scan, 'e') && !take(scan, 'E'))
		return true;
	if (!take(scan, '-'))
		take(scan, '+');
	return take_digits(scan);
}

static bool take_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
		return false;
	scan->at += len;
	return true;
}

static bool take_scalar(struct scan *scan)
{
	if (scan->at < scan->end && *scan->at == '"')
		return take_string(scan);
	return take_word(scan, "true") || take_word(scan, "false") || take_word(scan, "null") ||
	       take_number(scan);
}

static bool in_object(const struct scan *scan)
{
	size_t level = scan->depth - 1;

	return scan->objects[level / 64] >> (level % 64) & 1;
}

static bool enter(struct scan *scan, bool object)
{
	size_t level = scan->depth;
	uint64_t bit;

	if (level == DEPTH_MAX)
		return false;
	bit = (uint64_t)1 << (level % 64);
	if (object)
		scan->objects[level / 64] |= bit;
	else
		scan->objects[level / 64] &= ~bit;
	scan->depth++;
	return true;
}

static bool take_name(struct scan *scan)
{
	skip_space(scan);
	if (!take_string(scan))
		return false;
	skip_space(scan);
	return take(scan, ':');
}

/* A value's beginning: a scalar is all of it, a bracket opens a level. *ret_open: a level that isn't empty.
 */
static bool take_value(struct scan *scan, bool *ret_open)
{
	bool object;

	*ret_open = false;
	skip_space(scan);
	if (scan->at == scan->end || (*scan->at != '[' && *scan->at != '{'))
		return take_scalar(scan);
	object = *scan->at++ == '{';
	skip_space(scan);
	if (take(scan, object ? '}' : ']'))
		return true;
	*ret_open = true;
	return enter(scan, object) && (!object || take_name(scan));
}

/* Behind a value: closes levels until one goes on. */
static bool take_next(struct scan *scan)
{
	while (scan->depth) {
		skip_space(scan);
		if (take(scan, ','))
			return !in_object(scan) || take_name(scan);
		if (!take(scan, in_object(scan) ? '}' : ']'))
			return false;
		scan->depth--;
	}
	return true;
}

static bool take_whole(struct scan *scan)
{
	bool open;

	do {
		if (!take_value(scan, &open))
			return false;
		if (!open && !take_next(scan))
			return false;
	} while (scan->depth);
	return true;
}

bool json_syntax(const char *text, size_t len)
{
	struct scan scan = {.at = text, .end = text + len};

	if (!take_whole(&scan))
		return false;
	skip_space(&scan);
	return scan.at == scan.end;
}

size_t json_syntax_string(const char *text, size_t len)
{
	struct scan scan = {.at = text, .end = text + len};

	return take_string(&scan) ? (size_t)(scan.at - text) : 0;
}

size_t json_syntax_value(const char *text, size_t len)
{
	struct scan scan = {.at = text, .end = text + len};

	return take_whole(&scan) ? (size_t)(scan.at - text) : 0;
}

bool json_syntax_next(const char *text, size_t len, size_t *at, struct json_part *ret)
{
	struct scan scan = {.at = text + *at, .end = text + len};
	struct json_part part;

	skip_space(&scan);
	if (!take(&scan, *at ? ',' : '{'))
		return false;
	skip_space(&scan);
	part.name = scan.at + 1;
	if (!take_string(&scan))
		return false;
	part.name_len = (size_t)(scan.at - part.name) - 1;
	skip_space(&scan);
	if (!take(&scan, ':'))
		return false;
	skip_space(&scan);
	part.value = scan.at;
	part.value_len = json_syntax_value(scan.at, (size_t)(scan.end - scan.at));
	*at = (size_t)(scan.at - text) + part.value_len;
	*ret = part;
	return part.value_len > 0;
}

bool json_syntax_member(const char *text, size_t len, const char *name, struct json_part *ret)
{
	struct json_part part;

	for (size_t at = 0; json_syntax_next(text, len, &at, &part);)
		if (part.name_len == strlen(name) && memcmp(part.name, name, part.name_len) == 0) {
			*ret = part;
			return true;
		}
	return false;
}

bool json_syntax_time(const char *text, size_t len, const char *name, int64_t *ret_ms)
{
	char time[TIME_TEXT + 8] = "";
	struct json_part part;

	if (!json_syntax_member(text, len, name, &part) || part.value_len <= 2 ||
	    part.value_len >= sizeof(time))
		return false;
	memcpy(time, part.value + 1, part.value_len - 2);
	return time_parse(time, ret_ms);
}
