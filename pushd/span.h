/* A piece of text that isn't terminated: what the readers of heads cut lines into. */
#ifndef INVIGIL_PUSHD_SPAN_H
#define INVIGIL_PUSHD_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *text;
	size_t len;
};

static inline bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.text, text, span.len) == 0;
}

/* Without the spaces and tabs around it. */
static inline struct span span_trim(struct span span)
{
	while (span.len && (*span.text == ' ' || *span.text == '\t'))
		span.text++, span.len--;
	while (span.len && (span.text[span.len - 1] == ' ' || span.text[span.len - 1] == '\t'))
		span.len--;
	return span;
}

#endif
