/* Whether bytes are one JSON text (RFC 8259), and nothing else. wire/json.h refuses more than the grammar
 * does (depth, a NUL in a string, a number that no integer type holds, a name twice), which a client that
 * follows the grammar can't know: what it refuses is an error to be told of, what this refuses is no packet.
 */
#ifndef INVIGIL_PUSHD_DIALECT_JSON_SYNTAX_H
#define INVIGIL_PUSHD_DIALECT_JSON_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes must be UTF-8. Nesting deeper than 1,024 is refused. */
bool json_syntax(const char *text, size_t len);
/* The bytes of the string literal that `text` begins with, quotes included; 0: it begins with none. */
size_t json_syntax_string(const char *text, size_t len);
/* Likewise of the value, whatever its kind. */
size_t json_syntax_value(const char *text, size_t len);

/* Walks the members of an object: start with *at = 0. Texts are borrowed from it, the name without its
 * quotes. False at its end, and where it is none. */
struct json_part {
	const char *name, *value;
	size_t name_len, value_len;
};
bool json_syntax_next(const char *text, size_t len, size_t *at, struct json_part *ret);

/* The first member of this name; false: there is none. */
bool json_syntax_member(const char *text, size_t len, const char *name, struct json_part *ret);
/* Likewise one that is a time; false: it is none, null for instance. */
bool json_syntax_time(const char *text, size_t len, const char *name, int64_t *ret_ms);

#endif
