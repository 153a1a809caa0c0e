/* A table of fixed size, a place for each token by its digest; who comes later takes it. Only good tokens are
 * kept, and of them only the digest and what they say. A place is believed as long as the token is: what may
 * end it earlier (an account closed, a role taken away) is no business of the token's, and is asked
 * elsewhere. */
#include "auth/token_cache.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define PLACES 4096 /* a power of two; about 300 KiB */

struct place {
	unsigned char digest[crypto_generichash_BYTES];
	struct token_claims claims; /* expires_at 0: the place is empty */
};

struct token_cache {
	const struct token_keys *keys;
	unsigned char secret[crypto_generichash_KEYBYTES]; /* so that nobody can choose whom he displaces */
	struct place places[PLACES];
};

struct token_cache *token_cache_new(const struct token_keys *keys)
{
	struct token_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->keys = keys;
	randombytes_buf(cache->secret, sizeof(cache->secret));
	return cache;
}

void token_cache_free(struct token_cache *cache)
{
	if (cache)
		sodium_memzero(cache, sizeof(*cache));
	free(cache);
}

static struct place *place_of(struct token_cache *cache, const unsigned char *digest)
{
	size_t at;

	memcpy(&at, digest, sizeof(at));
	return &cache->places[at & (PLACES - 1)];
}

enum err token_cache_verify(struct token_cache *cache, const char *token, struct token_claims *ret)
{
	unsigned char digest[crypto_generichash_BYTES];
	struct place *place;
	enum err err;

	crypto_generichash(digest, sizeof(digest), (const unsigned char *)token, strlen(token), cache->secret,
			   sizeof(cache->secret));
	place = place_of(cache, digest);
	if (sodium_memcmp(place->digest, digest, sizeof(digest)) == 0 &&
	    clock_now() < place->claims.expires_at) {
		*ret = place->claims;
		return OK;
	}
	err = token_verify(cache->keys, token, ret);
	if (err == OK) {
		memcpy(place->digest, digest, sizeof(digest));
		place->claims = *ret;
	}
	return err;
}
