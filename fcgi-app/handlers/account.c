/* Users, logins and refresh tokens. */
#include "fcgi-app/handlers/handler.h"

#include "domain/account.h"

#define EMAIL_LEAST 3
#define TOKEN_MOST  4096

static const char *const ROLES[] = {"ADMIN", "TEACHER", "STUDENT", "SERVICE", NULL};

#define ACCOUNT_FIELDS                                                                                       \
	FIELD(struct account_input, email, FIELD_TEXT, true, EMAIL_LEAST, ACCOUNT_EMAIL_MOST),               \
	    FIELD(struct account_input, password, FIELD_TEXT, true, ACCOUNT_PASSWORD_LEAST,                  \
		  ACCOUNT_PASSWORD_MOST),                                                                    \
	    FIELD(struct account_input, full_name, FIELD_TEXT, true, 1, ACCOUNT_NAME_MOST)

enum err handle_account_register(struct call *call)
{
	static const struct field fields[] = {ACCOUNT_FIELDS, FIELD_END};
	struct account_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = account_register(call->domain, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_account_create(struct call *call)
{
	static const struct field fields[] = {
	    ACCOUNT_FIELDS,
	    FIELD_CHOICES(struct account_input, role, true, ROLES),
	    FIELD_END,
	};
	struct account_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = account_create(call->domain, &call->actor, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

/* A password that is too short is tried: it can't be right, and is a failed login like any other. */
enum err handle_account_login(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct account_input, email, FIELD_TEXT, true, 1, ACCOUNT_EMAIL_MOST),
	    FIELD(struct account_input, password, FIELD_TEXT, true, 0, ACCOUNT_PASSWORD_MOST),
	    FIELD_END,
	};
	struct account_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = account_login(call->domain, in.email, in.password, call->address, &doc);
	return call_reply(call, err, 200, &doc);
}

struct refresh_body {
	const char *refresh_token;
};

static const struct field REFRESH_FIELDS[] = {
    FIELD(struct refresh_body, refresh_token, FIELD_TEXT, true, 1, TOKEN_MOST),
    FIELD_END,
};

enum err handle_account_refresh(struct call *call)
{
	struct refresh_body in = {0};
	struct doc doc;
	enum err err = call_read(call, REFRESH_FIELDS, &in);
	if (err == OK)
		err = account_refresh(call->domain, in.refresh_token, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_account_logout(struct call *call)
{
	struct refresh_body in = {0};
	enum err err = call_read(call, REFRESH_FIELDS, &in);
	if (err == OK)
		err = account_logout(call->domain, in.refresh_token);
	return call_reply_empty(call, err);
}

enum err handle_account_me(struct call *call)
{
	struct doc doc;
	const enum err err = account_get(call->domain, &call->actor, &call->actor.user_id, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_account_list(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page(call, &page);
	const char *role = call_query_choice(call, "role", ROLES);
	const char *q = call_query_text(call, "q", ACCOUNT_EMAIL_MOST);
	enum err err = call_query_done(call);
	if (err == OK)
		err = account_list(call->domain, &call->actor, role, q, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_account_get(struct call *call)
{
	struct doc doc;
	const enum err err = account_get(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_account_update(struct call *call)
{
	static const struct field fields[] = {
	    FIELD_OPT(struct account_change, full_name, FIELD_TEXT, 1, ACCOUNT_NAME_MOST),
	    FIELD_OPT(struct account_change, password, FIELD_TEXT, ACCOUNT_PASSWORD_LEAST,
		      ACCOUNT_PASSWORD_MOST),
	    FIELD_OPT(struct account_change, active, FIELD_BOOL, 0, 0),
	    {
		.name = "role",
		.kind = FIELD_CHOICE,
		.offset = offsetof(struct account_change, role),
		.present = offsetof(struct account_change, has_role),
		.choices = ROLES,
	    },
	    FIELD_END,
	};
	struct account_change in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = account_update(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 200, &doc);
}
