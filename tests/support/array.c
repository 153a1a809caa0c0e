/* After ArrayCount and ReadArrayStr of PostgreSQL 15's arrayfuncs.c. */
#include "tests/support/array.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ELEMENT_MAX (1 << 20)

static _Thread_local char element[ELEMENT_MAX];

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n\r\v\f");
}

bool array_begin(struct array_reader *reader, const char *text)
{
	*reader = (struct array_reader){.at = skip_space(text)};
	if (*reader->at != '{')
		return false;
	reader->at = skip_space(reader->at + 1);
	if (*reader->at == '}') {
		reader->at = skip_space(reader->at + 1);
		reader->ended = !*reader->at;
		reader->broken = !reader->ended;
	}
	return true;
}

static void put(size_t *len, char c)
{
	if (*len == ELEMENT_MAX - 1)
		abort();
	element[(*len)++] = c;
}

/* One character, which a backslash may stand before; false at the text's end. */
static bool take(struct array_reader *reader, size_t *len)
{
	if (*reader->at == '\\')
		reader->at++;
	if (!*reader->at)
		return false;
	put(len, *reader->at++);
	return true;
}

static bool take_quoted(struct array_reader *reader, size_t *len)
{
	for (reader->at++; *reader->at != '"';)
		if (!take(reader, len))
			return false;
	reader->at = skip_space(reader->at + 1);
	return *reader->at == ',' || *reader->at == '}';
}

/* White space at its end doesn't belong to it, unless a backslash stands before. */
static bool take_plain(struct array_reader *reader, size_t *len, bool *ret_null)
{
	size_t whole = 0;
	bool escaped = false;

	while (*reader->at && !strchr(",}", *reader->at)) {
		bool space = strchr(" \t\n\r\v\f", *reader->at) != NULL;

		if (strchr("\"{", *reader->at))
			return false;
		escaped |= *reader->at == '\\';
		if (!take(reader, len))
			return false;
		if (!space)
			whole = *len;
	}
	*len = whole;
	element[whole] = '\0';
	*ret_null = !escaped && strcasecmp(element, "NULL") == 0;
	return whole > 0 && *reader->at;
}

bool array_next(struct array_reader *reader, const char **ret)
{
	bool null = false;
	size_t len = 0;

	if (reader->ended || reader->broken)
		return false;
	reader->at = skip_space(reader->at);
	if (*reader->at == '"' ? !take_quoted(reader, &len) : !take_plain(reader, &len, &null)) {
		reader->broken = true;
		return false;
	}
	element[len] = '\0';
	if (*reader->at++ == '}') {
		reader->at = skip_space(reader->at);
		reader->ended = !*reader->at;
		reader->broken = !reader->ended;
	}
	*ret = null ? NULL : element;
	return true;
}

bool array_ended(const struct array_reader *reader)
{
	return reader->ended && !reader->broken;
}
