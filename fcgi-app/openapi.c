#include "fcgi-app/openapi.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/version.h"
#include "fcgi-app/handlers/handler.h"
#include "fcgi-app/http/route.h"
#include "wire/json.h"

struct operation {
	const char *tag;
	const char *summary;
	const char *body;
	const char *query;
	int status;
	const char *answer;
	const char *others;
};

/* By route, so that a row of either table without the other doesn't compile or leaves a hole that a test
 * finds. */
static const struct operation OPERATIONS[ROUTE_COUNT] = {
#define OPERATION(name, tag, summary, body, query, status, answer, others)                                   \
	[ROUTE_##name] = {(tag), (summary), (body), (query), (status), (answer), (others)},
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
    {"dry_run", "dry_run", "{\"type\":\"boolean\",\"default\":false}"},
    {"format_export", "format", "{\"enum\":[\"qti3\",\"gift\"],\"default\":\"qti3\"}"},
    {"format_import", "format", "{\"enum\":[\"gift\",\"aiken\",\"moodle\",\"qti\"]}"},
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
     "{\"type\":[\"integer\",\"string\"],\"description\":\"an event_id, a message_id or a time\"}"},
    {"title", "title", "{\"type\":\"string\",\"maxLength\":200}"},
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

/* One of these media types, whatever is in it. */
static void add_media(struct buf *out, const char *types)
{
	buf_adds(out, ",\"content\":{");
	for (const char *at = types; *at; at += strspn(at, " ")) {
		const size_t len = strcspn(at, " ");
		buf_adds(out, at == types ? "" : ",");
		json_add_stringn(out, at, len);
		buf_adds(out, ":{\"schema\":{\"type\":\"string\"}}");
		at += len;
	}
	buf_addc(out, '}');
}

static void add_content(struct buf *out, const char *what)
{
	if (strchr(what, '/')) {
		add_media(out, what);
		return;
	}
	buf_adds(out, ",\"content\":{\"application/json\":{\"schema\":");
	if (strncmp(what, "[]", 2) == 0)
		add_page(out, what + 2);
	else
		buf_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", what);
	buf_adds(out, "}}");
}

/* --- refusals: a set of them is a bit for each row of err.def --- */

_Static_assert(ERR_COUNT <= 64, "a set of refusals has 64 bits");

#define BIT(err) (UINT64_C(1) << (err))

/* What the row of the route says, and the tables behind it. */
static uint64_t refusals_of_route(const struct route *route)
{
	uint64_t set = BIT(ERR_RATE_LIMITED) | BIT(ERR_UNAVAILABLE) | BIT(ERR_INTERNAL);
	if (route->roles != PUBLIC)
		set |= BIT(ERR_AUTH_FAILED);
	if (route->roles != PUBLIC && (route->roles != ROLES_ALL || route->thing != THING_NONE))
		set |= BIT(ERR_ACCESS_DENIED);
	if (route->thing != THING_NONE)
		set |= BIT(thing_missing(route->thing));
	if (route->thing == THING_SESSION_MANAGE || route->thing == THING_SESSION_TRANSCRIBE)
		set |= BIT(ERR_NO_PERMISSION_TO_MANAGE_SESSION);
	if (route->body != NO_BODY)
		set |= BIT(ERR_INVALID_JSON) | BIT(ERR_PAYLOAD_TOO_LARGE) | BIT(ERR_UNSUPPORTED_MEDIA_TYPE) |
		       BIT(ERR_VALIDATION);
	return set;
}

static uint64_t refusals_of_status(int status)
{
	uint64_t set = 0;
	for (int err = 0; err < ERR_COUNT; err++)
		if (err_status(err) == status)
			set |= BIT(err);
	return set;
}

static void add_problem(struct buf *out, const char *description, uint64_t set)
{
	bool any = false;
	buf_adds(out, "{\"description\":");
	json_add_string(out, description);
	buf_adds(out, ",\"content\":{\"application/problem+json\":{\"schema\":{\"allOf\":[{\"$ref\":"
		      "\"#/components/schemas/Problem\"},{\"properties\":{\"code\":{\"enum\":[");
	for (int err = 0; err < ERR_COUNT; err++) {
		if (!(set & BIT(err)))
			continue;
		buf_printf(out, "%s\"%s\"", any ? "," : "", err_code(err));
		any = true;
	}
	buf_adds(out, "]}}}]}}}}");
}

/* One by its name among the components, several here. */
static void add_refusals(struct buf *out, int status, uint64_t set)
{
	if (!set)
		return;
	buf_printf(out, ",\"%d\":", status);
	if (!(set & (set - 1)))
		buf_printf(out, "{\"$ref\":\"#/components/responses/%s\"}", err_code(__builtin_ctzll(set)));
	else
		add_problem(out, "the code says which", set);
}

/* "304", or "503:Name". Returns the status. */
static int add_other(struct buf *out, const char *word)
{
	buf_printf(out, ",\"%.3s\":{\"description\":", word);
	if (word[3]) {
		buf_adds(out, word[0] == '2' ? "\"nothing is made\"" : "\"not now\"");
		add_content(out, word + 4);
	} else {
		buf_adds(out, "\"unchanged\"");
	}
	buf_addc(out, '}');
	return (int)strtol(word, NULL, 10);
}

static void add_responses(struct buf *out, const struct route *route, const struct operation *operation)
{
	uint64_t set = refusals_of_route(route) | (*operation->query ? BIT(ERR_VALIDATION) : 0);
	buf_printf(out, ",\"responses\":{\"%d\":{\"description\":\"done\"", operation->status);
	if (*operation->answer)
		add_content(out, operation->answer);
	buf_addc(out, '}');
	for (const char *at = operation->others; *at; at += strspn(at, " ")) {
		char word[64];
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, " "), at);
		if (*word >= '0' && *word <= '9')
			set &= ~refusals_of_status(add_other(out, word));
		else
			set |= BIT(err_from_code(word));
		at += strlen(word);
	}
	for (int status = 400; status < 600; status++)
		add_refusals(out, status, set & refusals_of_status(status));
	buf_addc(out, '}');
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
	add_responses(out, route, operation);
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

/* Rows of err.def that share a code are the first of them. */
static bool has_own_code(int err)
{
	return err != OK && err_from_code(err_code(err)) == (enum err)err;
}

static void add_component_responses(struct buf *out)
{
	for (int err = 0, count = 0; err < ERR_COUNT; err++) {
		if (!has_own_code(err))
			continue;
		buf_printf(out, "%s\"%s\":", count++ ? "," : "", err_code(err));
		add_problem(out, err_sentence(err), BIT(err));
	}
}

static void add_schemas(struct buf *out)
{
	buf_adds(out, "\"Code\":{\"enum\":[");
	for (int err = 0, count = 0; err < ERR_COUNT; err++)
		if (has_own_code(err))
			buf_printf(out, "%s\"%s\"", count++ ? "," : "", err_code(err));
	buf_adds(out, "]}");
	for (size_t i = 0; i < ARRAY_LEN(SCHEMAS); i++)
		buf_printf(out, ",\"%s\":%s", SCHEMAS[i].name, SCHEMAS[i].text);
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
	buf_adds(out,
		 "},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
		 "\"bearerFormat\":\"JWT\"}},\"responses\":{");
	add_component_responses(out);
	buf_adds(out, "},\"schemas\":{");
	add_schemas(out);
	buf_adds(out, "}}}");
}
