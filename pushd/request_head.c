/* A walk over the bytes for each question. */
#include "pushd/request_head.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pushd/span.h"

static struct span until(const char **at, const char *end, char stop)
{
	const char *found = memchr(*at, stop, (size_t)(end - *at));
	struct span span = {*at, found ? (size_t)(found - *at) : (size_t)(end - *at)};

	*at = found ? found + 1 : end;
	return span;
}

struct request_line {
	struct span method, path, query;
};

static bool read_line(struct request_head head, struct request_line *ret)
{
	const char *at = head.bytes, *end = memchr(head.bytes, '\r', head.len);
	struct span target, version;

	if (!end)
		return false;
	ret->method = until(&at, end, ' ');
	target = until(&at, end, ' ');
	version = until(&at, end, ' ');
	at = target.text;
	ret->path = until(&at, target.text + target.len, '?');
	ret->query = (struct span){at, (size_t)(target.text + target.len - at)};
	return ret->method.len && ret->method.len < REQUEST_METHOD_TEXT && version.len == 8 &&
	       strncmp(version.text, "HTTP/1.", 7) == 0;
}

/* The next header of this name at or behind *at. */
static bool next_header(const char **at, const char *end, const char *name, struct span *ret)
{
	while (*at < end) {
		struct span line = until(at, end, '\n'), found;
		const char *value = line.text;

		line.len -= line.len && line.text[line.len - 1] == '\r';
		found = until(&value, line.text + line.len, ':');
		/* no header without a colon */
		if (found.len == line.len || found.len != strlen(name) ||
		    strncasecmp(found.text, name, found.len) != 0)
			continue;
		*ret = span_trim((struct span){value, (size_t)(line.text + line.len - value)});
		return true;
	}
	return false;
}

/* The end of the head's first line. */
static const char *first_header(struct request_head head)
{
	const char *at = head.bytes;

	(void)until(&at, head.bytes + head.len, '\n');
	return at;
}

bool request_head_is_for(struct request_head head, const char *path)
{
	const char *at = first_header(head);
	struct request_line line;
	struct span upgrade;

	if (!read_line(head, &line) || next_header(&at, head.bytes + head.len, "Upgrade", &upgrade))
		return false;
	return span_is(line.path, path) ||
	       (line.path.len == strlen(path) - 1 && strncmp(line.path.text, path, line.path.len) == 0);
}

bool request_head_method(struct request_head head, char ret[REQUEST_METHOD_TEXT])
{
	struct request_line line;

	if (!read_line(head, &line))
		return false;
	memcpy(ret, line.method.text, line.method.len);
	ret[line.method.len] = '\0';
	return true;
}

bool request_head_header(struct request_head head, const char *name, char *ret, size_t size)
{
	const char *at = first_header(head), *end = head.bytes + head.len;
	struct span value;
	size_t len = 0;
	bool found = false;

	*ret = '\0';
	while (next_header(&at, end, name, &value)) {
		int written =
		    snprintf(ret + len, size - len, "%s%.*s", found ? ", " : "", (int)value.len, value.text);

		found = true;
		len += (size_t)written < size - len ? (size_t)written : size - len - 1;
	}
	return found;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(struct span value, char *ret, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < value.len && len + 1 < size; i++) {
		int high = i + 2 < value.len ? hex_digit(value.text[i + 1]) : -1;
		int low = high < 0 ? -1 : hex_digit(value.text[i + 2]);
		char c = value.text[i];

		if (c == '+')
			c = ' ';
		if (c == '%' && high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		ret[len++] = c;
	}
	ret[len] = '\0';
}

bool request_head_argument(struct request_head head, const char *name, char *ret, size_t size)
{
	struct request_line line;
	const char *at, *end;

	if (!read_line(head, &line))
		return false;
	at = line.query.text;
	end = at + line.query.len;
	while (at < end) {
		struct span argument = until(&at, end, '&');
		const char *value = argument.text;
		struct span found = until(&value, argument.text + argument.len, '=');

		if (!span_is(found, name))
			continue;
		decode((struct span){value, (size_t)(argument.text + argument.len - value)}, ret, size);
		return true;
	}
	return false;
}

/* Digits and nothing else, once: what says its length twice, or in another way, is not to be trusted. */
size_t request_head_length(struct request_head head)
{
	const char *at = first_header(head);
	char text[24], *end;
	struct span coding;
	size_t length;

	if (next_header(&at, head.bytes + head.len, "Transfer-Encoding", &coding))
		return SIZE_MAX;
	if (!request_head_header(head, "Content-Length", text, sizeof(text)))
		return 0;
	length = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && strlen(text) < 16 ? length : SIZE_MAX;
}
