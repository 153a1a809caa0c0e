/* Access tokens (RFC 7519), and with token_keys.h the only door to libjwt. The algorithm is the
 * configuration's, never the token's. */
#ifndef INVIGIL_AUTH_TOKEN_H
#define INVIGIL_AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "core/config.h"
#include "core/err.h"
#include "model/role.h"

/* The keys and the algorithm, read once: the one that we sign with, and others that are accepted (an old one
 * until its last token is over, a new one before the first is issued). */
struct token_keys;

/* ERR_CONFIG with one line in `problem` when a key is missing or not of the algorithm. */
MUST_CHECK enum err token_keys_new(const struct config *config, char problem[160], struct token_keys **ret);
void token_keys_free(struct token_keys *keys);

struct token_claims {
	struct actor actor;
	int64_t expires_at; /* ms since 1970 */
};

/* Verifies signature (by the key that the token's `kid` names; when that is none of ours, by any), algorithm,
 * exp (and nbf when there), user_id (a UUID) and role. ERR_AUTH_FAILED for every flaw: the caller can't tell
 * them apart, nor can a client. Longer than 8 KiB is refused unread. ERR_MEMORY: it couldn't be read. */
MUST_CHECK enum err token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret);

/* A signed token for the actor with exp, iat and jti; *ret is the arena's. ERR_CONFIG without a private key.
 */
MUST_CHECK enum err token_issue(const struct token_keys *keys, struct arena *arena, const struct actor *actor,
				int64_t lifetime_seconds, const char **ret);

/* Refresh tokens: 32 random bytes as text, and what the database keeps of one (SHA-256, hex). */
#define REFRESH_TOKEN_TEXT 44
#define REFRESH_HASH_TEXT  65
void refresh_token_make(char token[REFRESH_TOKEN_TEXT]);
void refresh_token_hash(const char *token, char hash[REFRESH_HASH_TEXT]);

/* A mark on some text that only we make: a keyed hash, in the URL form of base64, under a key derived from
 * what tokens are verified with. It tells that the text is ours, on every node and after every restart;
 * `purpose` keeps the marks of different kinds of texts apart. With RS256 and ES256 that key can be derived
 * by whoever has the public one, so nothing may depend on a mark alone. */
#define SEAL_TEXT 23
void token_seal(const struct token_keys *keys, const char *purpose, const char *text, char ret[SEAL_TEXT]);
/* Whether `theirs` is the seal of it, under any of the keys; in constant time. */
MUST_CHECK bool token_seal_holds(const struct token_keys *keys, const char *purpose, const char *text,
				 const char *theirs);

#endif
