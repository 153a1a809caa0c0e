/* What gets in and what doesn't: each row a forged token. */
#include "auth/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "auth/token_keys.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "tests/unit/auth/keys.h"

#define SECRET "correct horse battery staple, and more"
#define USER   "018f2a7e-0000-7000-8000-000000000001"

/* --- configurations and forgeries --- */

static struct config config_make(const char *algorithm, const char *secret, const char *public_path,
				 const char *private_path)
{
	return (struct config){
	    .jwt_algorithm = algorithm,
	    .jwt_secret = secret,
	    .jwt_public_key_file = public_path,
	    .jwt_private_key_file = private_path,
	};
}

static struct token_keys *keys_make(const struct config *config)
{
	struct token_keys *keys = NULL;
	char problem[160] = "";

	if (token_keys_new(config, problem, &keys) != OK)
		fail_msg("%s", problem);
	return keys;
}

static struct token_keys *secret_keys(void)
{
	struct config config = config_make("HS256", SECRET, "", "");

	return keys_make(&config);
}

/* A file that the caller unlinks. */
static void file_make(const char *text, char path[32])
{
	int fd;

	strcpy(path, "/tmp/invigil-key-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static struct token_keys *file_keys(const char *algorithm, const char *public_key, const char *private_key)
{
	char public_path[32], private_path[32] = "";
	struct config config;
	struct token_keys *keys;

	file_make(public_key, public_path);
	if (private_key)
		file_make(private_key, private_path);
	config = config_make(algorithm, "", public_path, private_path);
	keys = keys_make(&config);
	unlink(public_path);
	unlink(private_path);
	return keys;
}

static void add_part(char *token, size_t size, const void *bytes, size_t len)
{
	size_t at = strlen(token);

	sodium_bin2base64(token + at, size - at, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* header.claims.signature, signed with HMAC-SHA256 whatever the header says; <F> and <P> in the claims are an
 * hour from now and an hour ago. */
static void forge(char *token, size_t size, const char *header, const char *claims, const char *key)
{
	long long now = clock_now() / 1000;
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	char text[1024] = "";

	for (const char *c = claims; *c;) {
		size_t at = strlen(text);

		if (strncmp(c, "<F>", 3) == 0 || strncmp(c, "<P>", 3) == 0) {
			snprintf(text + at, sizeof(text) - at, "%lld", c[1] == 'F' ? now + 3600 : now - 3600);
			c += 3;
		} else {
			text[at] = *c++;
			text[at + 1] = '\0';
		}
	}
	token[0] = '\0';
	add_part(token, size, header, strlen(header));
	strcat(token, ".");
	add_part(token, size, text, strlen(text));
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)token, strlen(token));
	crypto_auth_hmacsha256_final(&state, mac);
	strcat(token, ".");
	add_part(token, size, mac, sizeof(mac));
}

#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define WHO   "\"user_id\":\"" USER "\",\"role\":\"STUDENT\""

static void test_claims(void **state UNUSED)
{
	static const struct {
		const char *what, *header, *claims, *key;
		enum err expect;
	} rows[] = {
	    {"a good one", HS256, "{" WHO ",\"exp\":<F>}", SECRET, OK},
	    {"with what we don't know", HS256, "{" WHO ",\"exp\":<F>,\"aud\":[1]}", SECRET, OK},
	    {"nbf is over", HS256, "{" WHO ",\"exp\":<F>,\"nbf\":<P>}", SECRET, OK},
	    {"far future", HS256, "{" WHO ",\"exp\":9223372036854775807}", SECRET, OK},
	    {"another secret", HS256, "{" WHO ",\"exp\":<F>}", "another secret of thirty-two byte",
	     ERR_AUTH_FAILED},
	    {"expired", HS256, "{" WHO ",\"exp\":<P>}", SECRET, ERR_AUTH_FAILED},
	    {"exp as text", HS256, "{" WHO ",\"exp\":\"<F>\"}", SECRET, ERR_AUTH_FAILED},
	    {"exp as real", HS256, "{" WHO ",\"exp\":<F>.5}", SECRET, OK},
	    {"exp as real, far future", HS256, "{" WHO ",\"exp\":1e300}", SECRET, OK},
	    {"exp as real, over", HS256, "{" WHO ",\"exp\":<P>.5}", SECRET, ERR_AUTH_FAILED},
	    {"exp as real, negative", HS256, "{" WHO ",\"exp\":-1e300}", SECRET, ERR_AUTH_FAILED},
	    {"exp true", HS256, "{" WHO ",\"exp\":true}", SECRET, ERR_AUTH_FAILED},
	    {"exp as array", HS256, "{" WHO ",\"exp\":[<F>]}", SECRET, ERR_AUTH_FAILED},
	    {"exp null", HS256, "{" WHO ",\"exp\":null}", SECRET, ERR_AUTH_FAILED},
	    {"exp zero", HS256, "{" WHO ",\"exp\":0}", SECRET, ERR_AUTH_FAILED},
	    {"exp negative", HS256, "{" WHO ",\"exp\":-1}", SECRET, ERR_AUTH_FAILED},
	    {"exp over 64 bits", HS256, "{" WHO ",\"exp\":92233720368547758079}", SECRET, ERR_AUTH_FAILED},
	    {"no exp", HS256, "{" WHO "}", SECRET, ERR_AUTH_FAILED},
	    {"not yet", HS256, "{" WHO ",\"exp\":<F>,\"nbf\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"nbf as text", HS256, "{" WHO ",\"exp\":<F>,\"nbf\":\"x\"}", SECRET, ERR_AUTH_FAILED},
	    {"no user_id", HS256, "{\"role\":\"ADMIN\",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"no role", HS256, "{\"user_id\":\"" USER "\",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"user_id no UUID", HS256, "{\"user_id\":\"7\",\"role\":\"ADMIN\",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"user_id a number", HS256, "{\"user_id\":7,\"role\":\"ADMIN\",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"user_id nil", HS256,
	     "{\"user_id\":\"00000000-0000-0000-0000-000000000000\",\"role\":\"ADMIN\",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"unknown role", HS256, "{\"user_id\":\"" USER "\",\"role\":\"ROOT\",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"role in lower case", HS256, "{\"user_id\":\"" USER "\",\"role\":\"admin\",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"role a list", HS256, "{\"user_id\":\"" USER "\",\"role\":[\"ADMIN\"],\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"alg none", "{\"alg\":\"none\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"alg None", "{\"alg\":\"None\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"alg hs256", "{\"alg\":\"hs256\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"alg missing", "{\"typ\":\"JWT\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"alg another HMAC", "{\"alg\":\"HS512\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"a kid is nobody's name", "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}",
	     "{" WHO ",\"exp\":<F>}", SECRET, OK},
	    {"a kid names no empty key", "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}",
	     "{" WHO ",\"exp\":<F>}", "", ERR_AUTH_FAILED},
	    {"a kid that is SQL", "{\"alg\":\"HS256\",\"kid\":\"x' UNION SELECT 'k\"}",
	     "{" WHO ",\"exp\":<F>}", "k", ERR_AUTH_FAILED},
	    {"a key of its own",
	     "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"aw\"},\"jku\":\"http://127.0.0.1/\"}",
	     "{" WHO ",\"exp\":<F>}", "k", ERR_AUTH_FAILED},
	    {"two algorithms", "{\"alg\":\"HS256\",\"alg\":\"none\"}", "{" WHO ",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    /* the last one counts (RFC 7519, section 4), and whoever could write two could write that one */
	    {"two roles", HS256, "{" WHO ",\"role\":\"ROOT\",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"two roles, the last good", HS256, "{\"role\":\"ROOT\"," WHO ",\"exp\":<F>}", SECRET, OK},
	    {"two users", HS256, "{" WHO ",\"user_id\":\"7\",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"two ends", HS256, "{" WHO ",\"exp\":<F>,\"exp\":<P>}", SECRET, ERR_AUTH_FAILED},
	    {"crit", "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", "{" WHO ",\"exp\":<F>}", SECRET,
	     ERR_AUTH_FAILED},
	    {"alg RS256", "{\"alg\":\"RS256\"}", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"header no object", "[]", "{" WHO ",\"exp\":<F>}", SECRET, ERR_AUTH_FAILED},
	    {"claims no object", HS256, "[1]", SECRET, ERR_AUTH_FAILED},
	    {"claims no JSON", HS256, "{", SECRET, ERR_AUTH_FAILED},
	    {"claims empty", HS256, "", SECRET, ERR_AUTH_FAILED},
	};
	struct token_keys *keys = secret_keys();
	char token[4096];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct token_claims claims;
		enum err err;

		forge(token, sizeof(token), rows[i].header, rows[i].claims, rows[i].key);
		err = token_verify(keys, token, &claims);
		if (err != rows[i].expect)
			fail_msg("%s: got %s", rows[i].what, err_code(err));
	}
	token_keys_free(keys);
}

static void test_garbage(void **state UNUSED)
{
	static const char *const rows[] = {
	    "",
	    ".",
	    "..",
	    "...",
	    "a.b.c",
	    "eyJhbGciOiJIUzI1NiJ9",
	    "eyJhbGciOiJIUzI1NiJ9.",
	    "eyJhbGciOiJIUzI1NiJ9..",
	    "\xff\xfe\x01",
	    " ",
	    "Bearer x",
	    "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.",
	};
	struct token_keys *keys = secret_keys();
	struct token_claims claims;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(token_verify(keys, rows[i], &claims), ERR_AUTH_FAILED);
	token_keys_free(keys);
}

static void test_huge(void **state UNUSED)
{
	struct token_keys *keys = secret_keys();
	struct token_claims claims;
	char *token = malloc(1 << 20);

	assert_non_null(token);
	memset(token, 'a', (1 << 20) - 1);
	token[(1 << 20) - 1] = '\0';
	assert_int_equal(token_verify(keys, token, &claims), ERR_AUTH_FAILED);
	token[8192] = '\0';
	assert_int_equal(token_verify(keys, token, &claims), ERR_AUTH_FAILED);
	free(token);
	token_keys_free(keys);
}

/* --- round trips --- */

static void check_round_trip(struct token_keys *keys)
{
	struct actor actor = {.user_id = id_make(), .role = ROLE_TEACHER};
	struct arena *arena = arena_new(0);
	int64_t now = clock_now();
	struct token_claims claims;
	const char *token, *again;
	char *tampered;

	assert_non_null(arena);
	assert_int_equal(token_issue(keys, arena, &actor, 60, &token), OK);
	assert_int_equal(token_verify(keys, token, &claims), OK);
	assert_true(id_equal(&claims.actor.user_id, &actor.user_id));
	assert_int_equal(claims.actor.role, ROLE_TEACHER);
	assert_in_range(claims.expires_at, now + 58000, now + 62000);

	/* Two tokens of one second differ by their jti. */
	assert_int_equal(token_issue(keys, arena, &actor, 60, &again), OK);
	assert_string_not_equal(token, again);

	tampered = arena_strdup(arena, token);
	assert_non_null(tampered);
	/* The last character carries unused bits of base64, so it may stand for the same bytes. */
	for (size_t i = 0; i + 1 < strlen(token); i += 7) {
		char was = tampered[i];

		tampered[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(token_verify(keys, tampered, &claims), ERR_AUTH_FAILED);
		tampered[i] = was;
	}
	assert_int_equal(token_issue(keys, arena, &actor, -60, &token), OK);
	assert_int_equal(token_verify(keys, token, &claims), ERR_AUTH_FAILED);
	arena_free(arena);
	token_keys_free(keys);
}

static void test_round_trips(void **state UNUSED)
{
	check_round_trip(secret_keys());
	check_round_trip(file_keys("RS256", RSA_PUBLIC, RSA_PRIVATE));
	check_round_trip(file_keys("ES256", EC_PUBLIC, EC_PRIVATE));
}

/* The public key is public: whoever signs with it by HMAC must not get in. */
static void test_algorithm_confusion(void **state UNUSED)
{
	static const struct {
		const char *algorithm, *public_key;
	} rows[] = {{"RS256", RSA_PUBLIC}, {"ES256", EC_PUBLIC}};
	struct token_claims claims;
	char token[4096];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct token_keys *keys = file_keys(rows[i].algorithm, rows[i].public_key, NULL);

		forge(token, sizeof(token), HS256, "{" WHO ",\"exp\":<F>}", rows[i].public_key);
		assert_int_equal(token_verify(keys, token, &claims), ERR_AUTH_FAILED);
		forge(token, sizeof(token), "{\"alg\":\"none\"}", "{" WHO ",\"exp\":<F>}",
		      rows[i].public_key);
		assert_int_equal(token_verify(keys, token, &claims), ERR_AUTH_FAILED);
		token_keys_free(keys);
	}
}

static void test_no_private_key(void **state UNUSED)
{
	struct token_keys *keys = file_keys("ES256", EC_PUBLIC, NULL);
	struct actor actor = {.user_id = id_make(), .role = ROLE_ADMIN};
	struct arena *arena = arena_new(0);
	const char *token;

	assert_int_equal(token_issue(keys, arena, &actor, 60, &token), ERR_CONFIG);
	arena_free(arena);
	token_keys_free(keys);
}

static void test_bad_keys(void **state UNUSED)
{
	static const struct {
		const char *algorithm, *secret, *public_key, *private_key, *says;
	} rows[] = {
	    {"HS256", "", "", "", "jwt_secret"},
	    {"HS256", "thirty-one bytes are not enough", "", "", "jwt_secret"},
	    {"none", SECRET, "", "", "jwt_algorithm"},
	    {"HS512", SECRET, "", "", "jwt_algorithm"},
	    {"RS256", SECRET, "", "", "jwt_public_key_file"},
	    {"RS256", "", "nonsense", "", "RSA"},
	    {"RS256", "", EC_PUBLIC, "", "RSA"},
	    {"RS256", "", RSA_SHORT_PUBLIC, "", "2048"},
	    {"RS256", "", RSA_PRIVATE, "", "BEGIN PUBLIC KEY"},
	    {"RS256", "", RSA_PUBLIC, EC_PRIVATE, "jwt_private_key_file"},
	    {"ES256", "", RSA_PUBLIC, "", "P-256"},
	    {"ES256", "", EC_P384_PUBLIC, "", "P-256"},
	    {"ES256", "", EC_PUBLIC, EC_PUBLIC, "jwt_private_key_file"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char public_path[32] = "", private_path[32] = "", problem[160] = "";
		struct token_keys *keys = NULL;
		struct config config;

		if (*rows[i].public_key)
			file_make(rows[i].public_key, public_path);
		if (*rows[i].private_key)
			file_make(rows[i].private_key, private_path);
		config = config_make(rows[i].algorithm, rows[i].secret, public_path, private_path);
		if (token_keys_new(&config, problem, &keys) != ERR_CONFIG || !strstr(problem, rows[i].says))
			fail_msg("row %zu: said \"%s\"", i, problem);
		assert_null(keys);
		unlink(public_path);
		unlink(private_path);
	}
}

static void test_refresh_tokens(void **state UNUSED)
{
	char a[REFRESH_TOKEN_TEXT], b[REFRESH_TOKEN_TEXT], hash[REFRESH_HASH_TEXT];

	refresh_token_make(a);
	refresh_token_make(b);
	assert_int_equal(strlen(a), REFRESH_TOKEN_TEXT - 1);
	assert_string_not_equal(a, b);
	refresh_token_hash("abc", hash);
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* --- several keys --- */

/* A host's keys: the one that it signs with, and a file with another that it accepts. */
static struct token_keys *two_secrets(const char *signs, const char *accepts)
{
	char path[32];
	const char *paths[] = {path, NULL};
	struct config config = config_make("HS256", signs, "", "");
	struct token_keys *keys;

	file_make(accepts, path);
	config.jwt_accepted_key_files = (struct config_list){.items = paths, .count = 1};
	keys = keys_make(&config);
	unlink(path);
	return keys;
}

static struct token_keys *two_files(const char *algorithm, const char *public_key, const char *private_key,
				    const char *accepts)
{
	char public_path[32], private_path[32], path[32];
	const char *paths[] = {path, NULL};
	struct config config = config_make(algorithm, "", public_path, private_path);
	struct token_keys *keys;

	file_make(public_key, public_path);
	file_make(private_key, private_path);
	file_make(accepts, path);
	config.jwt_accepted_key_files = (struct config_list){.items = paths, .count = 1};
	keys = keys_make(&config);
	unlink(public_path);
	unlink(private_path);
	unlink(path);
	return keys;
}

static enum err crosses(const struct token_keys *from, const struct token_keys *to)
{
	struct actor actor = {.user_id = id_make(), .role = ROLE_TEACHER};
	struct arena *arena = arena_new(0);
	struct token_claims claims = {0};
	const char *token;
	enum err err;

	assert_int_equal(token_issue(from, arena, &actor, 60, &token), OK);
	err = token_verify(to, token, &claims);
	assert_true(err || id_equal(&claims.actor.user_id, &actor.user_id));
	arena_free(arena);
	return err;
}

#define NEXT_SECRET "tomorrow's secret is another one, and longer"

/* The steps of a rotation, and that each side of each of them understands the other. */
static void test_rotation(void **state UNUSED)
{
	struct config next = config_make("HS256", NEXT_SECRET, "", "");
	struct token_keys *before = secret_keys(), *after = keys_make(&next);
	struct token_keys *prepared = two_secrets(SECRET, NEXT_SECRET "\n");
	struct token_keys *switched = two_secrets(NEXT_SECRET, SECRET "\r\n");
	char seal[SEAL_TEXT];

	assert_int_equal(crosses(before, after), ERR_AUTH_FAILED);
	assert_int_equal(crosses(after, before), ERR_AUTH_FAILED);
	assert_int_equal(crosses(before, prepared), OK);
	assert_int_equal(crosses(prepared, before), OK);
	assert_int_equal(crosses(prepared, switched), OK);
	assert_int_equal(crosses(switched, prepared), OK);
	assert_int_equal(crosses(switched, after), OK);
	assert_int_equal(crosses(after, switched), OK);
	assert_int_equal(crosses(prepared, after), ERR_AUTH_FAILED);
	token_seal(before, "purpose", "text", seal);
	assert_true(token_seal_holds(switched, "purpose", "text", seal));
	assert_false(token_seal_holds(after, "purpose", "text", seal));
	token_keys_free(before);
	token_keys_free(prepared);
	token_keys_free(switched);
	token_keys_free(after);
}

static void test_rotation_of_files(void **state UNUSED)
{
	struct token_keys *rsa = two_files("RS256", RSA_PUBLIC, RSA_PRIVATE, RSA_PUBLIC);
	struct token_keys *alone = file_keys("RS256", RSA_PUBLIC, RSA_PRIVATE);
	struct token_keys *ec = two_files("ES256", EC_PUBLIC, EC_PRIVATE, EC_PUBLIC);

	assert_int_equal(crosses(rsa, alone), OK);
	assert_int_equal(crosses(alone, rsa), OK);
	assert_int_equal(crosses(rsa, ec), ERR_AUTH_FAILED);
	assert_int_equal(crosses(ec, rsa), ERR_AUTH_FAILED);
	token_keys_free(rsa);
	token_keys_free(alone);
	token_keys_free(ec);
}

/* `kid` chooses a key, and doesn't stand for it. */
static void test_names_of_keys(void **state UNUSED)
{
	static const struct {
		const char *what;
		bool named; /* by the name of the key that signs */
		const char *key;
		enum err expect;
	} rows[] = {
	    {"names the key that it was signed with", true, SECRET, OK},
	    {"names none", false, SECRET, OK},
	    {"names none, and was signed with the other", false, NEXT_SECRET, OK},
	    {"names one, and was signed with the other", true, NEXT_SECRET, ERR_AUTH_FAILED},
	    {"names one, and was signed with neither", true, "a third secret, which nobody here has",
	     ERR_AUTH_FAILED},
	    {"names none, and was signed with neither", false, "a third secret, which nobody here has",
	     ERR_AUTH_FAILED},
	};
	struct token_keys *keys = two_secrets(SECRET, NEXT_SECRET), *again = secret_keys();
	char header[96], token[4096];
	struct token_claims claims;

	assert_string_equal(keys->verify[0].name, again->verify[0].name);
	assert_string_not_equal(keys->verify[0].name, keys->verify[1].name);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"kid\":\"%s\"}",
			 rows[i].named ? keys->verify[0].name : "somebody else's");
		forge(token, sizeof(token), header, "{" WHO ",\"exp\":<F>}", rows[i].key);
		if (token_verify(keys, token, &claims) != rows[i].expect)
			fail_msg("%s", rows[i].what);
	}
	token_keys_free(keys);
	token_keys_free(again);
}

static void test_bad_accepted_keys(void **state UNUSED)
{
	static const struct {
		const char *algorithm, *text, *says;
	} rows[] = {
	    {"HS256", "short", "32 bytes"}, {"HS256", "", "not a key"},	    {"RS256", EC_PUBLIC, "RSA"},
	    {"RS256", SECRET, "RSA"},	    {"ES256", RSA_PUBLIC, "P-256"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char public_path[32], path[32], problem[160] = "";
		const char *paths[] = {path, NULL};
		struct config config = config_make(rows[i].algorithm, SECRET, public_path, "");
		struct token_keys *keys = NULL;

		file_make(*rows[i].algorithm == 'E' ? EC_PUBLIC : RSA_PUBLIC, public_path);
		file_make(rows[i].text, path);
		config.jwt_accepted_key_files = (struct config_list){.items = paths, .count = 1};
		if (token_keys_new(&config, problem, &keys) != ERR_CONFIG || !strstr(problem, rows[i].says) ||
		    !strstr(problem, "jwt_accepted_key_files"))
			fail_msg("row %zu: said \"%s\"", i, problem);
		assert_null(keys);
		unlink(public_path);
		unlink(path);
	}
}

/* --- seals --- */

static void test_seals(void **state)
{
	struct config other = config_make("HS256", SECRET "!", "", "");
	struct token_keys *keys = secret_keys(), *again = secret_keys(), *others = keys_make(&other);
	char seal[SEAL_TEXT];

	(void)state;
	token_seal(keys, "purpose", "text", seal);
	assert_int_equal(strlen(seal), SEAL_TEXT - 1);
	/* the same for whoever has the secret, and for nobody else, nor for anything else */
	assert_true(token_seal_holds(keys, "purpose", "text", seal));
	assert_true(token_seal_holds(again, "purpose", "text", seal));
	assert_false(token_seal_holds(others, "purpose", "text", seal));
	assert_false(token_seal_holds(keys, "purpose", "text2", seal));
	assert_false(token_seal_holds(keys, "purposet", "ext", seal));
	assert_false(token_seal_holds(keys, "purpose", "text", ""));
	seal[SEAL_TEXT - 2] = '\0';
	assert_false(token_seal_holds(keys, "purpose", "text", seal));
	token_keys_free(keys);
	token_keys_free(again);
	token_keys_free(others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_claims),
	    cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_huge),
	    cmocka_unit_test(test_round_trips),
	    cmocka_unit_test(test_algorithm_confusion),
	    cmocka_unit_test(test_no_private_key),
	    cmocka_unit_test(test_bad_keys),
	    cmocka_unit_test(test_refresh_tokens),
	    cmocka_unit_test(test_rotation),
	    cmocka_unit_test(test_rotation_of_files),
	    cmocka_unit_test(test_names_of_keys),
	    cmocka_unit_test(test_bad_accepted_keys),
	    cmocka_unit_test(test_seals),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("auth/token", tests, NULL, NULL);
}
