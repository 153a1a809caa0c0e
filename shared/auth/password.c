/* argon2id at libsodium's interactive profile. */
#include "auth/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_TEXT >= crypto_pwhash_STRBYTES, "a hash fits its buffer");

enum err password_hash(const char *password, char hash[PASSWORD_HASH_TEXT])
{
	if (sodium_init() < 0)
		return ERR_INTERNAL;
	/* It fails for want of memory only. */
	if (crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return ERR_MEMORY;
	return OK;
}

/* What is compared when there is no account: costs what a real one costs, and is nobody's (its digest is just
 * random). Not made at run time, since a process that answers one request would pay for that. */
static const char dummy_hash[] = "$argon2id$v=19$m=65536,t=2,p=1$h7YyamGrw6WpbQMfU/2RHQ$"
				 "W/gZNjFSKZ35AYJWJpWgR4A5zTgIHrAZq7HRRuN1UG4";

bool password_matches(const char *hash, const char *password)
{
	bool right;

	if (sodium_init() < 0)
		return false;
	right = crypto_pwhash_str_verify(hash ? hash : dummy_hash, password, strlen(password)) == 0;
	return hash && right;
}
