#include "auth/digest.h"

#include <sodium.h>

_Static_assert(DIGEST_BYTES == crypto_hash_sha256_BYTES, "a digest is one of SHA-256");

void digest_chain(struct digest *digest, const void *bytes, size_t len)
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, digest->bytes, digest->len);
	crypto_hash_sha256_update(&state, bytes, len);
	crypto_hash_sha256_final(&state, digest->bytes);
	digest->len = DIGEST_BYTES;
}

char *digest_format(const struct digest *digest, char text[DIGEST_TEXT])
{
	return sodium_bin2hex(text, DIGEST_TEXT, digest->bytes, digest->len);
}
