/* Classes and their rosters. */
#ifndef INVIGIL_DOMAIN_CLASS_H
#define INVIGIL_DOMAIN_CLASS_H

#include "domain/domain.h"

struct class_input {
	const char *name;
	const char *description;
	struct id_list teacher_ids;
	struct id_list student_ids;
	bool has_name, has_description, has_teacher_ids, has_student_ids;
};

struct class_filter {
	const char *status;   /* NULL: any */
	struct id teacher_id; /* nil: any */
};

/* An unknown user, or one of the wrong role, in teacher_ids or student_ids is ERR_VALIDATION with its
 * problem. */
MUST_CHECK enum err class_create(struct domain *d, const struct actor *actor, const struct class_input *in,
				 struct doc *ret);
MUST_CHECK enum err class_list(struct domain *d, const struct actor *actor, const struct class_filter *filter,
			       const struct page *page, struct doc *ret);
MUST_CHECK enum err class_get(struct domain *d, const struct actor *actor, const struct id *class_id,
			      struct doc *ret);
MUST_CHECK enum err class_update(struct domain *d, const struct actor *actor, const struct id *class_id,
				 const struct class_input *in, struct doc *ret);
MUST_CHECK enum err class_archive(struct domain *d, const struct actor *actor, const struct id *class_id);
/* All or none. The students become participants of every session of the class that is not over; publishes
 * access_changed. */
MUST_CHECK enum err class_student_add(struct domain *d, const struct actor *actor, const struct id *class_id,
				      const struct id_list *student_ids, struct doc *ret);
/* Takes the student out of the class's sessions that are not over (an entry with an attempt stays),
 * disconnects him there, and publishes access_changed. */
MUST_CHECK enum err class_student_remove(struct domain *d, const struct actor *actor,
					 const struct id *class_id, const struct id *student_id);

#endif
