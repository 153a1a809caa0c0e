/* Paths to rows, what Allow says, and that the table itself is sound. */
#include "fcgi-app/http/route.h"

#include "tests/unit/fcgi-app/fake.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

static void finds_rows(void **state)
{
	static const struct {
		enum method method;
		const char *path;
		const char *name;    /* NULL: no row */
		const char *pattern; /* NULL: no such path */
		const char *params[ROUTE_PARAMS];
	} rows[] = {
	    {METHOD_POST, "/auth/login", "account_login", "/auth/login", {0}},
	    {METHOD_GET, "/auth/login", NULL, "/auth/login", {0}},
	    {METHOD_GET, "/users", "account_list", "/users", {0}},
	    {METHOD_HEAD, "/users", "account_list", "/users", {0}},
	    {METHOD_PATCH, "/users/" ID, "account_update", "/users/{id}", {ID}},
	    {METHOD_GET, "/sessions/my-sessions", "session_list_mine", "/sessions/my-sessions", {0}},
	    {METHOD_PUT, "/sessions/my-sessions", NULL, "/sessions/my-sessions", {0}},
	    {METHOD_POST, "/sessions/join", "session_join_code", "/sessions/join", {0}},
	    {METHOD_GET, "/sessions/" ID, "session_get", "/sessions/{id}", {ID}},
	    {METHOD_POST, "/sessions/" ID "/start", "session_start", "/sessions/{id}/start", {ID}},
	    {METHOD_POST, "/sessions/" ID "/start/", NULL, NULL, {0}},
	    {METHOD_GET, "/sessions/%61%2fb", "session_get", "/sessions/{id}", {"a/b"}},
	    {METHOD_GET, "/sessions/%zz", "session_get", "/sessions/{id}", {""}},
	    {METHOD_GET, "/sessions/%00", "session_get", "/sessions/{id}", {""}},
	    {METHOD_DELETE,
	     "/classes/c/students/s",
	     "class_student_remove",
	     "/classes/{id}/students/{student_id}",
	     {"c", "s"}},
	    {METHOD_GET, "/sessions/", NULL, NULL, {0}},
	    {METHOD_GET, "/sessions//start", NULL, NULL, {0}},
	    {METHOD_GET, "//sessions", NULL, NULL, {0}},
	    {METHOD_GET, "/", NULL, NULL, {0}},
	    {METHOD_GET, "", NULL, NULL, {0}},
	    {METHOD_GET, "/Sessions", NULL, NULL, {0}},
	    {METHOD_GET, "/session", NULL, NULL, {0}},
	    {METHOD_GET, "/nothing/like/this", NULL, NULL, {0}},
	    {METHOD_OTHER, "/sessions", NULL, "/sessions", {0}},
	    {METHOD_GET, NULL, NULL, NULL, {0}},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct route_match match;
		assert_int_equal(route_find(arena, rows[i].method, rows[i].path, &match), OK);
		if (rows[i].name)
			assert_string_equal(match.route->name, rows[i].name);
		else
			assert_null(match.route);
		if (rows[i].pattern)
			assert_string_equal(match.path->pattern, rows[i].pattern);
		else
			assert_null(match.path);
		for (int p = 0; p < ROUTE_PARAMS; p++) {
			if (rows[i].params[p])
				assert_string_equal(match.params[p], rows[i].params[p]);
			else
				assert_null(match.params[p]);
		}
	}
	arena_free(arena);
}

static void allows_what_the_table_has(void **state)
{
	static const struct {
		const char *path;
		const char *allow;
		bool open;
	} rows[] = {
	    {"/auth/login", "POST, OPTIONS", true},
	    {"/health", "GET, HEAD, OPTIONS", true},
	    {"/openapi.json", "GET, HEAD, OPTIONS", true},
	    {"/auth/me", "GET, HEAD, OPTIONS", false},
	    {"/users", "POST, GET, HEAD, OPTIONS", false},
	    {"/sessions/" ID, "GET, HEAD, PUT, DELETE, OPTIONS", false},
	    {"/tests/" ID, "GET, HEAD, PUT, DELETE, OPTIONS", false},
	    {"/attempts/" ID "/submit", "POST, OPTIONS", false},
	    {"/nothing", "OPTIONS", false},
	};
	struct arena *arena = arena_new(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct route_match match;
		assert_int_equal(route_find(arena, METHOD_OTHER, rows[i].path, &match), OK);
		assert_string_equal(route_allow(arena, &match), rows[i].allow);
		assert_int_equal(route_is_public(&match), rows[i].open);
	}
	arena_free(arena);
}

static void knows_both_prefixes(void **state)
{
	static const char *const rows[][2] = {
	    {"/api/v1/sessions", "/sessions"},
	    {"/api/sessions", "/sessions"},
	    {"/api/v1/", "/"},
	    {"/api/v1", "/v1"}, /* under /api, and no route */
	    {"/api", NULL},
	    {"/api/v2/sessions", "/v2/sessions"},
	    {"/apis/sessions", NULL},
	    {"/sessions", NULL},
	    {"/", NULL},
	    {"", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = route_strip_prefix(rows[i][0]);
		if (rows[i][1])
			assert_string_equal(path, rows[i][1]);
		else
			assert_null(path);
	}
	assert_null(route_strip_prefix(NULL));
}

/* What the rest of the program takes for granted of a row. */
static void rows_are_sound(void **state)
{
	(void)state;
	for (int i = 0; i < ROUTE_COUNT; i++) {
		const struct route *row = &ROUTES[i];
		assert_true(row->method == METHOD_GET || row->method == METHOD_POST ||
			    row->method == METHOD_PUT || row->method == METHOD_PATCH ||
			    row->method == METHOD_DELETE);
		if (row->thing != THING_NONE)
			assert_non_null(strchr(row->pattern, '{'));
		if (row->flags & ROUTE_HOT)
			assert_true(row->roles != PUBLIC);
		if (row->method == METHOD_GET || row->method == METHOD_DELETE)
			assert_int_equal(row->body, NO_BODY);
		for (int j = 0; j < i; j++)
			assert_false(ROUTES[j].method == row->method &&
				     strcmp(ROUTES[j].pattern, row->pattern) == 0);
	}
}

static void parses_methods(void **state)
{
	(void)state;
	assert_int_equal(method_parse("GET"), METHOD_GET);
	assert_int_equal(method_parse("PATCH"), METHOD_PATCH);
	assert_int_equal(method_parse("OPTIONS"), METHOD_OPTIONS);
	assert_int_equal(method_parse("get"), METHOD_OTHER);
	assert_int_equal(method_parse("TRACE"), METHOD_OTHER);
	assert_int_equal(method_parse(""), METHOD_OTHER);
	assert_int_equal(method_parse(NULL), METHOD_OTHER);
	assert_int_equal(body_limit(BODY), 1048576);
	assert_int_equal(body_limit(BODY_LARGE), 8388608);
	assert_int_equal(body_limit(BODY_FILE), 8388608);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_rows),	   cmocka_unit_test(allows_what_the_table_has),
	    cmocka_unit_test(knows_both_prefixes), cmocka_unit_test(rows_are_sound),
	    cmocka_unit_test(parses_methods),
	};
	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
