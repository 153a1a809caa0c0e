/* One walk over the lines; rows say what each header may be. */
#define _GNU_SOURCE
#include "pushd/head.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "pushd/span.h"

#define ANSWER(status, headers)                                                                              \
	"HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\nConnection: close\r\n\r\n"

static const char bad_request[] = ANSWER("400 Bad Request", "");
static const char upgrade_required[] = ANSWER("426 Upgrade Required", "Sec-WebSocket-Version: 13\r\n");
static const char too_long[] = ANSWER("431 Request Header Fields Too Large", "");
static const char wrong_version[] = ANSWER("505 HTTP Version Not Supported", "");

/* The headers that decide how a request is read. */
enum field { HOST, LENGTH, ENCODING, UPGRADE, CONNECTION, KEY, VERSION, FIELDS };

static const char *const names[FIELDS] = {
    [HOST] = "Host",
    [LENGTH] = "Content-Length",
    [ENCODING] = "Transfer-Encoding",
    [UPGRADE] = "Upgrade",
    [CONNECTION] = "Connection",
    [KEY] = "Sec-WebSocket-Key",
    [VERSION] = "Sec-WebSocket-Version",
};

struct head {
	struct span method, version;
	struct span values[FIELDS]; /* of the last of each … */
	unsigned counts[FIELDS];    /* … of so many */
	bool upgrade;		    /* a Connection lists it */
};

static bool is(struct span span, const char *text)
{
	return span.len == strlen(text) && strncasecmp(span.text, text, span.len) == 0;
}

/* What is before `stop`, and takes it off; nothing when there is none. */
static struct span take(struct span *rest, char stop)
{
	const char *found = memchr(rest->text, stop, rest->len);
	struct span taken = {rest->text, found ? (size_t)(found - rest->text) : 0};

	if (found)
		*rest = (struct span){found + 1, rest->len - taken.len - 1};
	return taken;
}

/* Letters of a name or a method (RFC 9110, 5.6.2). */
static bool is_token(struct span span)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < span.len; i++) {
		char c = span.text[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!letter && (!c || !strchr(others, c)))
			return false;
	}
	return span.len > 0;
}

static bool all(struct span span, const char *letters)
{
	for (size_t i = 0; i < span.len; i++)
		if (!span.text[i] || !strchr(letters, span.text[i]))
			return false;
	return span.len > 0;
}

/* No NUL, no line end but CR LF, nothing else that is for the eyes of one reader only. */
static bool is_clean(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool read_first(struct span line, struct head *head)
{
	struct span target;

	head->method = take(&line, ' ');
	target = take(&line, ' ');
	head->version = line;
	return is_token(head->method) && target.len > 0 && !memmem(target.text, target.len, "%00", 3) &&
	       line.len > 5 && strncmp(line.text, "HTTP/", 5) == 0;
}

/* `Connection: keep-alive, Upgrade` */
static bool lists(struct span list, const char *word)
{
	while (list.len) {
		struct span item = take(&list, ',');

		if (!item.len) {
			item = list;
			list.len = 0;
		}
		if (is(span_trim(item), word))
			return true;
	}
	return false;
}

/* A name, at once a colon, a value: a line that goes on in the next has no name. */
static bool read_field(struct span line, struct head *head)
{
	struct span name = take(&line, ':');

	if (!is_token(name))
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!is(name, names[i]))
			continue;
		head->values[i] = span_trim(line);
		head->counts[i]++;
		head->upgrade |= i == CONNECTION && lists(head->values[i], "upgrade");
	}
	return true;
}

static bool read_head(const char *bytes, size_t len, struct head *head)
{
	const char *end = bytes + len;
	bool first = true;

	for (const char *stop; (stop = memmem(bytes, (size_t)(end - bytes), "\r\n", 2)) != bytes;
	     bytes = stop + 2) {
		struct span line = {bytes, stop ? (size_t)(stop - bytes) : 0};

		if (!stop || !is_clean(line) || !(first ? read_first(line, head) : read_field(line, head)))
			return false;
		first = false;
	}
	return !first;
}

/* Nobody may doubt where the body ends. */
static bool body_is_sure(const struct head *head)
{
	if (head->counts[LENGTH] + head->counts[ENCODING] > 1)
		return false;
	if (head->counts[ENCODING] && !is(head->values[ENCODING], "chunked"))
		return false;
	return !head->counts[LENGTH] ||
	       (all(head->values[LENGTH], "0123456789") && head->values[LENGTH].len <= 18);
}

/* Sixteen bytes in base64. */
static bool is_key(struct span key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return key.len == 24 && all((struct span){key.text, 22}, letters) &&
	       memcmp(key.text + 22, "==", 2) == 0;
}

/* RFC 6455, 4.2.1 */
static const char *upgrade_fault(const struct head *head)
{
	if (!is(head->method, "GET") || !is(head->version, "HTTP/1.1") || head->counts[UPGRADE] != 1 ||
	    !is(head->values[UPGRADE], "websocket") || !head->upgrade || head->counts[KEY] != 1 ||
	    !is_key(head->values[KEY]))
		return bad_request;
	return head->counts[VERSION] == 1 && is(head->values[VERSION], "13") ? NULL : upgrade_required;
}

const char *head_fault(const char *bytes, size_t len)
{
	struct head head = {0};
	bool newer;

	if (!read_head(bytes, len, &head))
		return bad_request;
	newer = is(head.version, "HTTP/1.1");
	if (!newer && !is(head.version, "HTTP/1.0"))
		return wrong_version;
	if (head.counts[HOST] > 1 || (newer && !head.counts[HOST]) || !body_is_sure(&head))
		return bad_request;
	return head.counts[UPGRADE] ? upgrade_fault(&head) : NULL;
}

const char *head_too_long(void)
{
	return too_long;
}
