/* A small HTTP client: asks the services as their users' programs do, from outside. */
#ifndef INVIGIL_APP_ADMIN_OUTSIDE_H
#define INVIGIL_APP_ADMIN_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

#define OUTSIDE_PROBLEM 256

struct place {
	bool tls;
	char host[256];
	char port[6];
};

/* What came back, as far as it was looked at. */
struct answer {
	char data[16384]; /* NUL-terminated */
	size_t len;
	int status;	  /* HTTP's; 0: it wasn't HTTP */
	const char *body; /* in data; "" while there is none */
	size_t body_len;
};

/* Where `word` begins; NULL: nowhere. Frames and records have NULs in them. */
const char *answer_find(const struct answer *answer, const char *word);

/* "https://exams.example", "http://127.0.0.1:8080/"; nothing behind the host but a slash. */
MUST_CHECK bool place_parse(const char *url, struct place *ret);
/* GET `path`; `upgrade`: asks for a WebSocket, and the body is its first frames. TLS is spoken by the openssl
 * program, which checks the certificate by the system's authorities. False: no answer, and `problem` says
 * why. */
MUST_CHECK bool outside_get(const struct place *place, const char *path, bool upgrade, struct answer *ret,
			    char problem[OUTSIDE_PROBLEM]);
/* GET `path` over FastCGI at `address`, a path or ":port"; the status alone is made out. */
MUST_CHECK bool outside_fastcgi(const char *address, const char *path, struct answer *ret,
				char problem[OUTSIDE_PROBLEM]);

#endif
