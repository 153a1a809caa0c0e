/* Users, logins and refresh tokens.
 *
 * Everything that could tell an outsider whether an address has an account costs the same and answers the
 * same: an unknown address, a wrong password and an account that is switched off are one case. Passwords are
 * hashed here and not in the database: it never sees one. */
#include "domain/account.h"

#include <string.h>

#include "auth/password.h"
#include "core/address.h"
#include "domain/reply.h"
#include "queries.h"

enum err account_check(struct domain *d, const struct actor *actor)
{
	struct rows *rows;
	enum err err = q_account_check(d->db, d->arena, &actor->user_id, d->config->rest_presence_seconds,
				       role_name(actor->role), &rows);

	if (err != OK)
		return err;
	return rows_bool(rows, 0, "good") ? OK : ERR_AUTH_FAILED;
}

/* --- what an account may look like --- */

/* Something, and nothing before, behind or between its points. */
static bool host_valid(const char *host)
{
	const size_t len = strlen(host);

	return len > 0 && *host != '.' && host[len - 1] != '.' && !strstr(host, "..");
}

/* One @ with something before it and a host behind it; no blanks, no control characters, and nothing of what
 * stands around addresses in a list ("Ann<ann@school.example>;"), which is pasted with them and would be a
 * login that nobody can type. What is beyond only a mail can tell. */
static bool email_valid(const char *email)
{
	const char *at = strchr(email, '@');

	if (!at || at == email || strchr(at + 1, '@'))
		return false;
	for (const char *c = email; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("()<>[]\\,:;\"", *c))
			return false;
	return host_valid(at + 1);
}

static void check_length(struct domain *d, const char *field, const char *text, size_t least, size_t most)
{
	size_t length = utf8_length(text);

	if (length < least || length > most)
		problem_add(&d->problems, field, "must be %zu to %zu characters long", least, most);
}

/* The field tables of REST have looked at the lengths; the operator's tools have not. */
static enum err check_input(struct domain *d, const struct account_input *in)
{
	if (!email_valid(in->email))
		problem_add(&d->problems, "email", "must be an email address");
	check_length(d, "email", in->email, 1, ACCOUNT_EMAIL_MOST);
	check_length(d, "full_name", in->full_name, 1, ACCOUNT_NAME_MOST);
	check_length(d, "password", in->password, ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST);
	return d->problems.count > 0 ? ERR_VALIDATION : OK;
}

static enum err create(struct domain *d, const struct account_input *in, enum role role, struct doc *ret)
{
	char hash[PASSWORD_HASH_TEXT];
	struct rows *rows;
	enum err err = check_input(d, in);

