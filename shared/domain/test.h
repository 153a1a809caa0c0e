/* Tests: papers that are kept. Content is versioned: a version that a session has used is never changed, a
 * change makes the next one. */
#ifndef INVIGIL_DOMAIN_TEST_H
#define INVIGIL_DOMAIN_TEST_H

#include "domain/domain.h"

/* `normalised` is what paper_normalise made (domain/paper.h). */
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
