/* Access tokens through libjwt, with what it leaves to its callers.
 *
 * libjwt believes the token's own algorithm (an HS256 token whose secret is the RSA public key in PEM passes
 * its check), accepts expired tokens, and checks no signature at all without a key. So: there is always a
 * key, the algorithm must be the configured one, and every claim that we use is checked here, by kind and by
 * value. Nothing is shared between calls but the keys, which never change, so any thread may verify. */
#include "auth/token.h"

#include <errno.h>
#include <inttypes.h>
#include <jwt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { TOKEN_MOST = 8192, KEY_FILE_MOST = 65536, SECRET_LEAST = 32 };
#define EXPIRY_MOST INT64_C(253402300799) /* the end of the year 9999: beyond it times have no text */

struct token_keys {
	jwt_alg_t alg;
	const unsigned char *verify_key; /* the secret, or the public key in PEM; never NULL */
	int verify_len;
	const unsigned char *sign_key; /* the secret, or the private key in PEM; NULL: somebody else issues */
	int sign_len;
	char *owned[2]; /* the texts behind them */
};

/* --- reading the keys
 * -------------------------------------------------------------------------------------------- */

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
	if (len == 0 || len == KEY_FILE_MOST) {
		free(text);
		return problem_set(problem, setting, path, "not a key in PEM");
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

static enum err keys_from_secret(struct token_keys *keys, const struct config *config, char problem[160])
{
	size_t len = strlen(config->jwt_secret);

	if (len < SECRET_LEAST)
		return problem_set(problem, "jwt_secret", "", "must have at least 32 bytes");
	keys->owned[0] = strdup(config->jwt_secret);
	if (!keys->owned[0])
		return ERR_MEMORY;
	keys->verify_key = keys->sign_key = (const unsigned char *)keys->owned[0];
	keys->verify_len = keys->sign_len = (int)len;
	return OK;
}

static enum err keys_from_files(struct token_keys *keys, const struct algorithm *algorithm,
				const struct config *config, char problem[160])
{
	const char *public_path = config->jwt_public_key_file, *private_path = config->jwt_private_key_file;
	enum err err = key_read("jwt_public_key_file", public_path, problem, &keys->owned[0]);

	if (err != OK)
		return err;
	keys->verify_key = (const unsigned char *)keys->owned[0];
	keys->verify_len = (int)strlen(keys->owned[0]);
	if (!public_key_fits(algorithm, keys->owned[0])) {
		char what[64];

		snprintf(what, sizeof(what), "must be %s (BEGIN PUBLIC KEY)", algorithm->kind);
		return problem_set(problem, "jwt_public_key_file", public_path, what);
	}
	if (!*private_path)
		return OK;
	err = key_read("jwt_private_key_file", private_path, problem, &keys->owned[1]);
	if (err != OK)
		return err;
	keys->sign_key = (const unsigned char *)keys->owned[1];
	keys->sign_len = (int)strlen(keys->owned[1]);
	if (!keys_fit(keys))
		return problem_set(problem, "jwt_private_key_file", private_path,
				   "is not the private key of jwt_public_key_file");
	return OK;
}

enum err token_keys_new(const struct config *config, char problem[160], struct token_keys **ret)
{
	const struct algorithm *algorithm = algorithm_find(config->jwt_algorithm);
	struct token_keys *keys;
	enum err err;

	if (sodium_init() < 0)
		return problem_set(problem, "jwt_algorithm", "", "no source of randomness");
	if (!algorithm)
		return problem_set(problem, "jwt_algorithm", "", "must be HS256, RS256 or ES256");
	keys = calloc(1, sizeof(*keys));
	if (!keys)
		return ERR_MEMORY;
	keys->alg = algorithm->alg;
	err = algorithm->kind ? keys_from_files(keys, algorithm, config, problem)
			      : keys_from_secret(keys, config, problem);
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
	for (size_t i = 0; i < ARRAY_LEN(keys->owned); i++)
		if (keys->owned[i]) {
			sodium_memzero(keys->owned[i], strlen(keys->owned[i]));
			free(keys->owned[i]);
		}
	free(keys);
}

/* --- verifying
 * --------------------------------------------------------------------------------------------------- */

/* A claim that must be a number of seconds, whole or not (RFC 7519, NumericDate): 1 when it is, 0 when there
 * is none, -1 for anything else. libjwt's own reader takes a real number for 0 and a string for an error that
 * looks like 0. */
static int claim_seconds(jwt_t *jwt, const char *name, int64_t *ret)
{
	char *text = jwt_get_grants_json(jwt, name), *end;
	int found = 1;
	double seconds;

	if (!text)
		return 0;
	errno = 0;
	seconds = strtod(text, &end);
	if (errno != 0 || end == text || *end)
		found = -1;
	else if (seconds < 0)
		*ret = 0;
	else
		*ret = seconds < (double)EXPIRY_MOST ? (int64_t)seconds : EXPIRY_MOST;
	free(text);
	return found;
}

static bool claims_read(jwt_t *jwt, struct token_claims *claims)
{
	const char *user_id = jwt_get_grant(jwt, "user_id"), *role = jwt_get_grant(jwt, "role");
	int64_t now = clock_now() / 1000, expiry = 0, not_before = 0;
	int has_not_before;

	if (claim_seconds(jwt, "exp", &expiry) != 1 || expiry <= now)
		return false;
	has_not_before = claim_seconds(jwt, "nbf", &not_before);
	if (has_not_before < 0 || (has_not_before > 0 && not_before > now))
		return false;
	if (!user_id || !id_parse(user_id, &claims->actor.user_id) || id_is_nil(&claims->actor.user_id))
		return false;
	if (!role || !role_parse(role, &claims->actor.role))
		return false;
	claims->expires_at = expiry * 1000;
	return true;
}

/* Names of algorithms are told apart by case (RFC 7515, 4.1.1), which libjwt doesn't. */
static bool names_algorithm(jwt_t *jwt, jwt_alg_t alg)
{
	const char *name = jwt_get_header(jwt, "alg");

	return name && jwt_get_alg(jwt) == alg && strcmp(name, jwt_alg_str(alg)) == 0;
}

/* Extensions that a reader must understand, and we know none (RFC 7515, 4.1.11). */
static bool names_extensions(jwt_t *jwt)
{
	char *crit = jwt_get_headers_json(jwt, "crit");
	bool names = crit != NULL;

	free(crit);
	return names;
}

enum err token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret)
{
	struct token_claims claims;
	jwt_t *jwt = NULL;
	bool good;

