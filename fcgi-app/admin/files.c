#include "fcgi-app/admin/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define FILE_MOST (8 << 20)

static bool read_all(FILE *file, struct buf *into)
{
	char block[65536];
	size_t got;

	while ((got = fread(block, 1, sizeof(block), file)) > 0 && into->len <= FILE_MOST)
		buf_add(into, block, got);
	return !ferror(file);
}

bool file_read(struct arena *arena, const char *path, const char **ret, size_t *ret_len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct buf text;

	buf_init(&text, arena);
	if (!file || !read_all(file, &text)) {
		fprintf(stderr, "invigil-app: %s: %s\n", path, strerror(errno));
		if (file && file != stdin)
			fclose(file);
		return false;
	}
	if (file != stdin)
		fclose(file);
	if (text.failed || text.len > FILE_MOST) {
		fprintf(stderr, "invigil-app: %s: %s\n", path,
			text.failed ? "out of memory" : "larger than 8 MiB");
		return false;
	}
	*ret = text.data ? text.data : "";
	*ret_len = text.len;
	return true;
}

/* Of UTF-8: the bytes of a control character at `text`, 0: it is none. */
static size_t control_at(const unsigned char *text)
{
	if (*text == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0)
		return 2;
	return *text < 0x20 || *text == 0x7f;
}

void file_print(FILE *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		const size_t control = control_at(at);

		putc(control ? '?' : *at, out);
		at += control ? control : 1;
	}
}
