/* What the subcommands that work on accounts need: a domain of their own, and one way to say what went wrong.
 */
#ifndef INVIGIL_APP_ADMIN_OPERATOR_H
#define INVIGIL_APP_ADMIN_OPERATOR_H

#include "domain/domain.h"

/* The operator acts as an administrator who is nobody in particular. */
extern const struct actor OPERATOR;

struct operator
{
	struct domain domain;
	struct db *db;
	struct arena *arena;
	struct token_keys *keys;
};

/* False, with the reason told on stderr, when it can't work. Needs operator_done either way. */
MUST_CHECK bool operator_init(struct operator* op, const struct config *config);
/* Likewise, for one whose statements may take an hour each. */
MUST_CHECK bool operator_init_patient(struct operator* op, const struct config *config);
void operator_done(struct operator* op);
/* Tells on stderr why `what` failed; the exit status: 0 for OK. */
int operator_result(const struct operator* op, const char *what, enum err err);

#endif
