/* Classes and their rosters. */
#include "fcgi-app/handlers/handler.h"

#include "domain/class.h"
#include "domain/roster.h"

#define NAME_MOST	 100
#define DESCRIPTION_MOST 2000
#define TEACHERS_MOST	 100
#define STUDENTS_MOST	 10000

static const char *const STATUSES[] = {"ACTIVE", "ARCHIVED", NULL};

enum err handle_class_create(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct class_input, name, FIELD_TEXT, true, 1, NAME_MOST),
	    FIELD_OPT(struct class_input, description, FIELD_TEXT, 0, DESCRIPTION_MOST),
	    FIELD_OPT(struct class_input, teacher_ids, FIELD_ID_LIST, 0, TEACHERS_MOST),
	    FIELD_OPT(struct class_input, student_ids, FIELD_ID_LIST, 0, STUDENTS_MOST),
	    FIELD_END,
	};
	struct class_input in = {.has_name = true};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = class_create(call->domain, &call->actor, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_class_list(struct call *call)
{
	struct class_filter filter = {0};
	struct page page;
	struct doc doc;
	call_page(call, &page);
	filter.status = call_query_choice(call, "status", STATUSES);
	filter.teacher_id = call_query_id(call, "teacher_id");
	enum err err = call_query_done(call);
	if (err == OK)
		err = class_list(call->domain, &call->actor, &filter, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_class_get(struct call *call)
{
	struct doc doc;
	const enum err err = class_get(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_class_update(struct call *call)
{
	static const struct field fields[] = {
	    FIELD_OPT(struct class_input, name, FIELD_TEXT, 1, NAME_MOST),
	    FIELD_OPT(struct class_input, description, FIELD_TEXT, 0, DESCRIPTION_MOST),
	    FIELD_OPT(struct class_input, teacher_ids, FIELD_ID_LIST, 0, TEACHERS_MOST),
	    FIELD_END,
	};
	struct class_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = class_update(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_class_archive(struct call *call)
{
	return call_reply_empty(call, class_archive(call->domain, &call->actor, &call->id));
}

/* One student, or several: one of the two has to be there. */
struct roster_body {
	struct id student_id;
	struct id_list student_ids;
	bool has_student_id, has_student_ids;
};

static enum err read_roster(struct call *call, struct id_list *ret)
{
	static const struct field fields[] = {
	    FIELD_OPT(struct roster_body, student_id, FIELD_ID, 0, 0),
	    FIELD_OPT(struct roster_body, student_ids, FIELD_ID_LIST, 1, STUDENTS_MOST),
	    FIELD_END,
	};
	struct roster_body in = {0};
	const enum err err = call_read(call, fields, &in);
	if (err)
		return err;
	if (in.has_student_ids == in.has_student_id) {
		problem_add(&call->domain->problems, "student_id", "give either student_id or student_ids");
		return call_refuse(call);
	}
	if (in.has_student_ids) {
		*ret = in.student_ids;
		return OK;
	}
	struct id *one = arena_alloc(call->domain->arena, sizeof(*one));
	if (!one)
		return ERR_MEMORY;
	*one = in.student_id;
	*ret = (struct id_list){.items = one, .count = 1};
	return OK;
}

enum err handle_class_student_add(struct call *call)
{
	struct id_list students;
	struct doc doc;
	enum err err = read_roster(call, &students);
	if (err == OK)
		err = class_student_add(call->domain, &call->actor, &call->id, &students, &doc);
	return call_reply(call, err, 200, &doc);
}

/* A student_id that is none is a 404 too, but the class comes first. */
enum err handle_class_student_remove(struct call *call)
{
	struct id student_id;
	/* one that is malformed is nobody's, like the nil id: the order of the refusals stays the database's
	 */
	if (!id_parse(call->params[1], &student_id))
		student_id = ID_NIL;
	return call_reply_empty(call,
				class_student_remove(call->domain, &call->actor, &call->id, &student_id));
}

enum err handle_class_roster(struct call *call)
{
	struct doc doc;
	const bool dry_run = call_query_flag(call, "dry_run");
	enum err err = call_query_done(call);
	if (err == OK)
		err = class_roster(call->domain, &call->actor, &call->id, call->file, call->file_len, dry_run,
				   &doc);
	return call_reply(call, err, 200, &doc);
}
