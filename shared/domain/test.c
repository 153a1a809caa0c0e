/* The commands on tests: each is one SQL function, which knows whose the test is and which versions are in
 * use. */
#include "domain/test.h"

#include "domain/reply.h"
#include "queries.h"

enum err test_create(struct domain *d, const struct actor *actor, const char *normalised, struct doc *ret)
{
	struct rows *rows;
	enum err err = q_test_create(d->db, d->arena, &actor->user_id, normalised, &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err test_replace(struct domain *d, const struct actor *actor, const struct id *test_id,
		      const char *normalised, struct doc *ret)
{
	struct rows *rows;
	enum err err = q_test_replace(d->db, d->arena, test_id, &actor->user_id, role_name(actor->role),
				      normalised, &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err test_list(struct domain *d, const struct actor *actor, const struct page *page, struct doc *ret)
{
	struct rows *rows;
	struct id after;
	if (!(actor->role & ROLES_STAFF))
		return ERR_ACCESS_DENIED;
	enum err err = page_after(d, page, &after);
	if (!err)
		err = q_test_list(d->db, d->arena, &after, page->limit, &rows);
	return err ? err : domain_doc(d, rows, "doc", ret);
}

enum err test_get(struct domain *d, const struct actor *actor, const struct id *test_id, struct doc *ret)
{
	struct rows *rows;
	enum err err = q_test_get(d->db, d->arena, test_id, &actor->user_id, role_name(actor->role), &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err test_archive(struct domain *d, const struct actor *actor, const struct id *test_id)
{
	struct rows *rows;
	enum err err =
	    q_test_archive(d->db, d->arena, test_id, &actor->user_id, role_name(actor->role), &rows);
	return err ? err : domain_reply(d, rows, NULL);
}
