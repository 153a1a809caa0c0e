/* Who somebody is. A mask of roles says who may do something. */
#ifndef INVIGIL_MODEL_ROLE_H
#define INVIGIL_MODEL_ROLE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/id.h"

enum role {
	ROLE_ADMIN = 1 << 0,
	ROLE_TEACHER = 1 << 1,
	ROLE_STUDENT = 1 << 2,
	ROLE_SERVICE = 1 << 3, /* machines that publish notifications and transcripts */
};

#define ROLES_STAFF (ROLE_ADMIN | ROLE_TEACHER)
#define ROLES_ALL   (ROLE_ADMIN | ROLE_TEACHER | ROLE_STUDENT | ROLE_SERVICE)

/* The one on whose behalf a command runs: what the token said. */
struct actor {
	struct id user_id;
	enum role role;
};

/* "ADMIN" … */
const char *role_name(enum role role);
MUST_CHECK bool role_parse(const char *name, enum role *ret);

#endif
