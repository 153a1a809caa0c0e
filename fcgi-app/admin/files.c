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
