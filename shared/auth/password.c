/* argon2id at libsodium's interactive profile. */
#include "auth/password.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
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

/* What nobody's password is compared with: a real hash, made once, of something that nobody knows. */
static char dummy_hash[PASSWORD_HASH_TEXT];
static pthread_once_t dummy_once = PTHREAD_ONCE_INIT;

static void dummy_make(void)
{
	unsigned char secret[32];
	char text[sizeof(secret) * 2 + 1];

	randombytes_buf(secret, sizeof(secret));
	sodium_bin2hex(text, sizeof(text), secret, sizeof(secret));
	if (password_hash(text, dummy_hash) != OK)
		dummy_hash[0] = '\0';
	sodium_memzero(text, sizeof(text));
}

bool password_matches(const char *hash, const char *password)
{
	bool right;

	if (sodium_init() < 0)
		return false;
	pthread_once(&dummy_once, dummy_make);
	right = crypto_pwhash_str_verify(hash ? hash : dummy_hash, password, strlen(password)) == 0;
	return hash && right;
}