	if (err == OK)
		err = password_hash(in->password, hash);
	if (err == OK)
		err =
		    q_account_create(d->db, d->arena, in->email, in->full_name, hash, role_name(role), &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err account_register(struct domain *d, const struct account_input *in, struct doc *ret)
{
	return d->config->registration_open ? create(d, in, ROLE_STUDENT, ret) : ERR_ACCESS_DENIED;
}

enum err account_create(struct domain *d, const struct actor *actor, const struct account_input *in,
			struct doc *ret)
{
	enum role role;

	if (actor->role != ROLE_ADMIN)
		return ERR_ACCESS_DENIED;
	if (!in->role || !role_parse(in->role, &role)) {
		problem_add(&d->problems, "role", "must be ADMIN, TEACHER, STUDENT or SERVICE");
		return ERR_VALIDATION;
	}
	return create(d, in, role, ret);
}

/* --- logins --- */

/* The document of a login: `row` has user_id, role and the user's doc. */
static enum err login_doc(struct domain *d, const struct rows *rows, const char *refresh_token,
			  struct doc *ret)
{
	struct actor actor = {.user_id = rows_id(rows, 0, "user_id")};
	const char *role = rows_text(rows, 0, "role"), *user = rows_text(rows, 0, "doc"), *token = NULL;
	struct buf out;
	enum err err;

	if (!role || !user || !role_parse(role, &actor.role))
		return ERR_INTERNAL;
	err = token_issue(d->keys, d->arena, &actor, d->config->access_token_seconds, &token);
	/* without a private key an identity provider issues the tokens: nobody signs in here */
	if (err == ERR_CONFIG)
		return ERR_ACCESS_DENIED;
	if (err != OK)
		return err;
	buf_init(&out, d->arena);
	buf_adds(&out, "{\"access_token\":");
	json_add_string(&out, token);
	buf_adds(&out, ",\"refresh_token\":");
	json_add_string(&out, refresh_token);
	buf_adds(&out, ",\"token_type\":\"Bearer\",\"expires_in\":");
	buf_addi(&out, d->config->access_token_seconds);
	buf_adds(&out, ",\"user\":");
	buf_adds(&out, user);
	buf_addc(&out, '}');
	if (out.failed)
		return ERR_MEMORY;
	ret->text = out.data;
	ret->len = out.len;
	return OK;
}

/* The password was right. Still no token when the account has changed meanwhile. */
static enum err login_done(struct domain *d, const struct id *user_id, const char *hash, struct doc *ret)
{
	char token[REFRESH_TOKEN_TEXT], token_hash[REFRESH_HASH_TEXT];
	struct rows *rows;
	enum err err;

	refresh_token_make(token);
	refresh_token_hash(token, token_hash);
	err = q_account_login_done(d->db, d->arena, user_id, hash, token_hash,
				   d->config->refresh_token_seconds, &rows);
	if (err != OK)
		return err;
	return rows_count(rows) == 1 ? login_doc(d, rows, token, ret) : ERR_AUTH_FAILED;
}

enum err account_login(struct domain *d, const char *email, const char *password, const char *address,
		       struct doc *ret)
{
	const char *hash;
	char holder[ADDRESS_TEXT];
	struct rows *rows;
	struct id user_id;
	enum err err;

	address_holder_format(address ? address : "", holder);
	err = q_account_login_begin(d->db, d->arena, holder, email, d->config->login_failures_per_account,
				    d->config->login_failures_per_address, &rows);
	if (err != OK)
		return err;
	if (rows_bool(rows, 0, "limited"))
		return ERR_RATE_LIMITED;
	user_id = rows_id(rows, 0, "id");
	hash = rows_text(rows, 0, "password_hash");
	if (password_matches(hash, password))
		return login_done(d, &user_id, hash, ret);
	err = q_account_login_failed(d->db, d->arena, email, holder);
	return err == OK ? ERR_AUTH_FAILED : err;
}

enum err account_refresh(struct domain *d, const char *refresh_token, struct doc *ret)
{
	char hash[REFRESH_HASH_TEXT], next[REFRESH_TOKEN_TEXT], next_hash[REFRESH_HASH_TEXT];
	struct rows *rows;
	enum err err;

	refresh_token_hash(refresh_token, hash);
	refresh_token_make(next);
	refresh_token_hash(next, next_hash);
	err = q_account_refresh(d->db, d->arena, hash, next_hash, d->config->refresh_token_seconds, &rows);
	if (err == OK)
		err = err_from_code(rows_text(rows, 0, "outcome"));
	return err == OK ? login_doc(d, rows, next, ret) : err;
}

enum err account_logout(struct domain *d, const char *refresh_token)
{
	char hash[REFRESH_HASH_TEXT];

	refresh_token_hash(refresh_token, hash);
	return q_account_logout(d->db, d->arena, hash);
}

/* --- reading and changing --- */

enum err account_list(struct domain *d, const struct actor *actor, const char *role, const char *q,
		      const struct page *page, struct doc *ret)
{
	struct rows *rows;
	struct id after;
	enum err err = page_after(d, page, &after);

	if (err == OK)
		err = q_account_list(d->db, d->arena, role_name(actor->role), role, q && *q ? q : NULL,
				     &after, page->limit, &rows);
	return err == OK ? domain_doc(d, rows, "doc", ret) : err;
}

enum err account_get(struct domain *d, const struct actor *actor, const struct id *user_id, struct doc *ret)
{
	struct rows *rows;
	enum err err =
	    q_account_get(d->db, d->arena, &actor->user_id, role_name(actor->role), user_id, &rows);

	return err == OK ? domain_reply(d, rows, ret) : err;
}

static enum err check_change(struct domain *d, const struct account_change *change)
{
	enum role role;

	if (change->has_full_name)
		check_length(d, "full_name", change->full_name, 1, ACCOUNT_NAME_MOST);
	if (change->has_password)
		check_length(d, "password", change->password, ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST);
	if (change->has_role && !role_parse(change->role, &role))
		problem_add(&d->problems, "role", "must be ADMIN, TEACHER, STUDENT or SERVICE");
	return d->problems.count > 0 ? ERR_VALIDATION : OK;
}

enum err account_update(struct domain *d, const struct actor *actor, const struct id *user_id,
			const struct account_change *change, struct doc *ret)
{
	const char *active = change->active ? "t" : "f";
	char hash[PASSWORD_HASH_TEXT];
	struct rows *rows;
	enum err err;

	if (actor->role != ROLE_ADMIN)
		return ERR_ACCESS_DENIED;
	err = check_change(d, change);
	if (err == OK && change->has_password)
		err = password_hash(change->password, hash);
	if (err != OK)
		return err;
	err = q_account_update(d->db, d->arena, user_id, change->has_full_name ? change->full_name : NULL,
			       change->has_role ? change->role : NULL, change->has_active ? active : NULL,
			       change->has_password ? hash : NULL, &rows);
	return err == OK ? domain_reply(d, rows, ret) : err;
}

enum err account_find(struct domain *d, const char *email, struct actor *ret, struct doc *ret_user)
{
	struct actor actor;
	struct rows *rows;
	enum err err = q_account_find(d->db, d->arena, email, &rows);

	if (err != OK)
		return err;
	if (rows_count(rows) == 0)
		return ERR_USER_NOT_FOUND;
	if (!role_parse(rows_text(rows, 0, "role"), &actor.role))
		return ERR_INTERNAL;
	actor.user_id = rows_id(rows, 0, "id");
	err = domain_doc(d, rows, "doc", ret_user);
	if (err == OK)
		*ret = actor;
	return err;
}
