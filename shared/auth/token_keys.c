/* Reading the keys that tokens are signed and verified with, and looking whether they are of any use: libjwt
 * would find out with the first token, and call that one bad. */
#include "auth/token_keys.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FILE_MOST = 65536, SECRET_LEAST = 32 };

/* What a key of each algorithm must contain: its kind's object identifier as DER has it. */
static const struct algorithm {
	const char *name;
	jwt_alg_t alg;
	const char *kind; /* for people; NULL: a secret */
	const unsigned char *oid;
	size_t oid_len;
	size_t der_least; /* of the public key: the shortest that is long enough */
} ALGORITHMS[] = {
    {"HS256", JWT_ALG_HS256, NULL, NULL, 0, 0},
    {"RS256", JWT_ALG_RS256, "an RSA key of at least 2048 bits",
     (const unsigned char *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 11, 290},
    {"ES256", JWT_ALG_ES256, "an EC key on the curve P-256",
     (const unsigned char *)"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10, 88},
};

static const struct algorithm *algorithm_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ALGORITHMS); i++)
		if (strcmp(ALGORITHMS[i].name, name) == 0)
			return &ALGORITHMS[i];
	return NULL;
}

static enum err problem_set(char problem[160], const char *setting, const char *path, const char *what)
{
	snprintf(problem, 160, "%s: %.60s%s%s", setting, path, *path ? ": " : "", what);
	return ERR_CONFIG;
}

/* Accepts NULL. */
static void text_free(char *text)
{
	if (text)
		sodium_memzero(text, strlen(text));
	free(text);
}

static enum err key_read(const char *setting, const char *path, char problem[160], char **ret)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (!file)
		return problem_set(problem, setting, path, strerror(errno));
	text = calloc(1, KEY_FILE_MOST + 1);
	len = text ? fread(text, 1, KEY_FILE_MOST, file) : 0;
	fclose(file);
	if (!text)
		return ERR_MEMORY;
	if (len == 0 || len == KEY_FILE_MOST || strlen(text) < len) {
		text_free(text);
		return problem_set(problem, setting, path, "not a key");
	}
	*ret = text;
	return OK;
}

/* libjwt finds out that a key is of the wrong kind when it first verifies, and calls that a bad token: so
 * look first. */
