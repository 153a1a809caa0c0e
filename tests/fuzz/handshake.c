/* Request heads before libwebsockets sees them. Whatever is behind the head stays; no line is lost but those
 * the rewriting means; and once rewritten there is nothing more to rewrite. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "pushd/handshake.h"

static size_t lines(const char *bytes, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i + 1 < len; i++)
		count += bytes[i] == '\r' && bytes[i + 1] == '\n';
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = exact(data, size);
	size_t head = handshake_end(bytes, size), again;
	struct buf once, twice;

	buf_init(&once, NULL);
	buf_init(&twice, NULL);
	if (head) {
		handshake_rewrite(bytes, size, &once);
		MUST(!once.failed);
		again = handshake_end(once.data, once.len);
		MUST(again && once.len - again == size - head);
		MUST(memcmp(once.data + again, bytes + head, size - head) == 0);
		MUST(lines(once.data, again) <= lines(bytes, head) + 1);
		handshake_rewrite(once.data, once.len, &twice);
		MUST(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	}
	buf_done(&once);
	buf_done(&twice);
	free(bytes);
	return 0;
}
