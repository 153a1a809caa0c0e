/* The offsets that Socket.IO clients come back with: what is read is written as it was, or the same with
 * fewer zeros, and nothing is read beyond the text. */
#include "tests/fuzz/fuzz.h"

#include "pushd/dialect/emit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	char *text = arena_strndup(arena, (const char *)data, size);
	const char *at = text, *end = text + strlen(text);
	char written[OFFSET_TEXT];
	struct offset offset, again;

	while (*at) {
		const char *before = at, *back = written;

		if (!offset_read(&at, &offset)) {
			MUST(at == before);
			break;
		}
		MUST(at > before && at <= end);
		offset_format(&offset, written);
		MUST(strlen(written) <= (size_t)(at - before));
		MUST(offset_read(&back, &again) && !*back);
		MUST(id_equal(&offset.session_id, &again.session_id) && offset.dialect == again.dialect &&
		     offset.event_id == again.event_id);
	}
	arena_free(arena);
	return 0;
}
