/* Tokens that were good a moment ago: a client sends the same one with every request, and verifying it anew
 * is the dearest thing that a small request does outside the database. For one thread. */
#ifndef INVIGIL_AUTH_TOKEN_CACHE_H
#define INVIGIL_AUTH_TOKEN_CACHE_H

#include "auth/token.h"

struct token_cache;

/* `keys` must outlive it. NULL: no memory. */
MUST_CHECK struct token_cache *token_cache_new(const struct token_keys *keys);
void token_cache_free(struct token_cache *cache);

/* As token_verify. */
MUST_CHECK enum err token_cache_verify(struct token_cache *cache, const char *token,
				       struct token_claims *ret);

#endif
