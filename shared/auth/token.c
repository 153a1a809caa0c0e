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

#include "auth/token_keys.h"
#include "base/buf.h"
#include "base/clock.h"

enum { TOKEN_MOST = 8192 };
#define EXPIRY_MOST INT64_C(253402300799) /* the end of the year 9999: beyond it times have no text */

/* --- verifying --- */

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

/* To libjwt a lack of memory is a bad token, or a good one that has nothing in it. Without a key it reads
 * only. */
static enum err decode(const char *token, const struct token_key *key, jwt_t **ret)
{
	errno = 0;
	if (jwt_decode(ret, token, key ? (const unsigned char *)key->text : NULL, key ? key->len : 0) != 0)
		*ret = NULL;
	if (errno == ENOMEM) {
		jwt_free(*ret);
		*ret = NULL;
		return ERR_MEMORY;
	}
	return *ret ? OK : ERR_AUTH_FAILED;
}

static enum err verify_with(const struct token_keys *keys, const struct token_key *key, const char *token,
			    struct token_claims *claims)
{
	jwt_t *jwt;
	enum err err = decode(token, key, &jwt);

	if (err == OK)
		err = token_read(jwt, keys->alg, claims);
	jwt_free(jwt);
	return err;
}

/* The key that the token names; *ret NULL: none of ours. A name proves nothing: the signature does. */
static enum err key_named(const struct token_keys *keys, const char *token, const struct token_key **ret)
{
	jwt_t *jwt;
	const char *name;
	enum err err = decode(token, NULL, &jwt);

	*ret = NULL;
	name = jwt ? jwt_get_header(jwt, "kid") : NULL;
	for (int i = 0; name && i < keys->count; i++)
		if (strcmp(keys->verify[i].name, name) == 0)
			*ret = &keys->verify[i];
	jwt_free(jwt);
	return err;
}

/* One that names no key of ours (another issuer has names of his own) may be signed with any of them. */
static enum err verify_with_any(const struct token_keys *keys, const char *token, struct token_claims *claims)
{
	const struct token_key *named;
	enum err err = key_named(keys, token, &named);

	if (err == OK && named)
		return verify_with(keys, named, token, claims);
	for (int i = 0; err == OK && i < keys->count; i++) {
		enum err this = verify_with(keys, &keys->verify[i], token, claims);

		if (this != ERR_AUTH_FAILED)
			return this;
	}
	return err == OK ? ERR_AUTH_FAILED : err;
}

enum err token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret)
{
	struct token_claims claims;
	enum err err;

	if (strnlen(token, TOKEN_MOST + 1) > TOKEN_MOST)
		return ERR_AUTH_FAILED;
	err = keys->count > 1 ? verify_with_any(keys, token, &claims)
			      : verify_with(keys, keys->verify, token, &claims);
	if (err == OK)
		*ret = claims;
	return err;
}

/* --- issuing --- */

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
	char header[64];
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	struct buf out;

	buf_init(&out, arena);
	snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
		 keys->verify->name);
	add_part(&out, header, strlen(header));
	buf_addc(&out, '.');
	add_claims(&out, issue);
	if (out.failed)
		return NULL;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)keys->sign.text, (size_t)keys->sign.len);
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
	if (claims_write(jwt, issue) && jwt_add_header(jwt, "kid", keys->verify->name) == 0 &&
	    jwt_set_alg(jwt, keys->alg, (const unsigned char *)keys->sign.text, keys->sign.len) == 0)
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

	if (!keys->sign.text)
		return ERR_CONFIG;
	token = keys->alg == JWT_ALG_HS256 ? sign_with_secret(keys, arena, &issue)
					   : sign_with_key(keys, arena, &issue);
	if (!token)
		return ERR_MEMORY;
	*ret = token;
	return OK;
}

/* --- refresh tokens --- */

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

/* --- seals --- */

static void seal(const struct token_key *with, const char *purpose, const char *text, char ret[SEAL_TEXT])
{
	static const char label[] = "invigil seal 1";
	unsigned char key[crypto_generichash_KEYBYTES], mark[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;

	crypto_generichash(key, sizeof(key), (const unsigned char *)with->text, (size_t)with->len,
			   (const unsigned char *)label, sizeof(label));
	crypto_generichash_init(&state, key, sizeof(key), sizeof(mark));
	/* its terminator keeps the two apart */
	crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
	crypto_generichash_final(&state, mark, sizeof(mark));
	sodium_memzero(key, sizeof(key));
	sodium_bin2base64(ret, SEAL_TEXT, mark, sizeof(mark), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void token_seal(const struct token_keys *keys, const char *purpose, const char *text, char ret[SEAL_TEXT])
{
	seal(keys->verify, purpose, text, ret);
}

bool token_seal_holds(const struct token_keys *keys, const char *purpose, const char *text,
		      const char *theirs)
{
	char ours[SEAL_TEXT];
	bool holds = false;

	for (int i = 0; i < keys->count && strlen(theirs) == SEAL_TEXT - 1; i++) {
		seal(&keys->verify[i], purpose, text, ours);
		holds |= sodium_memcmp(ours, theirs, SEAL_TEXT - 1) == 0;
	}
	return holds;
}
