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

#include "base/buf.h"
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

/* A member of the claims or the header, as JSON text; *ret NULL: there is none. ERR_MEMORY: nobody knows. */
static enum err member_read(jwt_t *jwt, char *(*get)(jwt_t *jwt, const char *name), const char *name,
			    char **ret)
{
	errno = 0;
	*ret = get(jwt, name);
	return *ret || errno != ENOMEM ? OK : ERR_MEMORY;
}

/* A claim that is a number of seconds, whole or not (RFC 7519, NumericDate): OK when it is, and when there is
 * none, which *ret_there tells. libjwt's own reader takes a real number for 0 and a string for an error that
 * looks like 0. */
static enum err seconds_read(jwt_t *jwt, const char *name, bool *ret_there, int64_t *ret)
{
	char *text, *end;
	double seconds;
	bool number;
	enum err err = member_read(jwt, jwt_get_grants_json, name, &text);

	*ret_there = text != NULL;
	if (err != OK || !text)
		return err;
	errno = 0;
	seconds = strtod(text, &end);
	number = errno == 0 && end != text && !*end;
	free(text);
	if (!number)
		return ERR_AUTH_FAILED;
	if (seconds < 0)
		*ret = 0;
	else
		*ret = seconds < (double)EXPIRY_MOST ? (int64_t)seconds : EXPIRY_MOST;
	return OK;
}

static enum err times_read(jwt_t *jwt, struct token_claims *claims)
{
	int64_t now = clock_now() / 1000, expiry = 0, not_before = 0;
	bool expires, begins;
	enum err err = seconds_read(jwt, "exp", &expires, &expiry);

	if (err == OK)
		err = seconds_read(jwt, "nbf", &begins, &not_before);
	if (err != OK)
		return err;
	if (!expires || expiry <= now || (begins && not_before > now))
		return ERR_AUTH_FAILED;
	claims->expires_at = expiry * 1000;
	return OK;
}

static bool actor_read(jwt_t *jwt, struct actor *ret)
{
	const char *user_id = jwt_get_grant(jwt, "user_id"), *role = jwt_get_grant(jwt, "role");

	return user_id && id_parse(user_id, &ret->user_id) && !id_is_nil(&ret->user_id) && role &&
	       role_parse(role, &ret->role);
}

/* Names of algorithms are told apart by case (RFC 7515, 4.1.1), which libjwt doesn't. */
static bool names_algorithm(jwt_t *jwt, jwt_alg_t alg)
{
	const char *name = jwt_get_header(jwt, "alg");

	return name && jwt_get_alg(jwt) == alg && strcmp(name, jwt_alg_str(alg)) == 0;
}

/* Extensions that a reader must understand, and we know none (RFC 7515, 4.1.11). */
static enum err extensions_refuse(jwt_t *jwt)
{
	char *crit;
	enum err err = member_read(jwt, jwt_get_headers_json, "crit", &crit);

	if (err == OK && crit)
		err = ERR_AUTH_FAILED;
	free(crit);
	return err;
}

static enum err token_read(jwt_t *jwt, jwt_alg_t alg, struct token_claims *claims)
{
	enum err err = names_algorithm(jwt, alg) ? extensions_refuse(jwt) : ERR_AUTH_FAILED;

	if (err == OK)
		err = times_read(jwt, claims);
	if (err == OK && !actor_read(jwt, &claims->actor))
		err = ERR_AUTH_FAILED;
	return err;
}

enum err token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret)
{
	struct token_claims claims;
	jwt_t *jwt = NULL;
	enum err err;

	if (strnlen(token, TOKEN_MOST + 1) > TOKEN_MOST)
		return ERR_AUTH_FAILED;
	/* to libjwt a lack of memory is a bad token, or a good one that has nothing in it */
	errno = 0;
	err = jwt_decode(&jwt, token, keys->verify_key, keys->verify_len) == 0 ? OK : ERR_AUTH_FAILED;
	if (errno == ENOMEM)
		err = ERR_MEMORY;
	if (err == OK)
		err = token_read(jwt, keys->alg, &claims);
	jwt_free(jwt);
	if (err == OK)
		*ret = claims;
	return err;
}

/* --- issuing
 * ----------------------------------------------------------------------------------------------------- */

struct issue {
	struct id user_id, jti;
	enum role role;
	int64_t iat, exp;
};

