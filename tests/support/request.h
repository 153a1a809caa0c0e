/* Requests as text, for those who make them up: `WHO METHOD URI`, then CGI variables (`HTTP_ORIGIN=…`), an
 * empty line, the body. WHO is ADMIN, TEACHER, STUDENT or SERVICE, who gets a good token; anybody else has
 * none. What a web server adds (length, type) is added where it isn't given. */
#ifndef INVIGIL_TESTS_SUPPORT_REQUEST_H
#define INVIGIL_TESTS_SUPPORT_REQUEST_H

#include "auth/token.h"
#include "fcgi-app/http/request.h"

#define TOLD_VARIABLES 32
#define TOLD_ROLES     4

struct told {
	char *variables[TOLD_VARIABLES];
	const char *body; /* what is left of it */
	size_t body_len;
	struct exchange exchange;
};

/* A token for each role, and who each is; the arena's. False: no memory. */
bool told_tokens(struct arena *arena, const struct token_keys *keys, const char *ret[TOLD_ROLES]);
/* The exchange of that text; what it needs is the arena's, the body is the text's own. */
void told_request(struct arena *arena, const char *const tokens[TOLD_ROLES], const char *text, size_t len,
		  struct told *ret);

#endif