static bool public_key_fits(const struct algorithm *algorithm, const char *pem)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----";
	unsigned char der[4096];
	const char *at = strstr(pem, begin), *end;
	size_t len;

	if (!at)
		return false;
	at += sizeof(begin) - 1;
	end = strstr(at, "-----END");
	if (!end || sodium_base642bin(der, sizeof(der), at, (size_t)(end - at), " \r\n\t", &len, NULL,
				      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	if (len < algorithm->der_least)
		return false;
	for (size_t i = 0; i + algorithm->oid_len <= len; i++)
		if (memcmp(der + i, algorithm->oid, algorithm->oid_len) == 0)
			return true;
	return false;
}

/* A private key must make what the public one accepts. */
static bool keys_fit(const struct token_keys *keys)
{
	struct actor actor = {.user_id = id_make(), .role = ROLE_STUDENT};
	struct arena *arena = arena_new(0);
	struct token_claims claims;
	const char *token;
	bool fit = arena && token_issue(keys, arena, &actor, 60, &token) == OK &&
		   token_verify(keys, token, &claims) == OK;

	arena_free(arena);
	return fit;
}

/* What tokens call the key by: the same on every host that has it, and nothing that tells of it. */
static void key_name(struct token_key *key)
{
	static const char label[] = "invigil kid 1";
	unsigned char digest[crypto_generichash_BYTES_MIN];

	crypto_generichash(digest, sizeof(digest), (const unsigned char *)key->text, (size_t)key->len,
			   (const unsigned char *)label, sizeof(label));
	sodium_bin2base64(key->name, sizeof(key->name), digest, sizeof(digest),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Takes the text. */
static void key_add(struct token_keys *keys, char *text)
{
	struct token_key *key = &keys->verify[keys->count++];

	key->text = text;
	key->len = (int)strlen(text);
	key_name(key);
}

static enum err public_key_add(struct token_keys *keys, const struct algorithm *algorithm,
			       const char *setting, const char *path, char problem[160])
{
	char what[64], *text;
	enum err err = key_read(setting, path, problem, &text);

	if (err != OK)
		return err;
	key_add(keys, text);
	if (public_key_fits(algorithm, text))
		return OK;
	snprintf(what, sizeof(what), "must be %s (BEGIN PUBLIC KEY)", algorithm->kind);
	return problem_set(problem, setting, path, what);
}

/* A secret in a file ends before the line does. */
static enum err secret_add(struct token_keys *keys, const char *setting, const char *path, char problem[160])
{
	char *text;
	enum err err = key_read(setting, path, problem, &text);

	if (err != OK)
		return err;
	for (size_t len = strlen(text); len && (text[len - 1] == '\n' || text[len - 1] == '\r');)
		text[--len] = '\0';
	key_add(keys, text);
	if (keys->verify[keys->count - 1].len < SECRET_LEAST)
		return problem_set(problem, setting, path, "must have at least 32 bytes");
	return OK;
}

static enum err keys_from_secret(struct token_keys *keys, const struct config *config, char problem[160])
{
	char *text;

	if (strlen(config->jwt_secret) < SECRET_LEAST)
		return problem_set(problem, "jwt_secret", "", "must have at least 32 bytes");
	text = strdup(config->jwt_secret);
	if (!text)
		return ERR_MEMORY;
	key_add(keys, text);
	keys->sign = keys->verify[0];
	return OK;
}

static enum err keys_from_files(struct token_keys *keys, const struct algorithm *algorithm,
				const struct config *config, char problem[160])
{
	static const char setting[] = "jwt_private_key_file";
	const char *path = config->jwt_private_key_file;
	enum err err =
	    public_key_add(keys, algorithm, "jwt_public_key_file", config->jwt_public_key_file, problem);

	if (err != OK || !*path)
		return err;
	err = key_read(setting, path, problem, &keys->private_key);
	if (err != OK)
		return err;
	keys->sign.text = keys->private_key;
	keys->sign.len = (int)strlen(keys->private_key);
	return keys_fit(keys)
		   ? OK
		   : problem_set(problem, setting, path, "is not the private key of jwt_public_key_file");
}

/* Those that sign nothing (any more, or yet). */
static enum err add_accepted(struct token_keys *keys, const struct algorithm *algorithm,
			     const struct config_list *paths, char problem[160])
{
	static const char setting[] = "jwt_accepted_key_files";
	enum err err = OK;

	for (int i = 0; err == OK && i < paths->count; i++)
		err = algorithm->kind ? public_key_add(keys, algorithm, setting, paths->items[i], problem)
				      : secret_add(keys, setting, paths->items[i], problem);
	return err;
}

enum err token_keys_new(const struct config *config, char problem[160], struct token_keys **ret)
{
	const struct algorithm *algorithm = algorithm_find(config->jwt_algorithm);
	const struct config_list *accepted = &config->jwt_accepted_key_files;
	struct token_keys *keys;
	enum err err;

	if (sodium_init() < 0)
		return problem_set(problem, "jwt_algorithm", "", "no source of randomness");
	if (!algorithm)
		return problem_set(problem, "jwt_algorithm", "", "must be HS256, RS256 or ES256");
	keys = calloc(1, sizeof(*keys) + (size_t)(1 + accepted->count) * sizeof(keys->verify[0]));
	if (!keys)
		return ERR_MEMORY;
	keys->alg = algorithm->alg;
	err = algorithm->kind ? keys_from_files(keys, algorithm, config, problem)
			      : keys_from_secret(keys, config, problem);
	if (err == OK)
		err = add_accepted(keys, algorithm, accepted, problem);
	if (err != OK) {
		token_keys_free(keys);
		return err;
	}
	*ret = keys;
	return OK;
}

void token_keys_free(struct token_keys *keys)
{
	if (!keys)
		return;
	for (int i = 0; i < keys->count; i++)
		text_free(keys->verify[i].text);
	text_free(keys->private_key);
	free(keys);
}
