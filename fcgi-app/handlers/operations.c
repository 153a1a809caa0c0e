/* What operators and tools ask. */
#include "fcgi-app/handlers/handler.h"

#include "core/version.h"
#include "domain/session.h"
#include "fcgi-app/handlers/probe.h"
#include "fcgi-app/openapi.h"
#include "fcgi-app/tally.h"

#define PUSHD_TIMEOUT_MS 500

/* The system's own stream is there as soon as the schema is. */
static bool database_answers(struct domain *d)
{
	struct head_item system = {.session_id = ID_NIL};
	return session_heads(d, &system, 1) == OK;
}

/* 503 when a part is missing: what a load balancer understands. The body says which. */
enum err handle_health(struct call *call)
{
	static const char *const words[] = {"unreachable", "ok"};
	const bool database = database_answers(call->domain);
	const bool pushd = probe_http(call->domain->config->pushd_listen, "/health/live", PUSHD_TIMEOUT_MS);
	const bool all = database && pushd;
	struct buf body;
	buf_init(&body, call->domain->arena);
	buf_printf(&body,
		   "{\"status\":\"%s\",\"database\":\"%s\",\"pushd\":\"%s\",\"version\":\"" INVIGIL_VERSION
		   "\"}",
		   all ? "ok" : "unavailable", words[database], words[pushd]);
	if (body.failed)
		return ERR_MEMORY;
	if (!all)
		response_header(call->response, "Retry-After", "5");
	response_body(call->response, all ? 200 : 503, "application/json", body.data, body.len);
	return OK;
}

/* The sum of all workers; it is the same whichever answers. */
enum err handle_metrics(struct call *call)
{
	struct buf body;
	buf_init(&body, call->domain->arena);
	tally_print(call->tally, &body);
	if (body.failed)
		return ERR_MEMORY;
	response_body(call->response, 200, EXPOSITION_TYPE, body.data, body.len);
	return OK;
}

enum err handle_openapi(struct call *call)
{
	struct buf body;
	buf_init(&body, call->domain->arena);
	openapi_write(&body);
	if (body.failed)
		return ERR_MEMORY;
	call->response->cache_control = "no-cache";
	response_body(call->response, 200, "application/json", body.data, body.len);
	return OK;
}
