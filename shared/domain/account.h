/* Users, logins and refresh tokens. */
#ifndef INVIGIL_DOMAIN_ACCOUNT_H
#define INVIGIL_DOMAIN_ACCOUNT_H

#include "domain/domain.h"

/* Bounds in characters. REST's tables of fields keep them; what comes from elsewhere is looked at here. */
enum {
	ACCOUNT_EMAIL_MOST = 254,
	ACCOUNT_NAME_MOST = 100,
	ACCOUNT_PASSWORD_LEAST = 8,
	ACCOUNT_PASSWORD_MOST = 128,
};

/* The body of register and POST /users; register ignores role. */
struct account_input {
	const char *email;
	const char *password;
	const char *full_name;
	const char *role;
};

struct account_change {
	const char *full_name;
	const char *role;
	const char *password;
	bool active;
	bool has_full_name, has_role, has_password, has_active;
};

/* ERR_AUTH_FAILED unless the user exists, is active and still has that role. Also notes that a student who
 * joined over REST is still there. One round trip; hot commands do the same inside their statement. */
MUST_CHECK enum err account_check(struct domain *d, const struct actor *actor);

/* 201 `user`. ERR_ACCESS_DENIED when the setting closes registration; ERR_EMAIL_TAKEN; ERR_VALIDATION for an
 * address without an @ and such (lengths are the field table's). */
MUST_CHECK enum err account_register(struct domain *d, const struct account_input *in, struct doc *ret);
/* 200 with tokens. `address`: the client's, for the throttle. ERR_AUTH_FAILED, ERR_RATE_LIMITED. Emails are
 * compared without case. */
MUST_CHECK enum err account_login(struct domain *d, const char *email, const char *password,
				  const char *address, struct doc *ret);
MUST_CHECK enum err account_refresh(struct domain *d, const char *refresh_token, struct doc *ret);
/* Revokes the token's family; OK too for a token that nobody knows. */
MUST_CHECK enum err account_logout(struct domain *d, const char *refresh_token);

MUST_CHECK enum err account_create(struct domain *d, const struct actor *actor,
				   const struct account_input *in, struct doc *ret);
/* A TEACHER sees students only, whatever `role` says. `role` and `q` (part of name or email) may be NULL. */
MUST_CHECK enum err account_list(struct domain *d, const struct actor *actor, const char *role, const char *q,
				 const struct page *page, struct doc *ret);
MUST_CHECK enum err account_get(struct domain *d, const struct actor *actor, const struct id *user_id,
				struct doc *ret);
/* Deactivating, changing the role or the password ends the user's refresh tokens; the first two publish
 * access_changed. */
MUST_CHECK enum err account_update(struct domain *d, const struct actor *actor, const struct id *user_id,
				   const struct account_change *change, struct doc *ret);

/* The operator's: by email. */
MUST_CHECK enum err account_find(struct domain *d, const char *email, struct actor *ret,
				 struct doc *ret_user);

#endif
