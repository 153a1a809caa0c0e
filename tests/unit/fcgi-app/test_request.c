/* Requests from CGI variables, as different web servers send them, and what is wrong with some. */
#include "fcgi-app/http/request.h"

#include "tests/unit/fcgi-app/fake.h"

static void finds_the_path(void **state)
{
	static const struct {
		struct fake fake;
		const char *path;
		const char *query;
	} rows[] = {
	    /* lighttpd, nginx, Apache: what the client sent */
	    {{.variables = {"REQUEST_URI=/api/v1/users?limit=2", "QUERY_STRING=limit=2"}},
	     "/users",
	     "limit=2"},
	    {{.variables = {"REQUEST_URI=/api/users", "SCRIPT_NAME=/x", "PATH_INFO=/y"}}, "/users", ""},
	    {{.variables = {"REQUEST_URI=/api/users?q=a"}}, "/users", "q=a"},
	    /* an absolute form that a proxy passed on */
	    {{.variables = {"REQUEST_URI=http://host:1/api/v1/users?q=a"}}, "/users", "q=a"},
	    {{.variables = {"REQUEST_URI=http://host"}}, NULL, ""},
	    /* nothing but the two parts, wherever the server cuts */
	    {{.variables = {"SCRIPT_NAME=/api", "PATH_INFO=/v1/users"}}, "/users", ""},
	    {{.variables = {"SCRIPT_NAME=/api/v1/users", "PATH_INFO="}}, "/users", ""},
	    {{.variables = {"SCRIPT_NAME=", "PATH_INFO=/api/users", "QUERY_STRING=q=b"}}, "/users", "q=b"},
	    {{.variables = {"PATH_INFO=/api/users"}}, "/users", ""},
	    {{.variables = {"REQUEST_URI=/other"}}, NULL, ""},
	    {{.variables = {"REQUEST_METHOD=GET"}}, NULL, ""},
	    {{.variables = {"REQUEST_URI=*"}}, NULL, ""},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = rows[i].fake;
		struct request request;
		fake_request(&request, arena, &fake);
		if (rows[i].path)
			assert_string_equal(request.path, rows[i].path);
		else
			assert_null(request.path);
		assert_string_equal(request.query, rows[i].query);
	}
	arena_free(arena);
}

static void takes_the_method(void **state)
{
	static const struct {
		struct fake fake;
		enum method method;
	} rows[] = {
	    {{.variables = {"REQUEST_METHOD=GET"}}, METHOD_GET},
	    {{.variables = {"REQUEST_METHOD=GET", "REDIRECT_STATUS=200"}}, METHOD_GET},
	    {{.variables = {"REQUEST_METHOD=GET", "REDIRECT_STATUS=404"}}, METHOD_GET},
	    /* lighttpd, which wanted a POST's length */
	    {{.variables = {"REQUEST_METHOD=GET", "REDIRECT_STATUS=411"}}, METHOD_POST},
	    {{.variables = {"REQUEST_METHOD=DELETE", "REDIRECT_STATUS=411"}}, METHOD_DELETE},
	    /* what a client says of it is a header */
	    {{.variables = {"REQUEST_METHOD=GET", "HTTP_REDIRECT_STATUS=411"}}, METHOD_GET},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = rows[i].fake;
		struct request request;
		fake_request(&request, arena, &fake);
		assert_int_equal(request.method, rows[i].method);
	}
	arena_free(arena);
}

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void keeps_sane_ids(void **state)
{
	static const struct {
		const char *variable;
		bool kept;
	} rows[] = {
	    {"HTTP_X_REQUEST_ID=abc-DEF_1.2", true},
	    {"HTTP_X_REQUEST_ID=" A64, true},
	    {"HTTP_X_REQUEST_ID=" A64 "a", false},
	    {"HTTP_X_REQUEST_ID=", false},
	    {"HTTP_X_REQUEST_ID=a b", false},
	    {"HTTP_X_REQUEST_ID=a\r\nX: y", false},
	    {"HTTP_X_REQUEST_ID=\xc3\xa9", false},
	    {"HTTP_X_REQUEST_ID=a\"b", false},
	    {"HTTP_OTHER=abc", false},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {rows[i].variable}};
		struct request request;
		struct id made;
		fake_request(&request, arena, &fake);
		if (rows[i].kept)
			assert_string_equal(request.id, strchr(rows[i].variable, '=') + 1);
		else
			assert_true(id_parse(request.id, &made));
	}
	arena_free(arena);
}

