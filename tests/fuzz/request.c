/* A whole REST request (as tests/support/request.h tells one): line, headers and body, through every check,
 * its handler's table of fields and its domain function, to a database that judges the parameters as
 * PostgreSQL would (tests/support/database.c) and always answers. The answer is whole and well-formed, and
 * never a 5xx. */
#include "tests/fuzz/fuzz.h"

#include "fcgi-app/dispatch.h"
#include "pushd/dialect/json_syntax.h"
#include "tests/support/request.h"

static struct service service;
static struct arena *kept;
static const char *tokens[TOLD_ROLES];

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
	MUST(told_tokens(kept, keys, tokens));
	return 0;
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
	struct request request;
	struct outcome outcome;
	struct told told;

	told_request(arena, tokens, (const char *)data, size, &told);
	MUST(request_init(&request, arena, &told.exchange) == OK);
	dispatch(&service, &request, &outcome);
	check_outcome(arena, &request, &outcome);
	arena_free(arena);
	return 0;
}
