/* A request's line: method, path and query, as CGI variables bring them. Lines of the input: the method, the
 * URI, and then the names and values of a query, in turn. What a route was found by is found again when it is
 * written anew; a query made of names and values gives the first value of each name. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "fcgi-app/http/request.h"
#include "fcgi-app/http/route.h"
#include "pushd/gate.h"

#define PAIRS_MAX 32

static void encode(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_printf(out, "%%%02X", (unsigned char)*text);
}

static void check_decoding(struct arena *arena, const char *text)
{
	const char *decoded = percent_decode(arena, text, strlen(text), true), *again;
	struct buf out;

	if (!decoded)
		return;
	MUST(utf8_valid(decoded, strlen(decoded)) && strlen(decoded) <= strlen(text));
	buf_init(&out, arena);
	buf_adds(&out, "");
	encode(&out, decoded);
	again = percent_decode(arena, out.data, out.len, false);
	MUST(again && strcmp(again, decoded) == 0);
}

/* The route's own path with its parameters in their places. */
static void check_route(struct arena *arena, const struct route_match *match)
{
	struct route_match again;
	struct buf out;
	int param = 0;

	buf_init(&out, arena);
	for (const char *at = match->path->pattern; *at; at++) {
		if (*at != '{') {
			buf_addc(&out, *at);
			continue;
		}
		if (!*match->params[param]) /* it couldn't be decoded */
			return;
		encode(&out, match->params[param++]);
		at = strchr(at, '}');
	}
	MUST(route_find(arena, METHOD_OTHER, out.data, &again) == OK && again.path == match->path);
	for (int i = 0; i < param; i++)
		MUST(strcmp(again.params[i], match->params[i]) == 0);
}

static void check_request(struct arena *arena, const char *method, const char *uri)
{
	char *method_line = arena_printf(arena, "REQUEST_METHOD=%s", method);
	char *uri_line = arena_printf(arena, "REQUEST_URI=%s", uri);
	char *const variables[] = {method_line, uri_line, NULL};
	const struct exchange exchange = {.variables = variables};
	struct request request;
	struct route_match match = {0};

	MUST(request_init(&request, arena, &exchange) == OK);
	MUST(request.method == METHOD_OTHER || strcmp(method_name(request.method), method) == 0);
	(void)request_query(&request, "cursor", NULL);
	MUST(route_find(arena, request.method, request.path, &match) == OK);
	MUST(request.path || !match.path);
	MUST(!match.route || match.route->method == request.method ||
	     (match.route->method == METHOD_GET && request.method == METHOD_HEAD));
	MUST(route_allow(arena, &match));
	(void)route_is_public(&match);
	if (match.path)
		check_route(arena, &match);
}

struct pair {
	const char *name, *value;
};

/* The value that the first pair of this name has; what is no text spoils the first of its name only. */
static const char *first_value(const struct pair *pairs, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(pairs[i].name, name) == 0)
			return pairs[i].value;
	return NULL;
}

static void check_query(struct arena *arena, struct rest *rest)
{
	struct pair pairs[PAIRS_MAX];
	struct request request = {.arena = arena};
	struct buf query;
	int count = 0;

	buf_init(&query, arena);
	buf_adds(&query, "");
	for (; rest->size && count < PAIRS_MAX; count++) {
		pairs[count].name = take_text(rest, arena, '\n');
		pairs[count].value = take_text(rest, arena, '\n');
		buf_adds(&query, count ? "&" : "");
		encode(&query, pairs[count].name);
		buf_addc(&query, '=');
		encode(&query, pairs[count].value);
	}
	request.query = query.data;
	for (int i = 0; i < count; i++) {
		const char *wanted = first_value(pairs, count, pairs[i].name);
		bool bad = false;
		const char *found = request_query(&request, pairs[i].name, &bad);

		if (!utf8_valid(pairs[i].name, strlen(pairs[i].name)))
			MUST(!found && !bad);
		else if (!utf8_valid(wanted, strlen(wanted)))
			MUST(!found && bad);
		else
			MUST(!bad && (*wanted ? found && strcmp(found, wanted) == 0 : !found));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	const char *method = take_text(&rest, arena, '\n'), *uri = take_text(&rest, arena, '\n');

	check_decoding(arena, uri);
	check_request(arena, method, uri);
	check_query(arena, &rest);
	(void)gate_serves(uri);
	arena_free(arena);
	return 0;
}
