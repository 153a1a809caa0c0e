/* The head of a request, read by two: head.c, which turns away what isn't quite one, and request_head.c,
 * which acts on it. What the first lets pass the second understands, and neither sees another end of it. */
#include "tests/fuzz/fuzz.h"

#include <strings.h>

#include "pushd/handshake.h"
#include "pushd/head.h"
#include "pushd/request_head.h"

#define LENGTH_DIGITS 15 /* more of them is no length that can be read */

/* Answers of no size, of one and of enough, all terminated within it. */
static void ask(struct request_head head, const char *name)
{
	char text[64];

	for (size_t size = 1; size <= sizeof(text); size *= 8) {
		memset(text, 'x', sizeof(text));
		if (request_head_header(head, name, text, size))
			MUST(memchr(text, 0, size));
		memset(text, 'x', sizeof(text));
		if (request_head_argument(head, name, text, size))
			MUST(memchr(text, 0, size));
	}
}

static bool starts(const char *line, const char *name)
{
	return strncasecmp(line, name, strlen(name)) == 0;
}

/* Of a head that passes: the digits of its Content-Length, 0 when it has none, SIZE_MAX when it is chunked.
 */
static size_t digits(const char *bytes, size_t len)
{
	const char *at, *end = bytes + len - 2;
	size_t count = 0;

	for (const char *line = bytes; line < end; line = strstr(line, "\r\n") + 2) {
		if (starts(line, "Transfer-Encoding:"))
			return SIZE_MAX;
		if (!starts(line, "Content-Length:"))
			continue;
		for (at = strchr(line, ':') + 1; *at != '\r'; at++)
			count += *at >= '0' && *at <= '9';
	}
	return count;
}

static void check_whole(struct request_head head)
{
	char method[REQUEST_METHOD_TEXT];
	const char *space = memchr(head.bytes, ' ', head.len);
	size_t most = digits(head.bytes, head.len);

	MUST(request_head_method(head, method) == (space - head.bytes < REQUEST_METHOD_TEXT));
	MUST((request_head_length(head) == SIZE_MAX) == (most > LENGTH_DIGITS));
	if (most == 0)
		MUST(request_head_length(head) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = exact(data, size);
	const struct request_head head = {bytes, handshake_end(bytes, size)};
	char method[REQUEST_METHOD_TEXT];

	if (request_head_is_for(head, "/socket.io/"))
		MUST(request_head_method(head, method));
	ask(head, "sid");
	ask(head, "Origin");
	(void)request_head_length(head);
	if (head.len && !head_fault(bytes, head.len))
		check_whole(head);
	free(bytes);
	return 0;
}
