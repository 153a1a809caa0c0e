#include "fcgi-app/http/route.h"

#include <string.h>

#include "base/buf.h"
#include "fcgi-app/handlers/handler.h"
#include "fcgi-app/http/request.h"

const struct route ROUTES[ROUTE_COUNT] = {
#define ROUTE(method_, pattern_, roles_, body_, thing_, flags_, name_)                                       \
	[ROUTE_##name_] = {.method = METHOD_##method_,                                                       \
			   .pattern = (pattern_),                                                            \
			   .roles = (roles_),                                                                \
			   .body = (body_),                                                                  \
			   .thing = (thing_),                                                                \
			   .flags = (flags_),                                                                \
			   .name = #name_,                                                                   \
			   .handler = handle_##name_},
#include "fcgi-app/routes.def"
#undef ROUTE
};

static const char *const METHODS[] = {
    [METHOD_GET] = "GET",     [METHOD_HEAD] = "HEAD",	  [METHOD_POST] = "POST",	[METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS", [METHOD_OTHER] = "",
};

enum method method_parse(const char *name)
{
	for (int m = 0; name && m < METHOD_OTHER; m++)
		if (strcmp(METHODS[m], name) == 0)
			return m;
	return METHOD_OTHER;
}

const char *method_name(enum method method)
{
	return METHODS[method];
}

size_t body_limit(enum body_kind kind)
{
	static const size_t limits[] = {
	    [NO_BODY] = 0, [BODY] = 1 << 20, [BODY_LARGE] = 8 << 20, [BODY_FILE] = 8 << 20};
	return limits[kind];
}

/* The length of the segment that begins at `text`, which is behind a slash. */
static size_t segment(const char *text)
{
	return strcspn(text, "/");
}

/* One segment of each, and both at its end. */
struct step {
	const char *pattern, *path;
	size_t pattern_len, path_len;
};

/* The next pair of segments; false when either is at its end. */
static bool step_next(struct step *step)
{
	step->pattern += step->pattern_len;
	step->path += step->path_len;
	if (*step->pattern != '/' || *step->path != '/')
		return false;
	step->pattern_len = segment(++step->pattern);
	step->path_len = segment(++step->path);
	return true;
}

/* A parameter is kept encoded, as where it begins and how long it is. */
struct span {
	const char *at;
	size_t len;
};

static bool pattern_matches(const char *pattern, const char *path, struct span params[ROUTE_PARAMS])
{
	struct step step = {.pattern = pattern, .path = path};
	int count = 0;
	memset(params, 0, ROUTE_PARAMS * sizeof(*params));
	while (step_next(&step)) {
		if (step.path_len == 0)
			return false;
		if (*step.pattern == '{')
			params[count++] = (struct span){step.path, step.path_len};
		else if (step.path_len != step.pattern_len ||
			 memcmp(step.path, step.pattern, step.path_len) != 0)
			return false;
	}
	return *step.pattern == '\0' && *step.path == '\0';
}

/* Decoding may fail for bytes that can't be in an id: the parameter is then "", which is no id either. */
static enum err take_params(struct arena *arena, const struct span spans[ROUTE_PARAMS],
			    struct route_match *match)
{
	for (int i = 0; i < ROUTE_PARAMS && spans[i].at; i++) {
		const char *text = percent_decode(arena, spans[i].at, spans[i].len, false);
		match->params[i] = text ? text : "";
	}
	return arena_failed(arena) ? ERR_MEMORY : OK;
}

enum err route_find(struct arena *arena, enum method method, const char *path, struct route_match *ret)
{
	struct route_match match = {0};
	struct span spans[ROUTE_PARAMS] = {0};
	const enum method wanted = method == METHOD_HEAD ? METHOD_GET : method;
	for (int i = 0; path && i < ROUTE_COUNT; i++) {
		const struct route *row = &ROUTES[i];
		if (match.path ? strcmp(match.path->pattern, row->pattern) != 0
			       : !pattern_matches(row->pattern, path, spans))
			continue;
		if (!match.path)
			match.path = row;
		if (row->method == wanted)
			match.route = row;
	}
	if (match.path) {
		enum err err = take_params(arena, spans, &match);
		if (err)
			return err;
	}
	*ret = match;
	return OK;
}

static bool same_path(const struct route_match *match, const struct route *row)
{
	return match->path && strcmp(match->path->pattern, row->pattern) == 0;
}

bool route_is_public(const struct route_match *match)
{
	for (int i = 0; i < ROUTE_COUNT; i++)
		if (same_path(match, &ROUTES[i]) && ROUTES[i].roles == PUBLIC)
			return true;
	return false;
}

const char *route_allow(struct arena *arena, const struct route_match *match)
{
	struct buf text;
	buf_init(&text, arena);
	for (int i = 0; i < ROUTE_COUNT; i++) {
		if (!same_path(match, &ROUTES[i]))
			continue;
		buf_adds(&text, METHODS[ROUTES[i].method]);
		buf_adds(&text, ROUTES[i].method == METHOD_GET ? ", HEAD, " : ", ");
	}
	buf_adds(&text, METHODS[METHOD_OPTIONS]);
	return text.failed ? NULL : text.data;
}

const char *route_strip_prefix(const char *path)
{
	static const char *const prefixes[] = {"/api/v1", "/api"};
	for (size_t i = 0; path && i < ARRAY_LEN(prefixes); i++) {
		const size_t len = strlen(prefixes[i]);
		if (strncmp(path, prefixes[i], len) == 0 && path[len] == '/')
			return path + len;
	}
	return NULL;
}

static void print_roles(int roles, FILE *out)
{
	static const enum role all[] = {ROLE_ADMIN, ROLE_TEACHER, ROLE_STUDENT, ROLE_SERVICE};
	char text[64] = "";
	size_t used = 0;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (roles & all[i])
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? "," : "",
						 role_name(all[i]));
	fprintf(out, "  %-30s", roles == PUBLIC ? "anyone" : roles == ROLES_ALL ? "any role" : text);
}

void routes_print(FILE *out)
{
	static const char *const bodies[] = {
	    [NO_BODY] = "-", [BODY] = "JSON", [BODY_LARGE] = "JSON 8 MiB", [BODY_FILE] = "file 8 MiB"};
	for (int i = 0; i < ROUTE_COUNT; i++) {
		const struct route *row = &ROUTES[i];
		fprintf(out, "%-7s /api/v1%-36s", METHODS[row->method], row->pattern);
		print_roles(row->roles, out);
		fprintf(out, " %-11s %s\n", bodies[row->body], row->name);
	}
}
