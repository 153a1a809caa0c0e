#include "fcgi-app/http/response.h"

#include <string.h>
#include <strings.h>

#define RETRY_RATE_LIMITED "60"
#define RETRY_UNAVAILABLE  "5"

/* The reason phrases are for humans (they are also a problem's title), so only those that are used are here.
 */
static const char *reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
	    {200, "OK"},
	    {201, "Created"},
	    {204, "No Content"},
	    {304, "Not Modified"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {409, "Conflict"},
	    {413, "Content Too Large"},
	    {415, "Unsupported Media Type"},
	    {422, "Unprocessable Content"},
	    {429, "Too Many Requests"},
	    {500, "Internal Server Error"},
	    {503, "Service Unavailable"},
	};
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

void response_init(struct response *response, struct arena *arena)
{
	*response = (struct response){.arena = arena, .status = 500, .cache_control = "no-store"};
	buf_init(&response->headers, arena);
}

void response_header(struct response *response, const char *name, const char *value)
{
	struct buf *out = &response->headers;
	buf_adds(out, name);
	buf_adds(out, ": ");
	for (; *value; value++)
		if ((unsigned char)*value >= ' ' && *value != 0x7f)
			buf_addc(out, *value);
	buf_adds(out, "\r\n");
}

void response_body(struct response *response, int status, const char *content_type, const char *body,
		   size_t len)
{
	response->status = status;
	response->content_type = content_type;
	response->body = body;
	response->body_len = len;
}

void response_empty(struct response *response)
{
	response_body(response, 204, NULL, NULL, 0);
}

static void add_problems(struct buf *out, const struct problems *problems)
{
	buf_adds(out, ",\"errors\":[");
	for (const struct problem *at = problems->first; at; at = at->next) {
		buf_adds(out, at == problems->first ? "{\"field\":" : ",{\"field\":");
		json_add_string(out, at->field);
		buf_adds(out, ",\"message\":");
		json_add_string(out, at->message);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_status_headers(struct response *response, int status)
{
	if (status == 401)
		response_header(response, "WWW-Authenticate", "Bearer");
	else if (status == 429)
		response_header(response, "Retry-After",
				response->retry_after ? response->retry_after : RETRY_RATE_LIMITED);
	else if (status == 503)
		response_header(response, "Retry-After", RETRY_UNAVAILABLE);
}

void response_error(struct response *response, enum err err, const struct problems *problems)
{
	const int status = err_status(err);
	struct buf body;
	buf_init(&body, response->arena);
	buf_adds(&body, "{\"type\":\"about:blank\",\"title\":");
	json_add_string(&body, reason(status));
	buf_printf(&body, ",\"status\":%d,\"code\":", status);
	json_add_string(&body, err_code(err));
	buf_adds(&body, ",\"detail\":");
	json_add_string(&body, err_sentence(err));
	if (status == 422 && problems)
		add_problems(&body, problems);
	buf_addc(&body, '}');
	add_status_headers(response, status);
	/* without memory for it the status alone must do */
	response_body(response, status, "application/problem+json", body.failed ? "" : body.data,
		      body.failed ? 0 : body.len);
}

/* Without a list it is the site's own origin that is welcome: the host that was asked. Its scheme is known to
 * the proxy in front at best. */
static bool is_welcome(const struct request *request, const struct config_list *origins, const char *origin)
{
	if (origins->count > 0)
		return config_lists_origin(origins, origin);
	const char *host = request_variable(request, "HTTP_HOST"), *asked = strstr(origin, "://");
	return host && asked && strcasecmp(asked + strlen("://"), host) == 0;
}

void response_cors(struct response *response, const struct request *request,
		   const struct config_list *origins, const char *preflight_allow)
{
	response_header(response, "Vary", "Origin");
	const char *origin = request_variable(request, "HTTP_ORIGIN");
	if (!origin || !is_welcome(request, origins, origin))
		return;
	response_header(response, "Access-Control-Allow-Origin", origin);
	response_header(response, "Access-Control-Expose-Headers", "X-Request-Id, ETag, Retry-After");
	if (!preflight_allow)
		return;
	response_header(response, "Access-Control-Allow-Methods", preflight_allow);
	response_header(response, "Access-Control-Allow-Headers",
			"Authorization, Content-Type, If-None-Match, X-Request-Id");
	response_header(response, "Access-Control-Max-Age", "600");
}

static bool has_body(const struct response *response)
{
	return response->status != 204 && response->status != 304 && response->content_type;
}

bool response_write(const struct response *response, const struct request *request, struct buf *out)
{
	const bool body = has_body(response);
	buf_printf(out, "Status: %d %s\r\n", response->status, reason(response->status));
	if (body)
		buf_printf(out, "Content-Type: %s\r\n", response->content_type);
	/* a HEAD's length is left to the web server: some send it on, some count the body they got */
	if (body && request->method != METHOD_HEAD)
		buf_printf(out, "Content-Length: %zu\r\n", response->body_len);
	buf_printf(out, "Cache-Control: %s\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: %s\r\n",
		   response->cache_control, request->id);
	buf_add(out, response->headers.data, response->headers.len);
	buf_adds(out, "\r\n");
	if (body && request->method != METHOD_HEAD)
		buf_add(out, response->body, response->body_len);
	return !out->failed && !response->headers.failed;
}
