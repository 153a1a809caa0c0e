/* The checks in the contract's order: what requests are answered that fail of several; limits, and
 * preflights.
 */
#include "fcgi-app/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/fcgi-app/fake.h"

/* Without a database: whatever has to ask it is 503, so a row with another answer proves that it was given
 * before. */
static struct config *config;
static struct token_keys *keys;

static int setup(void **state)
{
	char problem[160];
	(void)state;
	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_DATABASE_URL", "host=/nonexistent connect_timeout=1", 1);
	setenv("INVIGIL_ALLOWED_ORIGINS", "https://school.example", 1);
	return config_load(NULL, CONFIG_APP, stderr, &config) || token_keys_new(config, problem, &keys);
}

static int teardown(void **state)
{
	(void)state;
	token_keys_free(keys);
	config_free(config);
	return 0;
}

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* Who asks. */
enum token { NO_TOKEN, BAD_TOKEN, STUDENT_TOKEN };

static const char *authorization(struct arena *arena, enum token token)
{
	const struct actor student = {.user_id = {.b = {1}}, .role = ROLE_STUDENT};
	const char *text = NULL;
	if (token == STUDENT_TOKEN)
		assert_int_equal(token_issue(keys, arena, &student, 60, &text), OK);
	else if (token == BAD_TOKEN)
		text = "abc.def.ghi";
	return text ? arena_printf(arena, "HTTP_AUTHORIZATION=Bearer %s", text) : "HTTP_X=";
}

static void checks_come_in_order(void **state)
{
	static const struct {
		enum token token;
		const char *method, *uri, *length, *type, *body;
		enum err err;
	} rows[] = {
#define JSON "CONTENT_TYPE=application/json"
	    /* not public: who asks comes first, whether the path is there or not */
	    {NO_TOKEN, "GET", "/api/v1/auth/me", NULL, NULL, NULL, ERR_AUTH_FAILED},
	    {BAD_TOKEN, "GET", "/api/v1/auth/me", NULL, NULL, NULL, ERR_AUTH_FAILED},
	    {NO_TOKEN, "GET", "/api/v1/nothing", NULL, NULL, NULL, ERR_AUTH_FAILED},
	    {NO_TOKEN, "GET", "/elsewhere", NULL, NULL, NULL, ERR_AUTH_FAILED},
	    {NO_TOKEN, "PATCH", "/api/v1/sessions", NULL, NULL, NULL, ERR_AUTH_FAILED},
	    {NO_TOKEN, "POST", "/api/attempts/x/answers", "1", "text/plain", NULL, ERR_AUTH_FAILED},
	    /* the account comes before the path, and before all that a hot call can fail of */
	    {STUDENT_TOKEN, "GET", "/api/v1/nothing", NULL, NULL, NULL, ERR_UNAVAILABLE},
	    {STUDENT_TOKEN, "PATCH", "/api/v1/sessions", NULL, NULL, NULL, ERR_UNAVAILABLE},
	    {STUDENT_TOKEN, "POST", "/api/v1/attempts/x/answers", "2", JSON, "{}", ERR_UNAVAILABLE},
	    {STUDENT_TOKEN, "POST", "/api/v1/attempts/" ID "/answers", "2", JSON, "[]", ERR_UNAVAILABLE},
	    {STUDENT_TOKEN, "POST", "/api/v1/attempts/" ID "/progress", "2", JSON, "{}", ERR_UNAVAILABLE},
	    /* public: a bad token is none */
	    {BAD_TOKEN, "GET", "/api/v1/auth/login", NULL, NULL, NULL, ERR_METHOD_NOT_ALLOWED},
	    {NO_TOKEN, "DELETE", "/api/health", NULL, NULL, NULL, ERR_METHOD_NOT_ALLOWED},
	    {NO_TOKEN, "TRACE", "/api/health", NULL, NULL, NULL, ERR_METHOD_NOT_ALLOWED},
	    {NO_TOKEN, "POST", "/api/v1/auth/login", "CONTENT_LENGTH=1048577", "CONTENT_TYPE=text/plain",
	     NULL, ERR_PAYLOAD_TOO_LARGE},
	    {NO_TOKEN, "POST", "/api/v1/auth/login", "CONTENT_LENGTH=2", "CONTENT_TYPE=text/plain", "{}",
	     ERR_UNSUPPORTED_MEDIA_TYPE},
	    {NO_TOKEN, "POST", "/api/v1/auth/login", "CONTENT_LENGTH=2", JSON, "[]", ERR_INVALID_JSON},
	    {NO_TOKEN, "POST", "/api/v1/auth/login", "CONTENT_LENGTH=1", JSON, "{", ERR_INVALID_JSON},
	    {NO_TOKEN, "POST", "/api/v1/auth/login", NULL, NULL, NULL, ERR_INVALID_JSON},
	    {NO_TOKEN, "POST", "/api/v1/auth/register", "CONTENT_LENGTH=2", JSON, "{}", ERR_VALIDATION},
	    {NO_TOKEN, "POST", "/api/v1/auth/register", "CONTENT_LENGTH=60", JSON,
	     "{\"email\":\"a@b.example\",\"password\":\"12345678\",\"full_name\":\"\"}", ERR_VALIDATION},
	    {NO_TOKEN, "POST", "/api/auth/refresh", "CONTENT_LENGTH=21", JSON, "{\"refresh_token\":\"abc\"}",
	     ERR_INVALID_JSON},
	    {NO_TOKEN, "POST", "/api/auth/refresh", "CONTENT_LENGTH=23", JSON, "{\"refresh_token\":\"abc\"}",
	     ERR_UNAVAILABLE},
	    {NO_TOKEN, "GET", "/api/v1/openapi.json", NULL, NULL, NULL, OK},
	    {NO_TOKEN, "HEAD", "/api/openapi.json", NULL, NULL, NULL, OK},
	    {NO_TOKEN, "GET", "/api/metrics", NULL, NULL, NULL, OK},
	    {NO_TOKEN, "POST", "/api/metrics", NULL, NULL, NULL, ERR_METHOD_NOT_ALLOWED},
	    {NO_TOKEN, "OPTIONS", "/api/v1/sessions", NULL, NULL, NULL, OK},
#undef JSON
	};
	struct arena *arena = arena_new(0);
	struct service service = {
	    .config = config, .keys = keys, .db = db_new(config->database_url, "test", 1000)};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		arena_reset(arena);
		struct fake fake = {.body = rows[i].body};
		fake.variables[0] = authorization(arena, rows[i].token);
		fake.variables[1] = arena_printf(arena, "REQUEST_METHOD=%s", rows[i].method);
		fake.variables[2] = arena_printf(arena, "REQUEST_URI=%s", rows[i].uri);
		fake.variables[3] = rows[i].length ? rows[i].length : "X=";
		fake.variables[4] = rows[i].type ? rows[i].type : "X=";
		struct request request;
		struct outcome outcome;
		fake_request(&request, arena, &fake);
		dispatch(&service, &request, &outcome);
		if (outcome.err != rows[i].err)
			print_error("row %zu: %s %s\n", i, rows[i].method, rows[i].uri);
		assert_int_equal(outcome.err, rows[i].err);
		if (rows[i].err)
			assert_int_equal(outcome.response.status, err_status(rows[i].err));
		assert_int_equal(outcome.response.status == 405,
				 outcome.response.headers.data &&
				     strstr(outcome.response.headers.data, "Allow: ") &&
				     request.method != METHOD_OPTIONS);
	}
	db_free(service.db);
	arena_free(arena);
}

