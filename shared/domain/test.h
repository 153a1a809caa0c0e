/* Tests: the papers, their questions and keys. Content is versioned: a version that a session has used is
 * never changed, a change makes the next one. */
#ifndef INVIGIL_DOMAIN_TEST_H
#define INVIGIL_DOMAIN_TEST_H

#include "domain/domain.h"

/* Reads and checks a whole test body (PROTOCOL.md "Tests"), gives numbers, default points and ids (an id that
 * the body brings and that is a UUID is kept, so that a PUT of what a GET gave keeps its questions), and
 * writes the normalised text that the database stores. False: d->problems tells what is wrong, by path. */
bool test_normalise(struct domain *d, const json_value *body, const char **ret_normalised);

/* `normalised` is what test_normalise made. */
MUST_CHECK enum err test_create(struct domain *d, const struct actor *actor, const char *normalised,
				struct doc *ret);
MUST_CHECK enum err test_replace(struct domain *d, const struct actor *actor, const struct id *test_id,
				 const char *normalised, struct doc *ret);
MUST_CHECK enum err test_list(struct domain *d, const struct actor *actor, const struct page *page,
			      struct doc *ret);
MUST_CHECK enum err test_get(struct domain *d, const struct actor *actor, const struct id *test_id,
			     struct doc *ret);
MUST_CHECK enum err test_archive(struct domain *d, const struct actor *actor, const struct id *test_id);

#endif
