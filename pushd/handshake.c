/* One header moved, nothing else understood: whatever is malformed here is libwebsockets' to refuse. */
#define _GNU_SOURCE
#include "pushd/handshake.h"

#include <string.h>
#include <strings.h>

#include "pushd/span.h"

static const char PROTOCOL[] = "Sec-WebSocket-Protocol:";
static const char AUTHORIZATION[] = "Authorization:";
static const char SCHEME[] = "bearer";

size_t handshake_end(const char *bytes, size_t len)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - bytes) + 4 : 0;
}

static bool is_header(struct span line, const char *name)
{
	size_t len = strlen(name);

	return line.len >= len && strncasecmp(line.text, name, len) == 0;
}

/* What the client offers to speak: all lines together are one list. */
struct offer {
	bool made;	   /* there is such a line */
	bool bearer;	   /* and `bearer` is in it */
	struct span token; /* the item behind that */
};

static void read_offer(struct span line, struct offer *offer)
{
	const char *at = line.text + sizeof(PROTOCOL) - 1, *end = line.text + line.len, *comma;
	struct span item;

	offer->made = true;
	for (; at <= end; at = comma + 1) {
		comma = memchr(at, ',', (size_t)(end - at));
		comma = comma ? comma : end;
		item = span_trim((struct span){at, (size_t)(comma - at)});
		if (offer->bearer && !offer->token.len)
			offer->token = item;
		else if (span_is(item, SCHEME))
			offer->bearer = true;
	}
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

/* The lines between `bytes` and `end` are headers. */
static struct offer find_offer(const char *bytes, const char *end)
{
	struct offer offer = {0};
	struct span line;

	while (next_line(&bytes, end, &line))
		if (is_header(line, PROTOCOL))
			read_offer(line, &offer);
	return offer;
}

/* What stands where the first line of the offer stood. */
static void add_offer(const struct offer *offer, struct buf *out)
{
	if (offer->bearer)
		buf_printf(out, "%s %s\r\n", PROTOCOL, SCHEME);
	if (offer->token.len)
		buf_printf(out, "%s Bearer %.*s\r\n", AUTHORIZATION, (int)offer->token.len,
			   offer->token.text);
}

void handshake_rewrite(const char *bytes, size_t len, struct buf *out)
{
	const char *end = bytes + handshake_end(bytes, len), *at = bytes;
	bool added = false;
	struct span line;
	struct offer offer;

	if (next_line(&at, end, &line))
		buf_add(out, bytes, (size_t)(at - bytes));
	offer = find_offer(at, end);
	while (offer.made && next_line(&at, end, &line)) {
		if (is_header(line, PROTOCOL)) {
			if (!added)
				add_offer(&offer, out);
			added = true;
		} else if (!offer.token.len || !is_header(line, AUTHORIZATION)) {
			buf_add(out, line.text, line.len);
			buf_adds(out, "\r\n");
		}
	}
	buf_add(out, at, len - (size_t)(at - bytes));
}