static void limits_users(void **state)
{
	struct arena *arena = arena_new(0);
	struct config limited = *config;
	struct service service = {.config = &limited,
				  .keys = keys,
				  .db = db_new(config->database_url, "test", 1000),
				  .throttle = throttle_new()};
	static const enum err wanted[] = {ERR_UNAVAILABLE, ERR_UNAVAILABLE, ERR_RATE_LIMITED};
	(void)state;
	limited.requests_per_minute = 2;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct fake fake = {.variables = {authorization(arena, STUDENT_TOKEN), "REQUEST_METHOD=GET",
						  "REQUEST_URI=/api/v1/auth/me"}};
		struct request request;
		struct outcome outcome;
		fake_request(&request, arena, &fake);
		dispatch(&service, &request, &outcome);
		assert_int_equal(outcome.err, wanted[i]);
	}
	throttle_free(service.throttle);
	db_free(service.db);
	arena_free(arena);
}

static void answers_preflights(void **state)
{
	struct arena *arena = arena_new(0);
	struct service service = {.config = config, .keys = keys};
	struct fake fake = {.variables = {"REQUEST_METHOD=OPTIONS", "REQUEST_URI=/api/v1/sessions",
					  "HTTP_ORIGIN=https://school.example"}};
	struct request request;
	struct outcome outcome;
	(void)state;
	fake_request(&request, arena, &fake);
	dispatch(&service, &request, &outcome);
	assert_int_equal(outcome.response.status, 204);
	assert_non_null(strstr(outcome.response.headers.data,
			       "Access-Control-Allow-Methods: POST, GET, HEAD, OPTIONS\r\n"));
	assert_non_null(
	    strstr(outcome.response.headers.data, "Access-Control-Allow-Origin: https://school.example\r\n"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(checks_come_in_order),
	    cmocka_unit_test(limits_users),
	    cmocka_unit_test(answers_preflights),
	};
	return cmocka_run_group_tests_name("dispatch", tests, setup, teardown);
}
