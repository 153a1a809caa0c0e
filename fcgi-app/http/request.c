#include "fcgi-app/http/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/id.h"
#include "wire/json.h"

const char *request_variable(const struct request *request, const char *name)
{
	const size_t len = strlen(name);
	for (char *const *at = request->exchange->variables; *at; at++)
		if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
			return *at + len + 1;
	return NULL;
}

static bool sane_id(const char *id)
{
	const size_t len = id ? strlen(id) : 0;
	return len > 0 && len < REQUEST_ID_TEXT &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static void take_id(struct request *request)
{
	const char *given = request_variable(request, "HTTP_X_REQUEST_ID");
	if (sane_id(given)) {
		memcpy(request->id, given, strlen(given) + 1);
	} else {
		const struct id made = id_make();
		id_format(&made, request->id);
	}
}

/* A proxy may pass the absolute form on: "http://host/path" is "/path". */
static const char *skip_authority(const char *uri)
{
	if (*uri == '/')
		return uri;
	const char *host = strstr(uri, "://");
	return host ? host + 3 + strcspn(host + 3, "/?") : uri;
}

/* REQUEST_URI is what the client sent, whichever server passes it on. Without one the path is in two parts,
 * and which of them has how much depends on how the program is mounted. They are decoded already. */
static const char *take_path(const struct request *request)
{
	const char *uri = request_variable(request, "REQUEST_URI");
	if (uri) {
		uri = skip_authority(uri);
		return arena_strndup(request->arena, uri, strcspn(uri, "?#"));
	}
	const char *script = request_variable(request, "SCRIPT_NAME");
	const char *info = request_variable(request, "PATH_INFO");
	return arena_printf(request->arena, "%s%s", script ? script : "", info ? info : "");
}

static const char *take_query(const struct request *request)
{
	const char *query = request_variable(request, "QUERY_STRING");
	if (query && *query)
		return query;
	const char *uri = request_variable(request, "REQUEST_URI");
	const char *mark = uri ? strchr(uri, '?') : NULL;
	return mark ? mark + 1 : "";
}

/* A POST without a length reaches lighttpd's error handler as a GET: deploy/lighttpd/no-length.lua. */
static enum method take_method(const struct request *request)
{
	const enum method method = method_parse(request_variable(request, "REQUEST_METHOD"));
	const char *refusal = request_variable(request, "REDIRECT_STATUS");
	return method == METHOD_GET && refusal && strcmp(refusal, "411") == 0 ? METHOD_POST : method;
}

enum err request_init(struct request *request, struct arena *arena, const struct exchange *exchange)
{
	*request = (struct request){.arena = arena, .exchange = exchange};
	take_id(request);
	request->method = take_method(request);
	request->query = take_query(request);
	request->path = route_strip_prefix(take_path(request));
	return arena_failed(arena) ? ERR_MEMORY : OK;
}

const char *request_token(const struct request *request)
{
	static const char scheme[] = "Bearer ";
	const char *value = request_variable(request, "HTTP_AUTHORIZATION");
	if (!value) /* Apache's name for it behind a rewrite */
		value = request_variable(request, "REDIRECT_HTTP_AUTHORIZATION");
	if (!value || strncasecmp(value, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	value += sizeof(scheme) - 1;
	return value + strspn(value, " ");
}

static const char *const JSON_TYPES[] = {"application/json", NULL};

/* What browsers and programs say of the files that are brought here; what is in one, its reader finds out. */
static const char *const FILE_TYPES[] = {"application/octet-stream",
					 "application/x-zip-compressed",
					 "application/xml",
					 "application/zip",
					 "text/csv",
					 "text/plain",
					 "text/xml",
					 NULL};

static bool is_type(const char *type, const char *wanted)
{
	const size_t len = strlen(wanted);
	if (strncasecmp(type, wanted, len) != 0)
		return false;
	const char *rest = type + len;
	rest += strspn(rest, " \t");
	return *rest == '\0' || *rest == ';';
}

static bool is_among(const char *type, const char *const *types)
{
	while (*types && !(type && is_type(type, *types)))
		types++;
	return *types != NULL;
}

/* False: what it says isn't a length. */
static bool take_length(const char *text, unsigned long long *ret)
{
	const size_t digits = text ? strspn(text, "0123456789") : 0;
	*ret = digits ? strtoull(text, NULL, 10) : 0;
	return !text || text[digits] == '\0';
}

static enum err read_body(const struct request *request, size_t limit, const char *const *types,
			  const char **ret, size_t *ret_len)
{
	unsigned long long len;
	if (!take_length(request_variable(request, "CONTENT_LENGTH"), &len))
		return ERR_INVALID_JSON;
	if (len > limit)
		return ERR_PAYLOAD_TOO_LARGE;
	if (len > 0 && !is_among(request_variable(request, "CONTENT_TYPE"), types))
		return ERR_UNSUPPORTED_MEDIA_TYPE;
	char *body = arena_alloc(request->arena, (size_t)len + 1);
	if (!body)
		return ERR_MEMORY;
	const size_t got = len ? request->exchange->read(request->exchange->stream, body, (size_t)len) : 0;
	if (got < len) /* the client left */
		return ERR_INVALID_JSON;
	*ret = body;
	*ret_len = got;
	return OK;
}

enum err request_body(const struct request *request, size_t limit, const char **ret, size_t *ret_len)
{
	return read_body(request, limit, JSON_TYPES, ret, ret_len);
}

enum err request_file(const struct request *request, size_t limit, const char **ret, size_t *ret_len)
{
	return read_body(request, limit, FILE_TYPES, ret, ret_len);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *percent_decode(struct arena *arena, const char *text, size_t len, bool plus)
{
	char *out = arena_alloc(arena, len + 1);
	size_t used = 0;
	for (size_t i = 0; out && i < len; i++) {
		char c = text[i];
		if (c == '%') {
			const int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
			if (low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return NULL;
		out[used++] = c;
	}
	return out && utf8_valid(out, used) ? out : NULL;
}

/* One "name=value" of the query: whether its name is this one. Names are compared decoded. */
static bool pair_is(struct arena *arena, const char *pair, size_t len, const char *name)
{
	const char *decoded = percent_decode(arena, pair, len, true);
	return decoded && strcmp(decoded, name) == 0;
}

const char *request_query(const struct request *request, const char *name, bool *ret_bad)
{
	bool bad = false;
	const char *value = NULL;
	for (const char *at = request->query; *at && !value && !bad; at += *at == '&') {
		const size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");
		if (pair_is(request->arena, at, name_len, name) && name_len < len) {
			value = percent_decode(request->arena, at + name_len + 1, len - name_len - 1, true);
			bad = !value;
		}
		at += len;
	}
	if (ret_bad)
		*ret_bad = bad;
	return value && *value ? value : NULL;
}
