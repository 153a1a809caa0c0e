/* The handlers: one per row of routes.def, each three steps: read the body through a table, call one domain
 * function, reply. They know HTTP's statuses and no SQL.
 *
 * A handler returns why not, and replies only when it returns OK: the one place that makes errors into
 * replies is the caller. All it allocates is the arena's. */
#ifndef INVIGIL_APP_HANDLERS_HANDLER_H
#define INVIGIL_APP_HANDLERS_HANDLER_H

#include "core/address.h"
#include "domain/domain.h"
#include "fcgi-app/http/request.h"
#include "fcgi-app/http/response.h"
#include "fcgi-app/http/route.h"

struct tally;

struct call {
	const struct route *route; /* NULL while none is found */
	const char *pattern;	   /* the route's path; NULL: the path isn't there */
	const struct request *request;
	struct response *response;
	struct domain *domain;
	struct actor actor;		  /* on whose behalf; nobody on public routes */
	char address[ADDRESS_TEXT];	  /* the client's */
	struct id id;			  /* the path's first {…}; nil without one */
	const char *params[ROUTE_PARAMS]; /* the path's {…} as text */
	const json_value *body;		  /* an object; NULL on routes without one */
	const char *file;		  /* the bytes of a route with a file; else NULL */
	size_t file_len;
	bool checked;		   /* the account has been asked for */
	const struct tally *tally; /* NULL: nothing is counted */
};

#define ROUTE(method, pattern, roles, body, thing, flags, name)                                              \
	MUST_CHECK enum err handle_##name(struct call *call);
#include "fcgi-app/routes.def"
#undef ROUTE

/* Asks once that the account is still good; a HOT route's statement does so itself, so only what fails before
 * it has to ask. OK on public routes. */
MUST_CHECK enum err call_account(struct call *call);
/* What a call whose fields are wrong (domain->problems) is answered: 401, 404 and 403 come before 422. */
MUST_CHECK enum err call_refuse(struct call *call);
/* The 404 of a thing that isn't there. */
enum err thing_missing(enum thing thing);

/* Reads the body by the table; else the error to return. */
MUST_CHECK enum err call_read(struct call *call, const struct field *fields, void *into);
/* Query parameters. What is wrong becomes a problem; an empty one is as good as none. `call_query_done` then
 * is OK or the error to return. */
void call_page(struct call *call, struct page *ret);	       /* limit, and a cursor that is an id */
void call_page_by_number(struct call *call, struct page *ret); /* … that is a number */
const char *call_query_text(struct call *call, const char *name, size_t most);
const char *call_query_choice(struct call *call, const char *name, const char *const *choices);
bool call_query_flag(struct call *call, const char *name); /* "true" or "false", which it is without */
struct id call_query_id(struct call *call, const char *name);
int64_t call_query_number(struct call *call, const char *name, int64_t dflt, int64_t least, int64_t most);
MUST_CHECK enum err call_query_done(struct call *call);

/* The reply: `status` and the document when err is OK; returns err. */
MUST_CHECK enum err call_reply(struct call *call, enum err err, int status, const struct doc *doc);
/* 204 when err is OK; returns err. */
MUST_CHECK enum err call_reply_empty(struct call *call, enum err err);

#endif
