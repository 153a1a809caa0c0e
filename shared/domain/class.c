/* Classes: the database decides, under its locks; here bodies become parameters. */
#include "domain/class.h"

#include "domain/reply.h"
#include "model/notification_type.h"
#include "queries.h"

enum err class_create(struct domain *d, const struct actor *actor, const struct class_input *in,
		      struct doc *ret)
{
	const char *teachers = id_list_text(d, &in->teacher_ids);
	const char *students = id_list_text(d, &in->student_ids);
	struct rows *rows;
	if (!teachers || !students)
		return ERR_MEMORY;
	enum err err = q_class_create(d->db, d->arena, &actor->user_id, role_name(actor->role), in->name,
				      in->has_description ? in->description : NULL, teachers, students,
				      notification_kind(NOTIFICATION_class_created)->json, &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err class_list(struct domain *d, const struct actor *actor, const struct class_filter *filter,
		    const struct page *page, struct doc *ret)
{
	struct rows *rows;
	struct id after;
	enum err err = page_after(d, page, &after);
	if (!err)
		err = q_class_list(d->db, d->arena, &actor->user_id, role_name(actor->role), filter->status,
				   &filter->teacher_id, &after, page->limit, &rows);
	return err ? err : domain_doc(d, rows, "doc", ret);
}

enum err class_get(struct domain *d, const struct actor *actor, const struct id *class_id, struct doc *ret)
{
	struct rows *rows;
	enum err err = q_class_get(d->db, d->arena, class_id, &actor->user_id, role_name(actor->role), &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err class_update(struct domain *d, const struct actor *actor, const struct id *class_id,
		      const struct class_input *in, struct doc *ret)
{
	const char *teachers = in->has_teacher_ids ? id_list_text(d, &in->teacher_ids) : NULL;
	struct rows *rows;
	if (in->has_teacher_ids && !teachers)
		return ERR_MEMORY;
	enum err err = q_class_update(d->db, d->arena, class_id, &actor->user_id, role_name(actor->role),
				      in->has_name ? in->name : NULL,
				      in->has_description ? in->description : NULL, teachers, &rows);
	return err ? err : domain_reply(d, rows, ret);
}

enum err class_archive(struct domain *d, const struct actor *actor, const struct id *class_id)
{
	struct rows *rows;
	enum err err =
	    q_class_archive(d->db, d->arena, class_id, &actor->user_id, role_name(actor->role), &rows);
	return err ? err : domain_reply(d, rows, NULL);
}

enum err class_student_add(struct domain *d, const struct actor *actor, const struct id *class_id,
			   const struct id_list *student_ids, struct doc *ret)
{
	const char *students = id_list_text(d, student_ids);
	struct rows *rows;
	if (!students)
		return ERR_MEMORY;
	enum err err =
	    q_class_student_add(d->db, d->arena, class_id, &actor->user_id, role_name(actor->role), students,
				notification_kind(NOTIFICATION_student_added_to_class)->json, &rows);
	if (!err)
		err = domain_reply(d, rows, ret);
	/* One student is a body's `student_id`, as a rule; a list of one is told of by that name, too. */
	if (err == ERR_VALIDATION && student_ids->count == 1 && d->problems.first)
		d->problems.first->field = "student_id";
	return err;
}

enum err class_student_remove(struct domain *d, const struct actor *actor, const struct id *class_id,
			      const struct id *student_id)
{
	struct rows *rows;
	enum err err = q_class_student_remove(d->db, d->arena, class_id, &actor->user_id,
					      role_name(actor->role), student_id, &rows);
	return err ? err : domain_reply(d, rows, NULL);
}
