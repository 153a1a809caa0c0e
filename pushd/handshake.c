/* One header moved, nothing else understood: whatever is malformed here is libwebsockets' to refuse. */
#define _GNU_SOURCE
#include "pushd/handshake.h"

#include <string.h>
#include <strings.h>

static const char PROTOCOL[] = "Sec-WebSocket-Protocol:";
static const char AUTHORIZATION[] = "Authorization:";
static const char SCHEME[] = "bearer";

size_t handshake_end(const char *bytes, size_t len)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - bytes) + 4 : 0;
}

/* A piece of text that isn't terminated. */
struct span {
	const char *text;
	size_t len;
};

static struct span trim(struct span span)
{
	while (span.len && (*span.text == ' ' || *span.text == '\t'))
		span.text++, span.len--;
	while (span.len && (span.text[span.len - 1] == ' ' || span.text[span.len - 1] == '\t'))
		span.len--;
	return span;
}

static bool is_header(struct span line, const char *name)
{
	size_t len = strlen(name);

	return line.len >= len && strncasecmp(line.text, name, len) == 0;
}

/* The line's second item when its first is `bearer`, and nothing when it isn't. */
static struct span token_of(struct span line)
{
	struct span value = {line.text + sizeof(PROTOCOL) - 1, line.len - (sizeof(PROTOCOL) - 1)};
	const char *comma = memchr(value.text, ',', value.len);
	struct span none = {NULL, 0}, first, rest;

	if (!comma)
		return none;
	first = trim((struct span){value.text, (size_t)(comma - value.text)});
	if (first.len != sizeof(SCHEME) - 1 || strncmp(first.text, SCHEME, first.len) != 0)
		return none;
	rest = (struct span){comma + 1, value.len - (size_t)(comma - value.text) - 1};
	comma = memchr(rest.text, ',', rest.len);
	if (comma)
		rest.len = (size_t)(comma - rest.text);
	return trim(rest);
}

/* The next line of the head, without its end; false behind the last. */
static bool next_line(const char **at, const char *end, struct span *ret)
{
	const char *stop = memmem(*at, (size_t)(end - *at), "\r\n", 2);

	if (!stop || stop == *at)
		return false;
	*ret = (struct span){*at, (size_t)(stop - *at)};
	*at = stop + 2;
	return true;
}

static struct span find_token(const char *bytes, const char *end)
{
	struct span line, token = {NULL, 0};

	while (!token.len && next_line(&bytes, end, &line))
		if (is_header(line, PROTOCOL))
			token = token_of(line);
	return token;
}

void handshake_rewrite(const char *bytes, size_t len, struct buf *out)
{
	const char *end = bytes + handshake_end(bytes, len), *at = bytes;
	struct span token = find_token(bytes, end), line;
	bool moved = false;

	if (!token.len) {
		buf_add(out, bytes, len);
		return;
	}
	while (next_line(&at, end, &line)) {
		if (is_header(line, AUTHORIZATION) || (moved && is_header(line, PROTOCOL)))
			continue;
		if (is_header(line, PROTOCOL))
			buf_printf(out, "%s %s\r\n%s Bearer %.*s", PROTOCOL, SCHEME, AUTHORIZATION,
				   (int)token.len, token.text);
		else
			buf_add(out, line.text, line.len);
		moved |= is_header(line, PROTOCOL);
		buf_adds(out, "\r\n");
	}
	buf_add(out, at, len - (size_t)(at - bytes));
}
