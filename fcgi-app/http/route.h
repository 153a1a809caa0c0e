/* The routes: one row per command in routes.def. A row says who may call it, what body it takes and which
 * thing its {id} is, so that everything up to the handler is decided from the table. Knows no request and
 * runs nothing. */
#ifndef INVIGIL_APP_HTTP_ROUTE_H
#define INVIGIL_APP_HTTP_ROUTE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "domain/domain.h"

struct call;
typedef enum err handler_fn(struct call *call);

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER, /* one that no route has */
};

/* METHOD_OTHER for anything unknown, NULL included: method names are case-sensitive. */
enum method method_parse(const char *name);
const char *method_name(enum method method);

enum body_kind {
	NO_BODY,    /* whatever comes is ignored */
	BODY,	    /* a JSON object of at most 1 MiB */
	BODY_LARGE, /* … 8 MiB */
	BODY_FILE,  /* somebody's file of at most 8 MiB, as it is */
};

/* The largest body of that kind, in bytes. */
size_t body_limit(enum body_kind kind);

#define PUBLIC 0 /* roles: anybody, without a token */

/* Flags. */
#define ROUTE_HOT  1 /* its statement itself checks that the account is still good */
#define ROUTE_SLOW 2 /* it computes for long: a worker does it aside. It publishes nothing */

/* The path's {…}, in order. */
#define ROUTE_PARAMS 2

struct route {
	enum method method;
	const char *pattern; /* "/sessions/{id}/start" */
	int roles;	     /* mask of roles, or PUBLIC */
	enum body_kind body;
	enum thing thing; /* what the first {id} is, and what for */
	int flags;
	const char *name; /* the handler's */
	handler_fn *handler;
};

/* Each route by its handler's name, for tables beside this one. */
enum route_id {
#define ROUTE(method, pattern, roles, body, thing, flags, handler) ROUTE_##handler,
#include "fcgi-app/routes.def"
#undef ROUTE
	ROUTE_COUNT
};

extern const struct route ROUTES[ROUTE_COUNT];

/* What a path leads to. */
struct route_match {
	const struct route *route;	  /* the row of path and method; NULL: none */
	const struct route *path;	  /* the first row of the path; NULL: no such path */
	const char *params[ROUTE_PARAMS]; /* the path's {…}, decoded, the arena's */
};

/* `path` begins behind the prefix. HEAD finds the row of GET. A literal segment wins over a {…}: in the
 * table, its rows come first. */
MUST_CHECK enum err route_find(struct arena *arena, enum method method, const char *path,
			       struct route_match *ret);
/* Whether the path may be asked without a token. */
bool route_is_public(const struct route_match *match);
/* The value of Allow for a path that is there: "GET, HEAD, OPTIONS". */
MUST_CHECK const char *route_allow(struct arena *arena, const struct route_match *match);

/* What is behind /api/v1 or its alias /api: "/sessions/…"; NULL when the path is elsewhere. */
const char *route_strip_prefix(const char *path);

/* The table for a human: method, path, who, body, handler. */
void routes_print(FILE *out);

#endif
