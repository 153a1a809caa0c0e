/* The keys behind token.h, for auth's own files. */
#ifndef INVIGIL_AUTH_TOKEN_KEYS_H
#define INVIGIL_AUTH_TOKEN_KEYS_H

#include <jwt.h>

#include "auth/token.h"

#define KEY_NAME_TEXT 23

struct token_key {
	char *text; /* a secret, or a key in PEM; NULL: there is none */
	int len;
	char name[KEY_NAME_TEXT]; /* its `kid` */
};

struct token_keys {
	jwt_alg_t alg;
	struct token_key sign; /* its text is another's; none: somebody else issues */
	char *private_key;     /* … this one's, or the first of verify */
	int count;	       /* at least one */
	/* first the one that goes with `sign`, then those that are accepted besides */
	struct token_key verify[];
};

#endif
