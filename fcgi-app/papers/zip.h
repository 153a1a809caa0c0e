/* Zip archives in memory, as far as packages of papers need them; the only door to zlib.
 *
 * It reads what people upload: names and sizes are the central directory's, every read is checked against the
 * archive, and what all files of it unpack to is bounded. No encryption, no ZIP64. */
#ifndef INVIGIL_APP_PAPERS_ZIP_H
#define INVIGIL_APP_PAPERS_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "core/err.h"

struct zip;

bool zip_looks_so(const char *bytes, size_t len);
/* `bytes` are borrowed. ERR_VALIDATION: `ret_problem` says why it can't be read. */
MUST_CHECK enum err zip_open(struct arena *arena, const char *bytes, size_t len, struct zip **ret,
			     const char **ret_problem);
/* A file's content, NUL-terminated, unpacked once. ERR_NOT_FOUND; ERR_VALIDATION: broken, or too much. */
MUST_CHECK enum err zip_file(struct zip *zip, const char *name, const char **ret, size_t *ret_len);

/* Writing: files one after the other into `out`, then the end. */
struct zip_writer {
	struct buf *out;
	struct buf directory;
	size_t count;
};

void zip_begin(struct zip_writer *writer, struct buf *out);
void zip_add(struct zip_writer *writer, const char *name, const char *text, size_t len);
void zip_end(struct zip_writer *writer);

#endif
