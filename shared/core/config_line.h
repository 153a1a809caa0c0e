/* The syntax of one line of invigil.conf, apart from what the keys mean. */
#ifndef INVIGIL_CORE_CONFIG_LINE_H
#define INVIGIL_CORE_CONFIG_LINE_H

#include <stdio.h>

#include "base/compiler.h"

/* Takes the line apart, in place. NULL: it was right, and *ret_key and *ret_value point into it; *ret_key is
 * NULL for an empty line or a comment. Else what is wrong with it, and neither is set. */
MUST_CHECK const char *config_line_read(char *line, char **ret_key, char **ret_value);
/* Writes a value so that config_line_read gives it back. */
void config_line_write_value(const char *value, FILE *out);

#endif