static void finds_the_token(void **state)
{
	static const char *const rows[][2] = {
	    {"HTTP_AUTHORIZATION=Bearer abc", "abc"},
	    {"HTTP_AUTHORIZATION=bearer  abc", "abc"},
	    {"REDIRECT_HTTP_AUTHORIZATION=Bearer abc", "abc"},
	    {"HTTP_AUTHORIZATION=Basic abc", NULL},
	    {"HTTP_AUTHORIZATION=Bearerabc", NULL},
	    {"HTTP_AUTHORIZATION=", NULL},
	    {"HTTP_AUTHORIZATION=Bearer ", ""},
	    {"HTTP_X=Bearer abc", NULL},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {rows[i][0]}};
		struct request request;
		fake_request(&request, arena, &fake);
		const char *token = request_token(&request);
		if (rows[i][1])
			assert_string_equal(token, rows[i][1]);
		else
			assert_null(token);
	}
	arena_free(arena);
}

static void limits_bodies(void **state)
{
#define JSON "CONTENT_TYPE=application/json"
	static const struct {
		struct fake fake;
		enum err err;
		const char *body;
	} rows[] = {
	    {{.variables = {"CONTENT_LENGTH=2", JSON}, .body = "{}"}, OK, "{}"},
	    {{.variables = {"CONTENT_LENGTH=10", JSON}, .body = "1234567890"}, OK, "1234567890"},
	    {{.variables = {"CONTENT_LENGTH=11", JSON}, .body = "12345678901"}, ERR_PAYLOAD_TOO_LARGE, NULL},
	    {{.variables = {"CONTENT_LENGTH=99999999999999999999999", JSON}, .body = "{}"},
	     ERR_PAYLOAD_TOO_LARGE,
	     NULL},
	    /* too large comes before not JSON */
	    {{.variables = {"CONTENT_LENGTH=11", "CONTENT_TYPE=text/plain"}}, ERR_PAYLOAD_TOO_LARGE, NULL},
	    {{.variables = {"CONTENT_LENGTH=2", "CONTENT_TYPE=text/plain"}, .body = "{}"},
	     ERR_UNSUPPORTED_MEDIA_TYPE,
	     NULL},
	    {{.variables = {"CONTENT_LENGTH=2"}, .body = "{}"}, ERR_UNSUPPORTED_MEDIA_TYPE, NULL},
	    {{.variables = {"CONTENT_LENGTH=2", "CONTENT_TYPE=application/jsonp"}, .body = "{}"},
	     ERR_UNSUPPORTED_MEDIA_TYPE,
	     NULL},
	    {{.variables = {"CONTENT_LENGTH=2", "CONTENT_TYPE=Application/JSON ; charset=utf-8"},
	      .body = "{}"},
	     OK,
	     "{}"},
	    /* no body: the type doesn't matter */
	    {{.variables = {"CONTENT_LENGTH=0", "CONTENT_TYPE=text/plain"}}, OK, ""},
	    {{.variables = {"CONTENT_LENGTH="}}, OK, ""},
	    {{.variables = {JSON}, .body = "{}"}, OK, ""},
	    /* no length, or one that isn't kept */
	    {{.variables = {"CONTENT_LENGTH=-1", JSON}, .body = "{}"}, ERR_INVALID_JSON, NULL},
	    {{.variables = {"CONTENT_LENGTH=2x", JSON}, .body = "{}"}, ERR_INVALID_JSON, NULL},
	    {{.variables = {"CONTENT_LENGTH=5", JSON}, .body = "{}"}, ERR_INVALID_JSON, NULL},
	    /* what is behind the length is not the body's */
	    {{.variables = {"CONTENT_LENGTH=2", JSON}, .body = "{}{}"}, OK, "{}"},
	};
#undef JSON
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = rows[i].fake;
		struct request request;
		const char *body = NULL;
		size_t len = 0;
		fake_request(&request, arena, &fake);
		assert_int_equal(request_body(&request, 10, &body, &len), rows[i].err);
		if (rows[i].err == OK) {
			assert_int_equal(len, strlen(rows[i].body));
			assert_string_equal(body, rows[i].body);
		} else {
			assert_null(body);
			assert_true(rows[i].err != ERR_PAYLOAD_TOO_LARGE || fake.at == 0);
		}
	}
	arena_free(arena);
}

