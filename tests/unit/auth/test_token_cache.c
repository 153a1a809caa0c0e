/* The tokens that were good a moment ago, and those that are none. */
#include "auth/token_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

/* The clock, ahead of the real one: the linker puts it in place of clock_now(). */
static int64_t ahead_ms;
int64_t __real_clock_now(void);
int64_t __wrap_clock_now(void);

int64_t __wrap_clock_now(void)
{
	return __real_clock_now() + ahead_ms;
}

/* How often a token has been verified: likewise. */
static size_t verified;
enum err __real_token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret);
enum err __wrap_token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret);

enum err __wrap_token_verify(const struct token_keys *keys, const char *token, struct token_claims *ret)
{
	verified++;
	return __real_token_verify(keys, token, ret);
}

struct fixture {
	struct token_keys *keys;
	struct token_cache *cache;
	struct arena *arena;
};

static struct fixture fixture_make(void)
{
	const struct config config = {.jwt_algorithm = "HS256",
				      .jwt_secret = "correct horse battery staple, and more"};
	struct fixture f = {.arena = arena_new(0)};
	char problem[160];

	assert_int_equal(token_keys_new(&config, problem, &f.keys), OK);
	f.cache = token_cache_new(f.keys);
	assert_non_null(f.cache);
	assert_non_null(f.arena);
	return f;
}

static void fixture_done(struct fixture *f)
{
	arena_free(f->arena);
	token_cache_free(f->cache);
	token_keys_free(f->keys);
}

static const char *issue(const struct fixture *f, const struct actor *actor, int64_t seconds)
{
	const char *token;

	assert_int_equal(token_issue(f->keys, f->arena, actor, seconds, &token), OK);
	return token;
}

/* Many more tokens than it has places: whoever it has forgotten is verified anew, and nobody is taken for
 * another. */
static void test_says_what_the_token_says(void **state UNUSED)
{
	struct fixture f = fixture_make();
	const size_t count = 10000;
	const char **tokens = calloc(count, sizeof(*tokens));
	struct actor *actors = calloc(count, sizeof(*actors));

	for (size_t i = 0; i < count; i++) {
		actors[i] = (struct actor){.user_id = id_make(), .role = i % 2 ? ROLE_STUDENT : ROLE_TEACHER};
		tokens[i] = issue(&f, &actors[i], 60);
	}
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < count; i++)
			for (size_t again = 0; again < 2; again++) {
				struct token_claims fresh, claims;

				assert_int_equal(token_verify(f.keys, tokens[i], &fresh), OK);
				assert_int_equal(token_cache_verify(f.cache, tokens[i], &claims), OK);
				assert_true(id_equal(&claims.actor.user_id, &actors[i].user_id));
				assert_int_equal(claims.actor.role, actors[i].role);
				assert_int_equal(claims.expires_at, fresh.expires_at);
			}
	free(tokens);
	free(actors);
	fixture_done(&f);
}

/* A good one is verified once, one that is none each time. */
static void test_verifies_once(void **state UNUSED)
{
	struct fixture f = fixture_make();
	const struct actor actor = {.user_id = id_make(), .role = ROLE_STUDENT};
	const char *good = issue(&f, &actor, 60);
	struct token_claims claims;

	verified = 0;
	for (int i = 0; i < 10; i++)
		assert_int_equal(token_cache_verify(f.cache, good, &claims), OK);
	assert_int_equal(verified, 1);
	for (int i = 0; i < 10; i++)
		assert_int_equal(token_cache_verify(f.cache, "none", &claims), ERR_AUTH_FAILED);
	assert_int_equal(verified, 11);
	fixture_done(&f);
}

static void test_refuses(void **state UNUSED)
{
	struct fixture f = fixture_make();
	struct actor actor = {.user_id = id_make(), .role = ROLE_STUDENT};
	const char *good = issue(&f, &actor, 60);
	char *bad = arena_strdup(f.arena, good);
	struct token_claims claims;

	/* what was refused is refused again, before the good one was seen and after it */
	bad[strlen(bad) - 5] = bad[strlen(bad) - 5] == 'A' ? 'B' : 'A';
	for (int i = 0; i < 2; i++) {
		assert_int_equal(token_cache_verify(f.cache, bad, &claims), ERR_AUTH_FAILED);
		assert_int_equal(token_cache_verify(f.cache, "", &claims), ERR_AUTH_FAILED);
		assert_int_equal(token_cache_verify(f.cache, good, &claims), OK);
	}
	fixture_done(&f);
}

static void test_forgets_in_time(void **state UNUSED)
{
	struct fixture f = fixture_make();
	struct actor actor = {.user_id = id_make(), .role = ROLE_STUDENT};
	const char *brief = issue(&f, &actor, 60);
	struct token_claims claims;

	ahead_ms = 0;
	assert_int_equal(token_cache_verify(f.cache, brief, &claims), OK);
	ahead_ms = 58000;
	assert_int_equal(token_cache_verify(f.cache, brief, &claims), OK);
	ahead_ms = 61000;
	assert_int_equal(token_cache_verify(f.cache, brief, &claims), ERR_AUTH_FAILED);
	ahead_ms = 0;
	token_cache_free(NULL);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_says_what_the_token_says),
	    cmocka_unit_test(test_verifies_once),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_forgets_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
