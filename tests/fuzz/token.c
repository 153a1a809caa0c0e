/* Access tokens. The input is a header, a line's end, and the claims; it is signed, so that what is inside is
 * read. A token is good exactly when an independent reading of the documented rules says so. Then the same
 * with a byte changed, and the bytes of the input as a token of their own: none of them is ever good. */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <sodium.h>

#include "auth/token.h"
#include "base/buf.h"
#include "base/clock.h"
#include "wire/json.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static struct token_keys *keys;

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	struct config config = {.jwt_algorithm = "HS256",
				.jwt_secret = SECRET,
				.jwt_public_key_file = "",
				.jwt_private_key_file = ""};
	char problem[160];

	MUST(token_keys_new(&config, problem, &keys) == OK);
	return 0;
}

static void add_part(struct buf *out, const void *bytes, size_t len)
{
	size_t room = sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);

	MUST(buf_reserve(out, room));
	sodium_bin2base64(out->data + out->len, room, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	out->len += strlen(out->data + out->len);
}

static void make_token(struct buf *out, const void *header, size_t header_len, const void *claims,
		       size_t claims_len)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	add_part(out, header, header_len);
	buf_addc(out, '.');
	add_part(out, claims, claims_len);
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)SECRET, strlen(SECRET));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)out->data, out->len);
	crypto_auth_hmacsha256_final(&state, mac);
	buf_addc(out, '.');
	add_part(out, mac, sizeof(mac));
}

static bool is_text(const json_value *value, const char *wanted)
{
	return json_text(value) && strcmp(json_text(value), wanted) == 0;
}

/* What PROTOCOL says of a token, and no more. Times are compared with room for the second that passes. */
static bool may_be_good(const json_value *header, const json_value *claims)
{
	double expiry, not_before, now = (double)clock_now() / 1000;
	const json_value *nbf = json_member(claims, "nbf");
	enum role role;
	struct id id;

	return is_text(json_member(header, "alg"), "HS256") && !json_member(header, "crit") &&
	       json_number(json_member(claims, "exp"), &expiry) && expiry > now - 2 &&
	       (!nbf || (json_number(nbf, &not_before) && floor(not_before) <= now + 2)) &&
	       json_text(json_member(claims, "user_id")) &&
	       id_parse(json_text(json_member(claims, "user_id")), &id) && !id_is_nil(&id) &&
	       json_text(json_member(claims, "role")) &&
	       role_parse(json_text(json_member(claims, "role")), &role);
}

static void check_good(struct arena *arena, const struct token_claims *found, const void *header,
		       size_t header_len, const void *claims, size_t claims_len)
{
	json_value *head, *body;

	/* libjwt reads a name that is there twice, and deeper nesting, which we refuse elsewhere */
	if (json_parse_object(arena, header, header_len, &head) ||
	    json_parse_object(arena, claims, claims_len, &body))
		return;
	MUST(may_be_good(head, body));
	MUST(found->expires_at > clock_now() - 2000);
}

static void check_bad(const char *token)
{
	struct token_claims claims;

	MUST(token_verify(keys, token, &claims) == ERR_AUTH_FAILED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t header_len = end ? (size_t)(end - data) : size, claims_len = end ? size - header_len - 1 : 0;
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	struct token_claims claims;
	struct buf token;

	buf_init(&token, arena);
	make_token(&token, data, header_len, end ? end + 1 : data, claims_len);
	if (token_verify(keys, token.data, &claims) == OK) {
		check_good(arena, &claims, data, header_len, end + 1, claims_len);
		token.data[token.len / 2] ^= 1;
		check_bad(token.data);
	}
	check_bad(take_text(&rest, arena, '\0'));
	arena_free(arena);
	return 0;
}
