/* And what takes the place of that which a request would wait for: a thousand times longer for a password's
 * hash than for all else, and for pushd's word on how it is. */
#include "tests/support/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/password.h"
#include "fcgi-app/handlers/probe.h"

static const enum role roles[TOLD_ROLES] = {ROLE_ADMIN, ROLE_TEACHER, ROLE_STUDENT, ROLE_SERVICE};

enum err password_hash(const char *password, char hash[PASSWORD_HASH_TEXT])
{
	snprintf(hash, PASSWORD_HASH_TEXT, "%zu", strlen(password));
	return OK;
}

bool password_matches(const char *hash, const char *password)
{
	return hash && *password;
}

bool probe_http(const char *listen UNUSED, const char *path UNUSED, int timeout_ms UNUSED)
{
	return true;
}

bool told_tokens(struct arena *arena, const struct token_keys *keys, const char *ret[TOLD_ROLES])
{
	for (size_t i = 0; i < TOLD_ROLES; i++) {
		const struct actor actor = {.user_id = {.b = {(uint8_t)(i + 1)}}, .role = roles[i]};

		if (token_issue(keys, arena, &actor, 86400, &ret[i]) != OK)
			return false;
	}
	return true;
}

static size_t read_body(void *stream, char *into, size_t len)
{
	struct told *told = stream;
	size_t part = len < told->body_len ? len : told->body_len;

	if (part)
		memcpy(into, told->body, part);
	told->body += part;
	told->body_len -= part;
	return part;
}

/* Cuts the next piece off the text, without its NULs: what a C string could hold of it. */
static char *cut(struct arena *arena, const char **at, const char *end, char stop)
{
	const char *found = *at < end ? memchr(*at, stop, (size_t)(end - *at)) : NULL;
	const char *to = found ? found : end;
	char *text = arena_alloc(arena, (size_t)(to - *at) + 1), *into = text;

	if (!text)
		abort();
	for (const char *c = *at; c < to; c++)
		if (*c)
			*into++ = *c;
	*at = found ? found + 1 : end;
	return text;
}

static int add_line(struct arena *arena, struct told *told, int count, const char *const tokens[TOLD_ROLES],
		    const char *line)
{
	const char *at = line, *end = line + strlen(line);
	const char *who = cut(arena, &at, end, ' '), *method = cut(arena, &at, end, ' ');

	told->variables[count++] = arena_printf(arena, "REQUEST_METHOD=%s", method);
	told->variables[count++] = arena_printf(arena, "REQUEST_URI=%s", at);
	for (size_t i = 0; i < TOLD_ROLES; i++)
		if (strcmp(who, role_name(roles[i])) == 0)
			told->variables[count++] =
			    arena_printf(arena, "HTTP_AUTHORIZATION=Bearer %s", tokens[i]);
	return count;
}

void told_request(struct arena *arena, const char *const tokens[TOLD_ROLES], const char *text, size_t len,
		  struct told *ret)
{
	const char *at = text, *end = text + len, *line = cut(arena, &at, end, '\n');
	char *variable;
	int count = 0;

	*ret = (struct told){.body = NULL};
	while (count < TOLD_VARIABLES - 7 && *(variable = cut(arena, &at, end, '\n')))
		ret->variables[count++] = variable;
	count = add_line(arena, ret, count, tokens, line);
	ret->body = at;
	ret->body_len = (size_t)(end - at);
	ret->variables[count++] = arena_printf(arena, "CONTENT_LENGTH=%zu", ret->body_len);
	ret->variables[count++] = arena_strdup(arena, "CONTENT_TYPE=application/json");
	ret->variables[count] = arena_strdup(arena, "HTTP_X_REQUEST_ID=told");
	ret->exchange = (struct exchange){.variables = ret->variables, .read = read_body, .stream = ret};
}
