/* Replies to the letter: heads and bodies, errors as problems, the headers for other origins. */
#include "fcgi-app/http/response.h"

#include "tests/unit/fcgi-app/fake.h"

static const char *written(struct response *response, struct request *request)
{
	struct buf out;
	buf_init(&out, response->arena);
	assert_true(response_write(response, request, &out));
	return out.data;
}

static void errors_are_problems(void **state)
{
	static const struct {
		enum err err;
		const char *body;
		const char *header; /* NULL: none of its own */
	} rows[] = {
	    {ERR_INVALID_SESSION_STATUS,
	     "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"code\":\"INVALID_SESSION_"
	     "STATUS\","
	     "\"detail\":\"The session's status doesn't allow this.\"}",
	     NULL},
	    {ERR_AUTH_FAILED,
	     "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"code\":\"AUTH_FAILED\","
	     "\"detail\":\"Authentication failed: sign in again.\"}",
	     "WWW-Authenticate: Bearer\r\n"},
	    {ERR_RATE_LIMITED,
	     "{\"type\":\"about:blank\",\"title\":\"Too Many "
	     "Requests\",\"status\":429,\"code\":\"RATE_LIMITED\","
	     "\"detail\":\"Too many tries; wait a minute and try again.\"}",
	     "Retry-After: 60\r\n"},
	    {ERR_UNAVAILABLE,
	     "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
	     "\"code\":\"SERVICE_UNAVAILABLE\","
	     "\"detail\":\"The database can't be reached; please try again.\"}",
	     "Retry-After: 5\r\n"},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct response response;
		response_init(&response, arena);
		response_error(&response, rows[i].err, NULL);
		assert_int_equal(response.status, err_status(rows[i].err));
		assert_string_equal(response.content_type, "application/problem+json");
		assert_string_equal(response.body, rows[i].body);
		if (rows[i].header)
			assert_string_equal(response.headers.data, rows[i].header);
		else
			assert_int_equal(response.headers.len, 0);
	}
	arena_free(arena);
}

static void only_422_has_errors(void **state)
{
	struct arena *arena = arena_new(0);
	struct problems problems;
	struct response response;
	(void)state;
	problems_init(&problems, arena);
	problem_add(&problems, "email", "must be \"%s\"", "text");
	problem_add(&problems, "full_name", "is missing");
	response_init(&response, arena);
	response_error(&response, ERR_VALIDATION, &problems);
	assert_non_null(strstr(response.body,
			       ",\"errors\":[{\"field\":\"email\",\"message\":\"must be \\\"text\\\"\"},"
			       "{\"field\":\"full_name\",\"message\":\"is missing\"}]}"));
	response_error(&response, ERR_EMAIL_TAKEN, &problems);
	assert_null(strstr(response.body, "errors"));
	arena_free(arena);
}

/* Every error that there is has a reason phrase of its own. */
static void every_status_has_a_title(void **state)
{
	struct arena *arena = arena_new(0);
	(void)state;
	for (int err = 1; err < ERR_COUNT; err++) {
		struct response response;
		response_init(&response, arena);
		response_error(&response, (enum err)err, NULL);
		assert_null(strstr(response.body, "\"Unknown\""));
	}
	arena_free(arena);
}

static void writes_heads_and_bodies(void **state)
{
	static const struct {
		const char *method;
		int status;
		const char *type, *body;
		const char *wanted;
	} rows[] = {
#define COMMON "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: r1\r\n"
	    {"REQUEST_METHOD=GET", 200, "application/json", "{}",
	     "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" COMMON "\r\n{}"},
	    {"REQUEST_METHOD=HEAD", 200, "application/json", "{}",
	     "Status: 200 OK\r\nContent-Type: application/json\r\n" COMMON "\r\n"},
	    {"REQUEST_METHOD=POST", 204, NULL, "", "Status: 204 No Content\r\n" COMMON "\r\n"},
	    {"REQUEST_METHOD=GET", 304, NULL, "", "Status: 304 Not Modified\r\n" COMMON "\r\n"},
#undef COMMON
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {rows[i].method, "HTTP_X_REQUEST_ID=r1"}};
		struct request request;
		struct response response;
		fake_request(&request, arena, &fake);
		response_init(&response, arena);
		response_body(&response, rows[i].status, rows[i].type, rows[i].body, strlen(rows[i].body));
		assert_string_equal(written(&response, &request), rows[i].wanted);
	}
	arena_free(arena);
}

