#include "core/config_line.h"

#include <stdbool.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char *skip_space(char *at)
{
	while (is_space(*at))
		at++;
	return at;
}

static bool is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Reads behind the opening quote and takes the backslashes out. */
static const char *read_quoted(char *at, char **ret_value)
{
	char *to = at, *value = at;

	for (; *at != '"'; at++) {
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		if (!*at)
			return "the quoted value doesn't end";
		*to++ = *at;
	}
	at = skip_space(at + 1);
	if (*at && *at != '#')
		return "there is something behind the quoted value";
	*to = '\0';
	*ret_value = value;
	return NULL;
}

static char *read_plain(char *value)
{
	char *end = value;

	while (*end && !(*end == '#' && is_space(end[-1])))
		end++;
	while (end > value && is_space(end[-1]))
		end--;
	*end = '\0';
	return value;
}

const char *config_line_read(char *line, char **ret_key, char **ret_value)
{
	char *key = skip_space(line), *end = key, *value;
	const char *problem;

	if (!*key || *key == '#') {
		*ret_key = NULL;
		return NULL;
	}
	while (is_key_character(*end))
		end++;
	value = skip_space(end);
	if (end == key || *value != '=')
		return "must be key = value";
	value = skip_space(value + 1);
	if (*value == '"') {
		problem = read_quoted(value + 1, &value);
		if (problem)
			return problem;
	} else {
		value = read_plain(value);
	}
	*end = '\0';
	*ret_key = key;
	*ret_value = value;
	return NULL;
}

static bool needs_quotes(const char *value)
{
	size_t len = strlen(value);

	return len == 0 || *value == '"' || is_space(*value) || is_space(value[len - 1]) ||
	       strchr(value, '#');
}

void config_line_write_value(const char *value, FILE *out)
{
	if (!needs_quotes(value)) {
		fputs(value, out);
		return;
	}
	fputc('"', out);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}
