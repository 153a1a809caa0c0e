#include "core/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/utf8.h"

/* A line is built on the stack: logging must work when memory has run out. What a peer chose (a name, a path)
 * can't break out of its value: quotes, control characters and bytes that aren't UTF-8 are escaped in both
 * formats. */

#define LINE_MAX_BYTES 4096
#define CLOSING_ROOM   8 /* always left for the quote, the brace and the newline */
#define CONTEXT_FIELDS 4

static const char *service_name = "invigil";
static enum log_level level_least = LOG_INFO;
static enum log_format line_format = LOG_LOGFMT;

static _Thread_local struct {
	const char *key; /* NULL: free */
	const char *value;
} context[CONTEXT_FIELDS];

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

struct line {
	char bytes[LINE_MAX_BYTES];
	size_t len;
	bool full; /* something didn't fit: nothing more is added but what closes the line */
};

void log_setup(const char *service, enum log_level least, enum log_format format)
{
	service_name = service;
	level_least = least;
	line_format = format;
}

void log_context(const char *key, const char *value)
{
	size_t at = ARRAY_LEN(context);

	for (size_t i = ARRAY_LEN(context); i-- > 0;) {
		if (context[i].key && strcmp(context[i].key, key) == 0) {
			at = i;
			break;
		}
		if (!context[i].key)
			at = i;
	}
	if (at == ARRAY_LEN(context))
		return;
	context[at].key = value ? key : NULL;
	context[at].value = value;
}

static bool put(struct line *line, const char *bytes, size_t len)
{
	if (line->full || line->len + len > sizeof(line->bytes) - CLOSING_ROOM) {
		line->full = true;
		return false;
	}
	memcpy(line->bytes + line->len, bytes, len);
	line->len += len;
	return true;
}

static void close_with(struct line *line, char c)
{
	line->bytes[line->len++] = c;
}

static bool is_control(const char *at, size_t step)
{
	unsigned char first = (unsigned char)at[0], second = (unsigned char)at[step - 1];

	/* The second range is U+0080 to U+009F: terminals obey those too. */
	return (step == 1 && (first < 0x20 || first == 0x7f)) ||
	       (step == 2 && first == 0xc2 && second < 0xa0);
}

/* Writes the character at `at` as it may stand between quotes; the bytes that it took. */
static size_t put_character(struct line *line, const char *at, size_t left)
{
	size_t step = utf8_step(at, left);
	char escape[8];

	if (step == 0) {
		put(line, "\\ufffd", 6);
		return 1;
	}
	if (is_control(at, step)) {
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned char)at[step - 1]);
		put(line, escape, 6);
	} else if (*at == '"' || *at == '\\') {
		escape[0] = '\\';
		escape[1] = *at;
		put(line, escape, 2);
	} else {
		put(line, at, step);
	}
	return step;
}

static bool needs_quotes(const char *text)
{
	if (line_format == LOG_JSON || !*text)
		return true;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return true;
	}
	return false;
}

static void put_text(struct line *line, const char *text)
{
	size_t left;

	if (!text && line_format == LOG_LOGFMT)
		return;
	if (!text)
		text = "";
	if (!needs_quotes(text)) {
		put(line, text, strlen(text));
		return;
	}
	if (!put(line, "\"", 1))
		return;
	for (left = strlen(text); left && !line->full;) {
		size_t step = put_character(line, text, left);

		text += step;
		left -= step;
	}
	close_with(line, '"');
}

/* `key=` or `,"key":`; when it doesn't fit, nothing of it stays. */
static bool put_key(struct line *line, const char *key)
{
	bool json = line_format == LOG_JSON;
	size_t before = line->len;

	if (before > 0)
		put(line, json ? "," : " ", 1);
	if (json)
		put(line, before ? "\"" : "{\"", before ? 1 : 2);
	put(line, key, strlen(key));
	put(line, json ? "\":" : "=", json ? 2 : 1);
	/* A value needs a byte at least, and JSON can't do without one. */
	if (line->full || line->len + CLOSING_ROOM >= sizeof(line->bytes)) {
		line->full = true;
		line->len = before;
		return false;
	}
	return true;
}

static void put_text_field(struct line *line, const char *key, const char *text)
{
	if (put_key(line, key))
		put_text(line, text);
}

static void put_field(struct line *line, const struct log_field *field)
{
	char text[ID_TEXT], number[24];
	size_t before = line->len;

	switch (field->kind) {
	case LOG_FIELD_TEXT:
		put_text_field(line, field->key, field->text);
		break;
	case LOG_FIELD_ID:
		put_text_field(line, field->key, id_format(&field->id, text));
		break;
	case LOG_FIELD_INT:
		snprintf(number, sizeof(number), "%lld", (long long)field->number);
		if (put_key(line, field->key) && !put(line, number, strlen(number)))
			line->len = before;
		break;
	}
}

static void write_out(const struct line *line)
{
	ssize_t written;

	do
		written = write(STDERR_FILENO, line->bytes, line->len);
	while (written < 0 && errno == EINTR);
}

void log_write(enum log_level level, const char *msg, const struct log_field *fields)
{
	int saved = errno;
	struct line line;
	char now[TIME_TEXT];

	if (level < level_least || (size_t)level >= ARRAY_LEN(level_names))
		return;
	line.len = 0;
	line.full = false;
	put_text_field(&line, "time", time_format(clock_now(), now));
	put_text_field(&line, "level", level_names[level]);
	put_text_field(&line, "service", service_name);
	put_text_field(&line, "msg", msg);
	for (size_t i = 0; i < ARRAY_LEN(context); i++) {
		if (context[i].key)
			put_text_field(&line, context[i].key, context[i].value);
	}
	for (const struct log_field *field = fields; field->key; field++)
		put_field(&line, field);
	if (line_format == LOG_JSON)
		close_with(&line, '}');
	close_with(&line, '\n');
	write_out(&line);
	errno = saved;
}
