/* Whether bytes are one JSON text (RFC 8259), and nothing else. wire/json.h refuses more than the grammar
 * does (depth, a NUL in a string, a number that no integer type holds, a name twice), which a client that
 * follows the grammar can't know: what it refuses is an error to be told of, what this refuses is no packet.
 */
#ifndef INVIGIL_PUSHD_DIALECT_JSON_SYNTAX_H
#define INVIGIL_PUSHD_DIALECT_JSON_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes must be UTF-8. Nesting deeper than 1,024 is refused. */
bool json_syntax(const char *text, size_t len);
/* The bytes of the string literal that `text` begins with, quotes included; 0: it begins with none. */
size_t json_syntax_string(const char *text, size_t len);

#endif
