#include "fcgi-app/papers/zip.h"

#include <stdint.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
	FILES_MOST = 5000,
	UNPACKED_MOST = 64 << 20, /* of all files together */
	LOCAL = 0x04034b50,
	CENTRAL = 0x02014b50,
	END = 0x06054b50,
	LOCAL_SIZE = 30,
	CENTRAL_SIZE = 46,
	END_SIZE = 22,
	STORED = 0,
	DEFLATED = 8,
	ENCRYPTED = 1,
	UTF8_NAMES = 0x800,
	VERSION = 20,
	A_DATE = 1 << 5 | 1, /* 1980-01-01: the same paper is the same bytes */
};

struct file {
	const char *name;
	size_t offset, packed, unpacked;
	uint32_t checksum;
	int method, flags;
	const char *text; /* once it is unpacked */
};

struct zip {
	struct arena *arena;
	const unsigned char *bytes;
	size_t len;
	struct file *files;
	size_t count, unpacked;
	z_stream stream;
};

static uint32_t get16(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t get32(const unsigned char *at)
{
	return get16(at) | get16(at + 2) << 16;
}

bool zip_looks_so(const char *bytes, size_t len)
{
	return len >= END_SIZE && memcmp(bytes, "PK", 2) == 0 && (bytes[2] == 3 || bytes[2] == 5);
}

/* The end record is behind everything but a comment of up to 64 KiB. NULL: there is none. */
static const unsigned char *find_end(const unsigned char *bytes, size_t len)
{
	const size_t least = len > END_SIZE + 0xffff ? len - END_SIZE - 0xffff : 0;
	for (size_t at = len - END_SIZE + 1; at-- > least;)
		if (get32(bytes + at) == END)
			return bytes + at;
	return NULL;
}

/* One row of the directory at `at`; its size there, 0: it is none. */
static size_t take_row(struct zip *zip, size_t at)
{
	const unsigned char *row = zip->bytes + at;
	if (zip->len - at < CENTRAL_SIZE || get32(row) != CENTRAL)
		return 0;
	const size_t name = get16(row + 28), rest = get16(row + 30) + get16(row + 32);
	if (zip->len - at - CENTRAL_SIZE < name + rest)
		return 0;
	struct file *file = &zip->files[zip->count];
	*file = (struct file){.flags = (int)get16(row + 8),
			      .method = (int)get16(row + 10),
			      .checksum = get32(row + 16),
			      .packed = get32(row + 20),
			      .unpacked = get32(row + 24),
			      .offset = get32(row + 42),
			      .name = arena_strndup(zip->arena, (const char *)row + CENTRAL_SIZE, name)};
	zip->count += file->name != NULL;
	return CENTRAL_SIZE + name + rest;
}

static const char *read_directory(struct zip *zip)
{
	const unsigned char *end = find_end(zip->bytes, zip->len);
	const size_t count = end ? get16(end + 10) : 0;
	if (!end || get16(end + 4) != 0 || count == 0)
		return "isn't a whole zip archive";
	if (count > FILES_MOST)
		return "has too many files";
	zip->files = arena_calloc(zip->arena, count, sizeof(*zip->files));
	size_t at = get32(end + 16);
	for (size_t i = 0; zip->files && i < count; i++) {
		const size_t size = at < zip->len ? take_row(zip, at) : 0;
		if (size == 0)
			return "has a broken directory";
		at += size;
	}
	return NULL;
}

static void release(void *stream)
{
	inflateEnd(stream);
}

enum err zip_open(struct arena *arena, const char *bytes, size_t len, struct zip **ret,
		  const char **ret_problem)
{
	struct zip *zip = arena_alloc(arena, sizeof(*zip));
	if (!zip)
		return ERR_MEMORY;
	zip->arena = arena;
	zip->bytes = (const unsigned char *)bytes;
	zip->len = len;
	const char *problem = len < END_SIZE ? "isn't a zip archive" : read_directory(zip);
	if (arena_failed(arena))
		return ERR_MEMORY;
	if (problem) {
		*ret_problem = problem;
		return ERR_VALIDATION;
	}
	if (inflateInit2(&zip->stream, -MAX_WBITS) != Z_OK) {
		arena_fail(arena);
		return ERR_MEMORY;
	}
	if (!arena_defer(arena, release, &zip->stream))
		return ERR_MEMORY;
	*ret = zip;
	return OK;
}

/* Where a file's bytes begin: behind a header of its own. NULL: they aren't in the archive. */
static const unsigned char *data_of(const struct zip *zip, const struct file *file)
{
	if (file->offset > zip->len || zip->len - file->offset < LOCAL_SIZE)
		return NULL;
	const unsigned char *head = zip->bytes + file->offset;
	const size_t skip = LOCAL_SIZE + get16(head + 26) + get16(head + 28);
	const size_t rest = zip->len - file->offset;
	return get32(head) == LOCAL && skip <= rest && file->packed <= rest - skip ? head + skip : NULL;
}

static bool unpack(struct zip *zip, const struct file *file, const unsigned char *data, char *into)
{
	if (file->method == STORED) {
		memcpy(into, data, file->unpacked);
		return true;
	}
	z_stream *stream = &zip->stream;
	if (inflateReset(stream) != Z_OK)
		return false;
	stream->next_in = data;
	stream->avail_in = (unsigned)file->packed;
	stream->next_out = (unsigned char *)into;
	stream->avail_out = (unsigned)file->unpacked;
	return inflate(stream, Z_FINISH) == Z_STREAM_END && stream->avail_out == 0;
}

static bool is_sane(const struct zip *zip, const struct file *file)
{
	if (file->flags & ENCRYPTED || (file->method != STORED && file->method != DEFLATED))
		return false;
	if (file->method == STORED && file->packed != file->unpacked)
		return false;
	return file->unpacked <= UNPACKED_MOST - zip->unpacked;
}

static enum err load(struct zip *zip, struct file *file)
{
	const unsigned char *data = data_of(zip, file);
	if (!data || !is_sane(zip, file))
		return ERR_VALIDATION;
	zip->unpacked += file->unpacked;
	char *text = arena_alloc(zip->arena, file->unpacked + 1);
	if (!text)
		return ERR_MEMORY;
	if (!unpack(zip, file, data, text) ||
	    crc32(0, (const unsigned char *)text, (unsigned)file->unpacked) != file->checksum)
		return ERR_VALIDATION;
	file->text = text;
	return OK;
}

enum err zip_file(struct zip *zip, const char *name, const char **ret, size_t *ret_len)
{
	struct file *file = zip->files, *end = zip->files + zip->count;
	while (file < end && strcmp(file->name, name) != 0)
		file++;
	if (file == end)
		return ERR_NOT_FOUND;
	const enum err err = file->text ? OK : load(zip, file);
	if (err)
		return err;
	*ret = file->text;
	*ret_len = file->unpacked;
	return OK;
}

/* --- writing: nothing is packed, since a paper is small and a connection packs it anyway --- */

static void put16(struct buf *out, uint32_t value)
{
	buf_addc(out, (char)(value & 0xff));
	buf_addc(out, (char)(value >> 8 & 0xff));
}

static void put32(struct buf *out, uint32_t value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

void zip_begin(struct zip_writer *writer, struct buf *out)
{
	*writer = (struct zip_writer){.out = out};
	buf_init(&writer->directory, out->arena);
}

/* What a file's own header and its row in the directory have in common. */
static void put_file(struct buf *out, const char *name, uint32_t checksum, size_t len)
{
	put16(out, VERSION);
	put16(out, UTF8_NAMES);
	put16(out, STORED);
	put16(out, 0);
	put16(out, A_DATE);
	put32(out, checksum);
	put32(out, (uint32_t)len);
	put32(out, (uint32_t)len);
	put16(out, (uint32_t)strlen(name));
	put16(out, 0);
}

void zip_add(struct zip_writer *writer, const char *name, const char *text, size_t len)
{
	const uint32_t offset = (uint32_t)writer->out->len;
	const uint32_t checksum = (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)len);
	put32(writer->out, LOCAL);
	put_file(writer->out, name, checksum, len);
	buf_adds(writer->out, name);
	buf_add(writer->out, text, len);
	put32(&writer->directory, CENTRAL);
	put16(&writer->directory, VERSION);
	put_file(&writer->directory, name, checksum, len);
	put16(&writer->directory, 0); /* no comment */
	put16(&writer->directory, 0); /* the first disk */
	put16(&writer->directory, 0);
	put32(&writer->directory, 0);
	put32(&writer->directory, offset);
	buf_adds(&writer->directory, name);
	writer->count++;
}

void zip_end(struct zip_writer *writer)
{
	const uint32_t offset = (uint32_t)writer->out->len;
	buf_add(writer->out, writer->directory.data, writer->directory.len);
	put32(writer->out, END);
	put32(writer->out, 0);
	put16(writer->out, (uint32_t)writer->count);
	put16(writer->out, (uint32_t)writer->count);
	put32(writer->out, (uint32_t)writer->directory.len);
	put32(writer->out, offset);
	put16(writer->out, 0);
	writer->out->failed |= writer->directory.failed;
}