static void headers_keep_to_their_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct response response;
	(void)state;
	response_init(&response, arena);
	response_header(&response, "ETag", "\"a\"\r\nX-Evil: 1\x7f");
	assert_string_equal(response.headers.data, "ETag: \"a\"X-Evil: 1\r\n");
	arena_free(arena);
}

#define SCHOOL "https://school.example"
#define VARY   "Vary: Origin\r\n"
#define ALLOW(origin)                                                                                        \
	"Access-Control-Allow-Origin: " origin "\r\n"                                                        \
	"Access-Control-Expose-Headers: X-Request-Id, ETag, Retry-After\r\n"

static void cors_follows_the_list(void **state)
{
	const char *origins[] = {"https://A.Example/", SCHOOL, NULL};
	const struct config_list list = {.items = origins, .count = 2}, none = {.count = 0};
	const struct {
		const struct config_list *list;
		const char *variables[2];
		const char *allow;
		const char *headers;
	} rows[] = {
	    {&none, {"HTTP_ORIGIN=" SCHOOL}, NULL, VARY},
	    {&none, {"HTTP_ORIGIN=" SCHOOL, "HTTP_HOST=school.example:8080"}, NULL, VARY},
	    {&none, {"HTTP_ORIGIN=" SCHOOL, "HTTP_HOST=evil.school.example"}, NULL, VARY},
	    {&none, {"HTTP_ORIGIN=null", "HTTP_HOST=null"}, NULL, VARY},
	    {&none, {"HTTP_HOST=school.example"}, NULL, VARY},
	    {&none, {"HTTP_ORIGIN=" SCHOOL, "HTTP_HOST=School.example"}, NULL, VARY ALLOW(SCHOOL)},
	    {&list, {"HTTP_ORIGIN=https://own.example", "HTTP_HOST=own.example"}, NULL, VARY},
	    {&list, {"HTTP_ORIGIN=" SCHOOL}, NULL, VARY ALLOW(SCHOOL)},
	    {&list, {"HTTP_ORIGIN=https://a.example"}, NULL, VARY ALLOW("https://a.example")},
	    {&list, {"HTTP_ORIGIN=" SCHOOL ".evil"}, "GET, OPTIONS", VARY},
	    {&list, {"HTTP_ORIGIN=null"}, "GET, OPTIONS", VARY},
	    {&list, {"HTTP_HOST=x"}, NULL, VARY},
	    {&list,
	     {"HTTP_ORIGIN=" SCHOOL},
	     "GET, OPTIONS",
	     VARY ALLOW(SCHOOL) "Access-Control-Allow-Methods: GET, OPTIONS\r\n"
				"Access-Control-Allow-Headers: Authorization, Content-Type, If-None-Match, "
				"X-Request-Id\r\n"
				"Access-Control-Max-Age: 600\r\n"},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {rows[i].variables[0], rows[i].variables[1]}};
		struct request request;
		struct response response;
		fake_request(&request, arena, &fake);
		response_init(&response, arena);
		response_cors(&response, &request, rows[i].list, rows[i].allow);
		assert_string_equal(response.headers.data ? response.headers.data : "", rows[i].headers);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(errors_are_problems),	  cmocka_unit_test(only_422_has_errors),
	    cmocka_unit_test(every_status_has_a_title),	  cmocka_unit_test(writes_heads_and_bodies),
	    cmocka_unit_test(headers_keep_to_their_line), cmocka_unit_test(cors_follows_the_list),
	};
	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
