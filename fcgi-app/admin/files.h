/* The files that subcommands are given. */
#ifndef INVIGIL_APP_ADMIN_FILES_H
#define INVIGIL_APP_ADMIN_FILES_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compiler.h"

/* All of a file ("-": the standard input), up to 8 MiB as in a call; the arena's. False, with the reason told
 * on stderr, when it can't be. */
MUST_CHECK bool file_read(struct arena *arena, const char *path, const char **ret, size_t *ret_len);

/* Prints what a file or a person says: what would command a terminal is printed as "?". */
void file_print(FILE *out, const char *text);

#endif