static void add_part(struct buf *out, const void *bytes, size_t len)
{
	size_t room = sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);

	if (!buf_reserve(out, room))
		return;
	sodium_bin2base64(out->data + out->len, room, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	out->len += strlen(out->data + out->len);
}

static void add_claims(struct buf *out, const struct issue *issue)
{
	char user_id[ID_TEXT], jti[ID_TEXT], text[256];
	int len = snprintf(text, sizeof(text),
			   "{\"exp\":%" PRId64 ",\"iat\":%" PRId64
			   ",\"jti\":\"%s\",\"role\":\"%s\",\"user_id\":\"%s\"}",
			   issue->exp, issue->iat, id_format(&issue->jti, jti), role_name(issue->role),
			   id_format(&issue->user_id, user_id));

	add_part(out, text, (size_t)len);
}

/* libjwt would do, but when memory runs out it forgets what it has written, or writes from NULL. */
static char *sign_with_secret(const struct token_keys *keys, struct arena *arena, const struct issue *issue)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	struct buf out;

	buf_init(&out, arena);
	add_part(&out, header, sizeof(header) - 1);
	buf_addc(&out, '.');
	add_claims(&out, issue);
	if (out.failed)
		return NULL;
	crypto_auth_hmacsha256_init(&state, keys->sign_key, (size_t)keys->sign_len);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)out.data, out.len);
	crypto_auth_hmacsha256_final(&state, mac);
	buf_addc(&out, '.');
	add_part(&out, mac, sizeof(mac));
	return out.failed ? NULL : out.data;
}

static bool claims_write(jwt_t *jwt, const struct issue *issue)
{
	char user_id[ID_TEXT], jti[ID_TEXT];

	return jwt_add_grant(jwt, "user_id", id_format(&issue->user_id, user_id)) == 0 &&
	       jwt_add_grant(jwt, "role", role_name(issue->role)) == 0 &&
	       jwt_add_grant_int(jwt, "iat", (long)issue->iat) == 0 &&
	       jwt_add_grant_int(jwt, "exp", (long)issue->exp) == 0 &&
	       jwt_add_grant(jwt, "jti", id_format(&issue->jti, jti)) == 0;
}

static char *sign_with_key(const struct token_keys *keys, struct arena *arena, const struct issue *issue)
{
	char *signed_text = NULL, *token = NULL;
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return NULL;
	if (claims_write(jwt, issue) && jwt_set_alg(jwt, keys->alg, keys->sign_key, keys->sign_len) == 0)
		signed_text = jwt_encode_str(jwt);
	jwt_free(jwt);
	if (signed_text)
		token = arena_strdup(arena, signed_text);
	free(signed_text);
	return token;
}

enum err token_issue(const struct token_keys *keys, struct arena *arena, const struct actor *actor,
		     int64_t lifetime_seconds, const char **ret)
{
	int64_t now = clock_now() / 1000;
	const struct issue issue = {.user_id = actor->user_id,
				    .jti = id_make(),
				    .role = actor->role,
				    .iat = now,
				    .exp = now + lifetime_seconds};
	const char *token;

	if (!keys->sign_key)
		return ERR_CONFIG;
	token = keys->alg == JWT_ALG_HS256 ? sign_with_secret(keys, arena, &issue)
					   : sign_with_key(keys, arena, &issue);
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

/* --- seals
 * -------------------------------------------------------------------------------------------------------- */

void token_seal(const struct token_keys *keys, const char *purpose, const char *text, char ret[SEAL_TEXT])
{
	static const char label[] = "invigil seal 1";
	unsigned char key[crypto_generichash_KEYBYTES], mark[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;

	crypto_generichash(key, sizeof(key), keys->verify_key, (size_t)keys->verify_len,
			   (const unsigned char *)label, sizeof(label));
	crypto_generichash_init(&state, key, sizeof(key), sizeof(mark));
	/* its terminator keeps the two apart */
	crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
	crypto_generichash_final(&state, mark, sizeof(mark));
	sodium_memzero(key, sizeof(key));
	sodium_bin2base64(ret, SEAL_TEXT, mark, sizeof(mark), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool token_seal_equal(const char ours[SEAL_TEXT], const char *theirs)
{
	return strlen(theirs) == SEAL_TEXT - 1 && sodium_memcmp(ours, theirs, SEAL_TEXT - 1) == 0;
}