	if (strnlen(token, TOKEN_MOST + 1) > TOKEN_MOST)
		return ERR_AUTH_FAILED;
	if (jwt_decode(&jwt, token, keys->verify_key, keys->verify_len) != 0)
		return ERR_AUTH_FAILED;
	good = names_algorithm(jwt, keys->alg) && !names_extensions(jwt) && claims_read(jwt, &claims);
	jwt_free(jwt);
	if (!good)
		return ERR_AUTH_FAILED;
	*ret = claims;
	return OK;
}

/* --- issuing
 * ----------------------------------------------------------------------------------------------------- */

static bool claims_write(jwt_t *jwt, const struct actor *actor, int64_t lifetime_seconds)
{
	int64_t now = clock_now() / 1000;
	struct id jti = id_make();
	char text[ID_TEXT];

	return jwt_add_grant(jwt, "user_id", id_format(&actor->user_id, text)) == 0 &&
	       jwt_add_grant(jwt, "role", role_name(actor->role)) == 0 &&
	       jwt_add_grant_int(jwt, "iat", (long)now) == 0 &&
	       jwt_add_grant_int(jwt, "exp", (long)(now + lifetime_seconds)) == 0 &&
	       jwt_add_grant(jwt, "jti", id_format(&jti, text)) == 0;
}

enum err token_issue(const struct token_keys *keys, struct arena *arena, const struct actor *actor,
		     int64_t lifetime_seconds, const char **ret)
{
	char *signed_text = NULL;
	const char *token = NULL;
	jwt_t *jwt = NULL;

	if (!keys->sign_key)
		return ERR_CONFIG;
	if (jwt_new(&jwt) != 0)
		return ERR_MEMORY;
	if (claims_write(jwt, actor, lifetime_seconds) &&
	    jwt_set_alg(jwt, keys->alg, keys->sign_key, keys->sign_len) == 0)
		signed_text = jwt_encode_str(jwt);
	jwt_free(jwt);
	if (signed_text)
		token = arena_strdup(arena, signed_text);
	free(signed_text);
	if (!token)
		return ERR_MEMORY;
	*ret = token;
	return OK;
}

/* --- refresh tokens
 * ---------------------------------------------------------------------------------------------- */

void refresh_token_make(char token[REFRESH_TOKEN_TEXT])
{
	unsigned char bytes[32];

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2base64(token, REFRESH_TOKEN_TEXT, bytes, sizeof(bytes),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
}

void refresh_token_hash(const char *token, char hash[REFRESH_HASH_TEXT])
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const unsigned char *)token, strlen(token));
	sodium_bin2hex(hash, REFRESH_HASH_TEXT, digest, sizeof(digest));
}
