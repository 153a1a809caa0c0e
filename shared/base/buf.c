#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST     256
#define NUMBER_DIGITS 20 /* of UINT64_MAX */

void buf_init(struct buf *buf, struct arena *arena)
{
	*buf = (struct buf){.arena = arena};
}

void buf_done(struct buf *buf)
{
	if (!buf->arena)
		free(buf->data);
	*buf = (struct buf){.arena = buf->arena};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

static char *grow(struct buf *buf, size_t cap)
{
	char *data;

	if (!buf->arena)
		return realloc(buf->data, cap);
	data = arena_alloc(buf->arena, cap);
	if (data && buf->len)
		memcpy(data, buf->data, buf->len);
	return data;
}

bool buf_reserve(struct buf *buf, size_t len)
{
	size_t need, cap;
	char *data;

	if (buf->failed)
		return false;
	if (__builtin_add_overflow(buf->len, len, &need) || need >= SIZE_MAX / 4) {
		buf->failed = true;
		return false;
	}
	if (need < buf->cap)
		return true;
	cap = buf->cap ? buf->cap : CAP_FIRST;
	while (cap <= need)
		cap *= 2;
	data = grow(buf, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	buf->data[buf->len] = '\0';
	return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		buf->failed = true;
	if (len < 0 || !buf_reserve(buf, (size_t)len))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_addu(struct buf *buf, uint64_t number)
{
	char digits[NUMBER_DIGITS];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(buf, digits + at, sizeof(digits) - at);
}

void buf_addi(struct buf *buf, int64_t number)
{
	if (number < 0)
		buf_addc(buf, '-');
	buf_addu(buf, number < 0 ? -(uint64_t)number : (uint64_t)number);
}
