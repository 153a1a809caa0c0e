#include "fcgi-app/dispatch.h"

#include "base/clock.h"

/* What the checks look at and find out. */
struct turn {
	const struct service *service;
	struct call *call;
	struct route_match match;
};

static enum err find_route(struct turn *turn)
{
	struct call *call = turn->call;
	const struct request *request = call->request;
	const enum err err = route_find(request->arena, request->method, request->path, &turn->match);
	call->route = turn->match.route;
	call->pattern = turn->match.path ? turn->match.path->pattern : NULL;
	call->checked = err == OK && route_is_public(&turn->match);
	for (int i = 0; i < ROUTE_PARAMS; i++)
		call->params[i] = turn->match.params[i];
	return err;
}

static bool is_public(const struct turn *turn)
{
	return turn->call->checked;
}

static enum err check_token(struct turn *turn)
{
	struct token_claims claims;
	if (is_public(turn))
		return OK;
	const char *token = request_token(turn->call->request);
	if (!token)
		return ERR_AUTH_FAILED;
	const enum err err = turn->service->tokens ? token_cache_verify(turn->service->tokens, token, &claims)
						   : token_verify(turn->service->keys, token, &claims);
	if (err == OK)
		turn->call->actor = claims.actor;
	return err;
}

/* They are worked off at dozens a second. */
static enum err check_room(struct turn *turn)
{
	if (!turn->service->full || !turn->call->route || !(turn->call->route->flags & ROUTE_SLOW))
		return OK;
	turn->call->response->retry_after = "2";
	return ERR_RATE_LIMITED;
}

static enum err check_rate(struct turn *turn)
{
	const struct service *service = turn->service;
	if (is_public(turn) || !service->throttle)
		return OK;
	return throttle_allow(service->throttle, &turn->call->actor.user_id,
			      service->config->requests_per_minute, clock_monotonic())
		   ? OK
		   : ERR_RATE_LIMITED;
}

static bool is_hot(const struct turn *turn)
{
	return turn->call->route && (turn->call->route->flags & ROUTE_HOT);
}

static enum err check_account(struct turn *turn)
{
	return is_hot(turn) ? OK : call_account(turn->call);
}

static enum err check_path(struct turn *turn)
{
	return turn->match.path ? OK : ERR_NOT_FOUND;
}

static enum err check_method(struct turn *turn)
{
	return turn->match.route ? OK : ERR_METHOD_NOT_ALLOWED;
}

static enum err read_body(struct turn *turn)
{
	struct call *call = turn->call;
	const char *text;
	size_t len;
	if (call->route->body == NO_BODY)
		return OK;
	if (call->route->body == BODY_FILE)
		return request_file(call->request, body_limit(BODY_FILE), &call->file, &call->file_len);
	enum err err = request_body(call->request, body_limit(call->route->body), &text, &len);
	json_value *body;
	if (err == OK)
		err = json_parse_object(call->request->arena, text, len, &body);
	if (err == OK)
		call->body = body;
	return err;
}

static enum err check_role(struct turn *turn)
{
	const int roles = turn->call->route->roles;
	return roles == PUBLIC || (roles & turn->call->actor.role) ? OK : ERR_ACCESS_DENIED;
}

static enum err read_id(struct turn *turn)
{
	struct call *call = turn->call;
	if (call->route->thing == THING_NONE || id_parse(call->params[0], &call->id))
		return OK;
	return thing_missing(call->route->thing);
}

static enum err run_handler(struct turn *turn)
{
	return turn->call->route->handler(turn->call);
}

/* In the contract's order: the first that fails is the answer. A HOT request's account is checked by its
 * statement; where `ask` is set, a request that fails before that has its account asked for now, since 401
 * comes before what it failed of. */
static const struct {
	enum err (*run)(struct turn *turn);
	bool ask;
} CHECKS[] = {
    {find_route, false},    {check_token, false}, {check_room, false},	{check_rate, false},
    {check_account, false}, {check_path, true},	  {check_method, true}, {read_body, true},
    {check_role, true},	    {read_id, true},	  {run_handler, false}, /* it asks itself (call_refuse) */
};

static enum err run_checks(struct turn *turn)
{
	for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
		const enum err err = CHECKS[i].run(turn);
		if (err == OK)
			continue;
		const enum err account = CHECKS[i].ask ? call_account(turn->call) : OK;
		return account ? account : err;
	}
	return OK;
}

/* The methods that the path has; without memory, the one that all have. */
static const char *allowed(const struct turn *turn)
{
	const char *allow = route_allow(turn->call->request->arena, &turn->match);
	return allow ? allow : "OPTIONS";
}

/* A preflight bears no token, so it tells nobody which paths there are but by their methods, which are public
 * anyway. */
static enum err answer_options(struct turn *turn)
{
	const enum err err = find_route(turn);
	if (err)
		return err;
	const char *allow = allowed(turn);
	response_header(turn->call->response, "Allow", allow);
	response_cors(turn->call->response, turn->call->request, &turn->service->config->allowed_origins,
		      allow);
	response_empty(turn->call->response);
	return OK;
}

static enum err answer(struct turn *turn)
{
	response_cors(turn->call->response, turn->call->request, &turn->service->config->allowed_origins,
		      NULL);
	const enum err err = run_checks(turn);
	if (err == ERR_METHOD_NOT_ALLOWED)
		response_header(turn->call->response, "Allow", allowed(turn));
	return err;
}

void dispatch(const struct service *service, const struct request *request, struct outcome *ret)
{
	response_init(&ret->response, request->arena);
	domain_init(&ret->domain, service->db, request->arena, service->config, service->keys);
	ret->call = (struct call){
	    .request = request, .response = &ret->response, .domain = &ret->domain, .tally = service->tally};
	address_client(request_variable(request, "REMOTE_ADDR"),
		       request_variable(request, "HTTP_X_FORWARDED_FOR"), &service->config->trusted_proxies,
		       ret->call.address);
	struct turn turn = {.service = service, .call = &ret->call};
	ret->err = request->method == METHOD_OPTIONS ? answer_options(&turn) : answer(&turn);
	if (ret->err)
		response_error(&ret->response, ret->err, &ret->domain.problems);
	/* nothing is certain then: neither what was found out nor that the answer is whole */
	if (arena_failed(request->arena)) {
		ret->err = ERR_MEMORY;
		response_init(&ret->response, request->arena);
		response_error(&ret->response, ret->err, NULL);
	}
}
