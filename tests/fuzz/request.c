/* A whole REST request: line, headers and body, through every check, its handler's table of fields and its
 * domain function, to a database that judges the parameters as PostgreSQL would (tests/support/database.c)
 * and always answers. The answer is whole and well-formed, and never a 5xx.
 *
 * The input: `WHO METHOD URI`, then CGI variables (`HTTP_ORIGIN=…`), an empty line, the body. WHO is ADMIN,
 * TEACHER, STUDENT or SERVICE, who gets a good token; anybody else has none. */
#include "tests/fuzz/fuzz.h"

#include "auth/password.h"
#include "fcgi-app/dispatch.h"
#include "fcgi-app/handlers/probe.h"
#include "pushd/dialect/json_syntax.h"

#define VARIABLES_MAX 32

static struct service service;
static struct arena *kept;
static const char *tokens[4];
static const enum role roles[] = {ROLE_ADMIN, ROLE_TEACHER, ROLE_STUDENT, ROLE_SERVICE};

/* Hashing takes a thousand times what all the rest takes. */
enum err password_hash(const char *password, char hash[PASSWORD_HASH_TEXT])
{
	snprintf(hash, PASSWORD_HASH_TEXT, "%zu", strlen(password));
	return OK;
}

bool password_matches(const char *hash, const char *password)
{
	return hash && *password;
}

/* pushd is not asked how it is. */
bool probe_http(const char *listen UNUSED, const char *path UNUSED, int timeout_ms UNUSED)
{
	return true;
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	struct config *config;
	struct token_keys *keys;
	char problem[160];

	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_ALLOWED_ORIGINS", "https://school.example", 1);
	MUST(config_load(NULL, CONFIG_APP, stderr, &config) == OK);
	MUST(token_keys_new(config, problem, &keys) == OK);
	service = (struct service){.config = config, .keys = keys, .db = db_new("", "", 0)};
	kept = arena_new(0);
	MUST(service.db && kept);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const struct actor actor = {.user_id = {.b = {(uint8_t)(i + 1)}}, .role = roles[i]};

		MUST(token_issue(keys, kept, &actor, 86400, &tokens[i]) == OK);
	}
	return 0;
}

static size_t read_body(void *stream, char *into, size_t len)
{
	struct rest *rest = stream;
	size_t part = len < rest->size ? len : rest->size;

	if (part)
		memcpy(into, rest->data, part);
	rest->data += part;
	rest->size -= part;
	return part;
}

/* The variables that the input gives, then those that a web server adds where they are missing. */
static void take_variables(struct rest *rest, struct arena *arena, char *variables[VARIABLES_MAX])
{
	struct rest line = {0};
	char *first = take_text(rest, arena, '\n'), *who, *method, *uri, *variable;
	int count = 0;

	line = (struct rest){(const uint8_t *)first, strlen(first)};
	who = take_text(&line, arena, ' ');
	method = take_text(&line, arena, ' ');
	uri = take_text(&line, arena, '\n');
	while (count < VARIABLES_MAX - 6 && *(variable = take_text(rest, arena, '\n')))
		variables[count++] = variable;
	variables[count++] = arena_printf(arena, "REQUEST_METHOD=%s", method);
	variables[count++] = arena_printf(arena, "REQUEST_URI=%s", uri);
	variables[count++] = arena_printf(arena, "CONTENT_LENGTH=%zu", rest->size);
	variables[count++] = arena_strdup(arena, "CONTENT_TYPE=application/json");
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(who, role_name(roles[i])) == 0)
			variables[count++] = arena_printf(arena, "HTTP_AUTHORIZATION=Bearer %s", tokens[i]);
	variables[count] = NULL;
}

/* Lines `Name: value`, then an empty one; returns what is behind it. */
static const char *check_head(const char *at)
{
	MUST(strncmp(at, "Status: ", 8) == 0);
	while (strncmp(at, "\r\n", 2) != 0) {
		const char *end = strstr(at, "\r\n"), *colon = strchr(at, ':');

		MUST(end && colon && colon < end && colon[1] == ' ');
		for (const char *c = at; c < end; c++)
			MUST((unsigned char)*c >= ' ' && *c != 0x7f);
		for (const char *c = at; c < colon; c++)
			MUST(strchr("-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", *c));
		at = end + 2;
	}
	return at + 2;
}

static void check_problem(struct arena *arena, const struct outcome *outcome)
{
	const struct response *response = &outcome->response;
	json_value *doc, *errors;
	int64_t status;

	MUST(response->status == err_status(outcome->err));
	MUST(strcmp(response->content_type, "application/problem+json") == 0);
	MUST(json_parse_object(arena, response->body, response->body_len, &doc) == OK);
	MUST(strcmp(json_text(json_member(doc, "code")), err_code(outcome->err)) == 0);
	MUST(json_whole(json_member(doc, "status"), &status) && status == response->status);
	errors = json_member(doc, "errors");
	MUST(!errors || response->status == 422);
	MUST(outcome->err != ERR_VALIDATION || json_count(errors) > 0);
}

static void check_outcome(struct arena *arena, const struct request *request, const struct outcome *outcome)
{
	const struct response *response = &outcome->response;
	const char *body;
	struct buf out;

	MUST(response->status >= 200 && response->status < 500);
	if (outcome->err)
		check_problem(arena, outcome);
	else if (response->content_type && strncmp(response->content_type, "application/json", 16) == 0)
		MUST(json_syntax(response->body, response->body_len));
	buf_init(&out, arena);
	MUST(response_write(response, request, &out));
	body = check_head(out.data);
	if (request->method == METHOD_HEAD || response->status == 204 || response->status == 304)
		MUST(!*body);
	else
		MUST((size_t)(out.data + out.len - body) == response->body_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	char *variables[VARIABLES_MAX];
	struct exchange exchange = {.variables = variables, .read = read_body, .stream = &rest};
	struct request request;
	struct outcome outcome;

	take_variables(&rest, arena, variables);
	MUST(request_init(&request, arena, &exchange) == OK);
	dispatch(&service, &request, &outcome);
	check_outcome(arena, &request, &outcome);
	arena_free(arena);
	return 0;
}