/* A file may be of any of these types, and of no other. */
static void takes_files(void **state)
{
	static const struct {
		const char *type;
		enum err err;
	} rows[] = {
	    {"CONTENT_TYPE=text/plain", OK},
	    {"CONTENT_TYPE=text/csv; charset=utf-8", OK},
	    {"CONTENT_TYPE=Application/XML", OK},
	    {"CONTENT_TYPE=text/xml", OK},
	    {"CONTENT_TYPE=application/zip", OK},
	    {"CONTENT_TYPE=application/octet-stream", OK},
	    {"CONTENT_TYPE=application/json", ERR_UNSUPPORTED_MEDIA_TYPE},
	    {"CONTENT_TYPE=text/plainer", ERR_UNSUPPORTED_MEDIA_TYPE},
	    {"CONTENT_TYPE=", ERR_UNSUPPORTED_MEDIA_TYPE},
	    {"X=y", ERR_UNSUPPORTED_MEDIA_TYPE},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {"CONTENT_LENGTH=3", rows[i].type}, .body = "PK\3"};
		struct request request;
		const char *body = NULL;
		size_t len = 0;
		fake_request(&request, arena, &fake);
		assert_int_equal(request_file(&request, 10, &body, &len), rows[i].err);
		if (rows[i].err == OK)
			assert_memory_equal(body, "PK\3", len);
		else
			assert_null(body);
	}
	arena_free(arena);
}

static void reads_queries(void **state)
{
	static const struct {
		const char *query;
		const char *value; /* of q; NULL: none */
		bool bad;
	} rows[] = {
	    {"QUERY_STRING=q=abc", "abc", false},
	    {"QUERY_STRING=a=1&q=abc&b=2", "abc", false},
	    {"QUERY_STRING=q=first&q=second", "first", false},
	    {"QUERY_STRING=q=a+b%20c%2B", "a b c+", false},
	    {"QUERY_STRING=%71=x", "x", false},
	    {"QUERY_STRING=q=a=b", "a=b", false},
	    {"QUERY_STRING=q=%C3%A9", "\xc3\xa9", false},
	    {"QUERY_STRING=q=", NULL, false},
	    {"QUERY_STRING=q", NULL, false},
	    {"QUERY_STRING=qq=1&=2&&", NULL, false},
	    {"QUERY_STRING=", NULL, false},
	    {"QUERY_STRING=q=%", NULL, true},
	    {"QUERY_STRING=q=%4", NULL, true},
	    {"QUERY_STRING=q=%4g", NULL, true},
	    {"QUERY_STRING=q=%00", NULL, true},
	    {"QUERY_STRING=q=%ff", NULL, true},
	    {"QUERY_STRING=%zz=1&q=abc", "abc", false},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake fake = {.variables = {rows[i].query}};
		struct request request;
		bool bad = !rows[i].bad;
		fake_request(&request, arena, &fake);
		const char *value = request_query(&request, "q", &bad);
		assert_int_equal(bad, rows[i].bad);
		if (rows[i].value)
			assert_string_equal(value, rows[i].value);
		else
			assert_null(value);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_path), cmocka_unit_test(takes_the_method),
	    cmocka_unit_test(keeps_sane_ids), cmocka_unit_test(finds_the_token),
	    cmocka_unit_test(limits_bodies),  cmocka_unit_test(takes_files),
	    cmocka_unit_test(reads_queries),
	};
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
