/* What both programs take from the operator, whole and checked: settings, and the keys that they name.
 * Counted, since a service that has read new ones goes on with the old where something is under way. */
#ifndef INVIGIL_AUTH_SETTINGS_H
#define INVIGIL_AUTH_SETTINGS_H

#include <stdatomic.h>

#include "auth/token.h"
#include "base/compiler.h"
#include "core/config.h"

struct settings {
	const struct config *config;
	const struct token_keys *keys;
	atomic_int references;
};

/* Takes both. NULL: no memory, and they are the caller's still. */
MUST_CHECK struct settings *settings_new(struct config *config, struct token_keys *keys);
/* From any thread. */
struct settings *settings_ref(struct settings *settings);
/* From any thread. Accepts NULL. */
void settings_unref(struct settings *settings);

/* Reads file, environment and keys again. What can't change at run time stays as in `running`. `words`, which
 * the caller frees: when it fails, what is wrong; else the keys that were changed in vain, "" for none; NULL:
 * no memory. */
MUST_CHECK enum err settings_reload(const char *path, enum config_service service,
				    const struct config *running, char **ret_words, struct settings **ret);

#endif
