/* Passwords: argon2id (libsodium's interactive profile). Hashing takes about 50 ms and 64 MiB: never call it
 * on an event loop. */
#ifndef INVIGIL_AUTH_PASSWORD_H
#define INVIGIL_AUTH_PASSWORD_H

#include <stdbool.h>

#include "base/compiler.h"
#include "core/err.h"

#define PASSWORD_HASH_TEXT 128

MUST_CHECK enum err password_hash(const char *password, char hash[PASSWORD_HASH_TEXT]);
/* `hash` NULL (no such account) takes as long as a real check, and is false. */
MUST_CHECK bool password_matches(const char *hash, const char *password);

#endif
