/* The settings: one file, the environment over it, defaults under it; one table of keys (config.def).
 *
 * The file is lines of `key = value`, `#` begins a comment at a line's start or after white space; a value
 * may be quoted with "", where \" and \\ stand for a quote and a backslash. An unknown key, a key set twice,
 * a value of the wrong kind or out of range, and settings that don't fit together (no JWT secret) are errors
 * that name file and line, or the environment variable. An unknown INVIGIL_* variable is not an error: other
 * programs' live there too. An empty variable counts as not set. */
#ifndef INVIGIL_CORE_CONFIG_H
#define INVIGIL_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/err.h"

enum config_service { CONFIG_BOTH, CONFIG_APP, CONFIG_PUSHD };

/* Words, NULL-terminated. */
struct config_list {
	const char **items;
	int count;
};

struct config {
	struct arena *arena; /* owns every text below */
#define CONFIG_FIELD_TEXT(name)						  const char *name;
#define CONFIG_FIELD_SECRET(name)					  const char *name;
#define CONFIG_FIELD_INT(name)						  int64_t name;
#define CONFIG_FIELD_BOOL(name)						  bool name;
#define CONFIG_FIELD_LIST(name)						  struct config_list name;
#define CONFIG(kind, name, dflt, least, most, services, reloadable, help) CONFIG_FIELD_##kind(name)
#include "core/config.def"
#undef CONFIG
};

/* Where settings come from when no --config names a file: INVIGIL_CONFIG, else /etc/invigil/invigil.conf if
 * it is there, else none. */
const char *config_default_path(void);

/* Reads `path` (NULL: no file) and the environment, checks every value and that the whole is usable by
 * `service` (CONFIG_BOTH: every rule). jwt_secret_file is read into jwt_secret, bus_secret_key_file into
 * bus_secret_key. On failure ERR_CONFIG, *ret untouched, and one line per problem on `problems`:
 * "invigil.conf:12: app_workers: must be a number from 1 to 1024". */
MUST_CHECK enum err config_load(const char *path, enum config_service service, FILE *problems,
				struct config **ret);
void config_free(struct config *config);

/* For whoever has loaded `config` while `running` is in force: each key that can't change at run time
 * (config.def) is given the running value, and those of `service` that would have had another are named,
 * divided by blanks. ERR_MEMORY: neither is of use. */
MUST_CHECK enum err config_keep(struct config *config, const struct config *running,
				enum config_service service, struct buf *names);

/* Whether `origins`, a list as allowed_origins has it, has the origin that a browser tells: in whatever case,
 * and with or without a slash behind it, as people write addresses down. */
bool config_lists_origin(const struct config_list *origins, const char *origin);

/* The effective settings as a file could hold them, secrets as "(set)" or "(not set)". */
void config_print(const struct config *config, FILE *out);
/* The table, for --help: name, kind, default, help, of one service or both. */
void config_help(enum config_service service, FILE *out);

#endif
