#include "fcgi-app/handlers/handler.h"

#include <stdlib.h>
#include <string.h>

#include "domain/account.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MOST    200

enum err call_account(struct call *call)
{
	if (call->checked)
		return OK;
	const enum err err = account_check(call->domain, &call->actor);
	call->checked = err == OK;
	return err;
}

enum err call_refuse(struct call *call)
{
	enum err err = call_account(call);
	if (err == OK && call->route->thing != THING_NONE)
		err = domain_guard(call->domain, &call->actor, call->route->thing, &call->id);
	if (err)
		return err;
	return arena_failed(call->domain->arena) ? ERR_MEMORY : ERR_VALIDATION;
}

enum err thing_missing(enum thing thing)
{
	static const enum err errs[] = {
	    [THING_NONE] = ERR_NOT_FOUND,
	    [THING_USER] = ERR_USER_NOT_FOUND,
	    [THING_TEST_READ] = ERR_TEST_NOT_FOUND,
	    [THING_TEST_WRITE] = ERR_TEST_NOT_FOUND,
	    [THING_CLASS_READ] = ERR_CLASS_NOT_FOUND,
	    [THING_CLASS_WRITE] = ERR_CLASS_NOT_FOUND,
	    [THING_SESSION_READ] = ERR_SESSION_NOT_FOUND,
	    [THING_SESSION_MANAGE] = ERR_SESSION_NOT_FOUND,
	    [THING_SESSION_TRANSCRIBE] = ERR_SESSION_NOT_FOUND,
	    [THING_ATTEMPT_READ] = ERR_ATTEMPT_NOT_FOUND,
	    [THING_ATTEMPT_WRITE] = ERR_ATTEMPT_NOT_FOUND,
	};
	return errs[thing];
}

enum err call_read(struct call *call, const struct field *fields, void *into)
{
	return json_read(call->body, fields, into, &call->domain->problems, "") ? OK : call_refuse(call);
}

/* The parameter, or NULL; one that can't be decoded is a problem. */
static const char *query(struct call *call, const char *name)
{
	bool bad = false;
	const char *value = request_query(call->request, name, &bad);
	if (bad)
		problem_add(&call->domain->problems, name, "must be percent-encoded UTF-8 text");
	return value;
}

/* Digits only, so that what is passed on as text is a number to everybody. */
static bool is_number(const char *text, int64_t least, int64_t most, int64_t *ret)
{
	const size_t len = strlen(text);
	if (len > 18 || strspn(text, "0123456789") != len)
		return false;
	const int64_t number = strtoll(text, NULL, 10);
	if (number < least || number > most)
		return false;
	*ret = number;
	return true;
}

int64_t call_query_number(struct call *call, const char *name, int64_t dflt, int64_t least, int64_t most)
{
	const char *text = query(call, name);
	int64_t number = dflt;
	if (text && !is_number(text, least, most, &number))
		problem_add(&call->domain->problems, name, "must be a whole number from %lld to %lld",
			    (long long)least, (long long)most);
	return number;
}

struct id call_query_id(struct call *call, const char *name)
{
	const char *text = query(call, name);
	struct id id = ID_NIL;
	if (text && !id_parse(text, &id))
		problem_add(&call->domain->problems, name, "must be a UUID");
	return id;
}

const char *call_query_text(struct call *call, const char *name, size_t most)
{
	const char *text = query(call, name);
	if (text && utf8_length(text) > most)
		problem_add(&call->domain->problems, name, "must be at most %zu characters long", most);
	return text;
}

const char *call_query_choice(struct call *call, const char *name, const char *const *choices)
{
	const char *text = query(call, name);
	if (!text)
		return NULL;
	for (; *choices; choices++)
		if (strcmp(*choices, text) == 0)
			return *choices;
	problem_add(&call->domain->problems, name, "is not one of the values that it can have");
	return NULL;
}

bool call_query_flag(struct call *call, const char *name)
{
	static const char *const values[] = {"true", "false", NULL};
	const char *value = call_query_choice(call, name, values);
	return value && strcmp(value, "true") == 0;
}

void call_page(struct call *call, struct page *ret)
{
	struct id id;
	ret->limit = call_query_number(call, "limit", LIMIT_DEFAULT, 1, LIMIT_MOST);
	ret->cursor = query(call, "cursor");
	if (ret->cursor && !id_parse(ret->cursor, &id))
		problem_add(&call->domain->problems, "cursor",
			    "must be the next_cursor of an earlier answer");
}

void call_page_by_number(struct call *call, struct page *ret)
{
	int64_t number;
	ret->limit = call_query_number(call, "limit", LIMIT_DEFAULT, 1, LIMIT_MOST);
	ret->cursor = query(call, "cursor");
	if (ret->cursor && !is_number(ret->cursor, 0, INT64_MAX, &number))
		problem_add(&call->domain->problems, "cursor",
			    "must be the next_cursor of an earlier answer");
}

enum err call_query_done(struct call *call)
{
	/* a parameter that couldn't be read isn't one that wasn't there */
	if (arena_failed(call->domain->arena))
		return ERR_MEMORY;
	return call->domain->problems.count ? call_refuse(call) : OK;
}

enum err call_reply(struct call *call, enum err err, int status, const struct doc *doc)
{
	if (err == OK)
		response_body(call->response, status, "application/json", doc->text, doc->len);
	return err;
}

enum err call_reply_empty(struct call *call, enum err err)
{
	if (err == OK)
		response_empty(call->response);
	return err;
}
