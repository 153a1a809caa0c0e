#include "fcgi-app/openapi.h"

#include <stdbool.h>
#include <string.h>

#include "core/version.h"
#include "fcgi-app/http/route.h"
#include "wire/json.h"

struct operation {
	const char *tag;
	const char *summary;
	const char *body;
	const char *query;
	int status;
	const char *answer;
};

/* By route, so that a row of either table without the other doesn't compile or leaves a hole that a test
 * finds. */
static const struct operation OPERATIONS[ROUTE_COUNT] = {
#define OPERATION(name, tag, summary, body, query, status, answer)                                           \
	[ROUTE_##name] = {(tag), (summary), (body), (query), (status), (answer)},
#include "fcgi-app/openapi.def"
#undef OPERATION
};

struct schema {
	const char *name;
	const char *text;
};

static const struct schema SCHEMAS[] = {
#define SCHEMA(name, ...) {#name, #__VA_ARGS__},
#include "fcgi-app/schemas.def"
#undef SCHEMA
};

/* Query parameters by the name that openapi.def uses; where two routes mean different things by one name, it
 * has a suffix. */
static const struct {
	const char *key, *name, *schema;
} PARAMETERS[] = {
    {"limit", "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"},
    {"cursor", "cursor", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"cursor_number", "cursor", "{\"type\":\"integer\"}"},
    {"role", "role", "{\"$ref\":\"#/components/schemas/Role\"}"},
    {"q", "q", "{\"type\":\"string\",\"maxLength\":254}"},
    {"status_class", "status", "{\"enum\":[\"ACTIVE\",\"ARCHIVED\"]}"},
    {"status_session", "status", "{\"$ref\":\"#/components/schemas/SessionStatus\"}"},
    {"class_id", "class_id", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"teacher_id", "teacher_id", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"student_id", "student_id", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"since", "since", "{\"type\":\"integer\",\"minimum\":0}"},
    {"since_moment", "since",
     "{\"type\":[\"integer\",\"string\"],\"description\":\"an event_id or a time\"}"},
    {"type", "type", "{\"type\":\"string\"}"},
    {"unread", "unread", "{\"type\":\"boolean\",\"default\":false}"},
};

static void add_parameter(struct buf *out, bool *any, const char *name, size_t len, const char *in,
			  const char *schema)
{
	buf_adds(out, *any ? "," : "");
	*any = true;
	buf_adds(out, "{\"name\":");
	json_add_stringn(out, name, len);
	buf_printf(out, ",\"in\":\"%s\",\"required\":%s,\"schema\":%s}", in,
		   strcmp(in, "path") == 0 ? "true" : "false", schema);
}

static void add_path_parameters(struct buf *out, bool *any, const char *pattern)
{
	for (const char *at = strchr(pattern, '{'); at; at = strchr(at, '{')) {
		at++;
		add_parameter(out, any, at, strcspn(at, "}"), "path",
			      "{\"type\":\"string\",\"format\":\"uuid\"}");
	}
}

static void add_query_parameters(struct buf *out, bool *any, const char *query)
{
	for (const char *at = query; *at; at += strspn(at, " ")) {
		const size_t len = strcspn(at, " ");
		for (size_t i = 0; i < ARRAY_LEN(PARAMETERS); i++)
			if (strncmp(PARAMETERS[i].key, at, len) == 0 && PARAMETERS[i].key[len] == '\0')
				add_parameter(out, any, PARAMETERS[i].name, strlen(PARAMETERS[i].name),
					      "query", PARAMETERS[i].schema);
		at += len;
	}
}

static void add_page(struct buf *out, const char *item)
{
	buf_printf(out,
		   "{\"type\":\"object\",\"required\":[\"items\",\"next_cursor\"],\"properties\":{\"items\":{"
		   "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}},"
		   "\"next_cursor\":{\"type\":[\"string\",\"null\"]}}}",
		   item);
}

static void add_content(struct buf *out, const char *what)
{
	if (strcmp(what, "text/csv") == 0) {
		buf_adds(out, ",\"content\":{\"text/csv\":{\"schema\":{\"type\":\"string\"}}}");
		return;
	}
	buf_adds(out, ",\"content\":{\"application/json\":{\"schema\":");
	if (strncmp(what, "[]", 2) == 0)
		add_page(out, what + 2);
	else
		buf_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", what);
	buf_adds(out, "}}");
}

static void add_responses(struct buf *out, const struct operation *operation)
{
	buf_printf(out, ",\"responses\":{\"%d\":{\"description\":\"done\"", operation->status);
	if (*operation->answer)
		add_content(out, operation->answer);
	buf_adds(out, "},\"4XX\":{\"$ref\":\"#/components/responses/Problem\"},"
		      "\"5XX\":{\"$ref\":\"#/components/responses/Problem\"}}");
}

static void add_roles(struct buf *out, int roles)
{
	static const enum role all[] = {ROLE_ADMIN, ROLE_TEACHER, ROLE_STUDENT, ROLE_SERVICE};
	bool any = false;
	buf_adds(out, ",\"x-roles\":[");
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (roles & all[i]) {
			buf_printf(out, "%s\"%s\"", any ? "," : "", role_name(all[i]));
			any = true;
		}
	buf_addc(out, ']');
}

static void add_operation(struct buf *out, const struct route *route, const struct operation *operation)
{
	static const char *const keys[] = {
	    [METHOD_GET] = "get",     [METHOD_POST] = "post",	  [METHOD_PUT] = "put",
	    [METHOD_PATCH] = "patch", [METHOD_DELETE] = "delete",
	};
	bool any = false;
	buf_printf(out, "\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],\"summary\":", keys[route->method],
		   route->name, operation->tag);
	json_add_string(out, operation->summary);
	buf_adds(out, ",\"parameters\":[");
	add_path_parameters(out, &any, route->pattern);
	add_query_parameters(out, &any, operation->query);
	buf_adds(out, "]");
	if (*operation->body) {
		buf_adds(out, ",\"requestBody\":{\"required\":true");
		add_content(out, operation->body);
		buf_addc(out, '}');
	}
	if (route->roles == PUBLIC)
		buf_adds(out, ",\"security\":[]");
	else
		add_roles(out, route->roles);
	add_responses(out, operation);
	buf_addc(out, '}');
}

static bool first_of_path(const struct route *route)
{
	for (const struct route *at = ROUTES; at < route; at++)
		if (strcmp(at->pattern, route->pattern) == 0)
			return false;
	return true;
}

static void add_path(struct buf *out, const struct route *first)
{
	json_add_string(out, first->pattern);
	buf_addc(out, ':');
	for (int i = 0; i < ROUTE_COUNT; i++) {
		if (strcmp(ROUTES[i].pattern, first->pattern) != 0)
			continue;
		buf_addc(out, &ROUTES[i] == first ? '{' : ',');
		add_operation(out, &ROUTES[i], &OPERATIONS[i]);
	}
	buf_addc(out, '}');
}

void openapi_write(struct buf *out)
{
	buf_adds(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Invigil\",\"version\":\"" INVIGIL_VERSION
		      "\",\"description\":\"Live test sessions: REST. The alias /api serves the same.\"},"
		      "\"servers\":[{\"url\":\"/api/v1\"}],\"security\":[{\"bearer\":[]}],\"paths\":{");
	for (int i = 0; i < ROUTE_COUNT; i++) {
		if (!first_of_path(&ROUTES[i]))
			continue;
		buf_adds(out, i ? "," : "");
		add_path(out, &ROUTES[i]);
	}
	buf_adds(
	    out,
	    "},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
	    "\"bearerFormat\":\"JWT\"}},\"responses\":{\"Problem\":{\"description\":\"why not\",\"content\":{"
	    "\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
	    "\"schemas\":{");
	for (size_t i = 0; i < ARRAY_LEN(SCHEMAS); i++)
		buf_printf(out, "%s\"%s\":%s", i ? "," : "", SCHEMAS[i].name, SCHEMAS[i].text);
	buf_adds(out, "}}}");
}
