/* One request: the checks in the contract's order, the handler, the reply. Knows neither sockets nor
 * processes, so that a test can ask it with a request made in memory. */
#ifndef INVIGIL_APP_DISPATCH_H
#define INVIGIL_APP_DISPATCH_H

#include "auth/token_cache.h"
#include "core/config.h"
#include "db/conn.h"
#include "fcgi-app/handlers/handler.h"
#include "fcgi-app/tally.h"
#include "fcgi-app/throttle.h"

/* What a process has for all its requests. */
struct service {
	const struct config *config;
	const struct token_keys *keys;
	struct token_cache *tokens; /* NULL: every token is verified anew */
	struct db *db;
	struct throttle *throttle; /* NULL: no limit is kept */
	const struct tally *tally; /* NULL: nothing is counted */
	bool full;		   /* there is no room for another ROUTE_SLOW */
};

/* What became of a request: for the log, and for the bus. */
struct outcome {
	struct response response;
	struct domain domain; /* its outbox is to be published */
	struct call call;     /* route NULL: none was found */
	enum err err;
};

/* Fills `ret`, whose response is ready to be written; everything is the request's arena's. */
void dispatch(const struct service *service, const struct request *request, struct outcome *ret);

#endif
