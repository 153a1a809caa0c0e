/* Sessions: making them, moving them through their life, and looking at them. */
#include "fcgi-app/handlers/handler.h"

#include "domain/paper.h"
#include "domain/session.h"
#include "model/event_type.h"

#define TITLE_MOST     200
#define REFERENCE_MOST 4096
#define CODE_MOST      64
#define TYPE_MOST      200

static const char *const STATUSES[] = {
    "SCHEDULED", "WAITING_FOR_STUDENTS", "IN_PROGRESS", "COMPLETED", "CANCELLED", NULL};

/* The ids come as text: one that is no UUID is a class (or test) that isn't there, no wrong field. */
struct session_body {
	const char *class_id;
	const char *test_id;
	const char *title;
	int64_t scheduled_at;
	int64_t time_limit_seconds;
	bool has_time_limit_seconds;
};

static const struct field SESSION_FIELDS[] = {
    FIELD(struct session_body, class_id, FIELD_TEXT, true, 0, REFERENCE_MOST),
    FIELD(struct session_body, test_id, FIELD_TEXT, false, 0, REFERENCE_MOST),
    FIELD(struct session_body, title, FIELD_TEXT, true, 1, TITLE_MOST),
    FIELD(struct session_body, scheduled_at, FIELD_TIME, true, 0, 0),
    FIELD_OPT(struct session_body, time_limit_seconds, FIELD_INT, 1, PAPER_TIME_LIMIT_MOST),
    FIELD_END,
};

/* What the body names has to be there, and be the actor's, before a wrong field counts. What was not even
 * text has no id to ask for. */
static enum err refuse_session(struct call *call, const struct session_body *body,
			       const struct session_input *in)
{
	enum err class_err = OK, test_err = OK;
	if (body->class_id)
		class_err = domain_guard(call->domain, &call->actor, THING_CLASS_WRITE, &in->class_id);
	if (body->test_id)
		test_err = domain_guard(call->domain, &call->actor, THING_TEST_READ, &in->test_id);
	if (class_err == ERR_ACCESS_DENIED) /* making a session is managing it */
		class_err = ERR_NO_PERMISSION_TO_MANAGE_SESSION;
	if (class_err == ERR_CLASS_NOT_FOUND || test_err == OK)
		return class_err ? class_err : call_refuse(call);
	return test_err;
}

enum err handle_session_create(struct call *call)
{
	struct session_body body = {0};
	const bool whole = json_read(call->body, SESSION_FIELDS, &body, &call->domain->problems, "");
	struct session_input in = {
	    .title = body.title,
	    .scheduled_at = body.scheduled_at,
	    .time_limit_seconds = body.time_limit_seconds,
	    .has_title = true,
	    .has_scheduled_at = true,
	    .has_time_limit_seconds = body.has_time_limit_seconds,
	    .has_test_id = body.test_id != NULL,
	};
	if (body.class_id && !id_parse(body.class_id, &in.class_id))
		return ERR_CLASS_NOT_FOUND;
	if (body.test_id && !id_parse(body.test_id, &in.test_id))
		return ERR_TEST_NOT_FOUND;
	if (!whole)
		return refuse_session(call, &body, &in);
	struct doc doc;
	const enum err err = session_create(call->domain, &call->actor, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_session_list(struct call *call)
{
	struct session_filter filter = {0};
	struct page page;
	struct doc doc;
	call_page(call, &page);
	filter.class_id = call_query_id(call, "class_id");
	filter.status = call_query_choice(call, "status", STATUSES);
	enum err err = call_query_done(call);
	if (err == OK)
		err = session_list(call->domain, &call->actor, &filter, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_list_mine(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page(call, &page);
	enum err err = call_query_done(call);
	if (err == OK)
		err = session_list_mine(call->domain, &call->actor, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_update(struct call *call)
{
	static const struct field fields[] = {
	    FIELD_OPT(struct session_input, title, FIELD_TEXT, 1, TITLE_MOST),
	    FIELD_OPT(struct session_input, scheduled_at, FIELD_TIME, 0, 0),
	    FIELD_OPT(struct session_input, time_limit_seconds, FIELD_INT, 1, PAPER_TIME_LIMIT_MOST),
	    FIELD_END,
	};
	struct session_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = session_update(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_delete(struct call *call)
{
	return call_reply_empty(call, session_delete(call->domain, &call->actor, &call->id));
}

/* Most calls take the session's id and answer with a document. */
typedef enum err session_fn(struct domain *d, const struct actor *actor, const struct id *session_id,
			    struct doc *ret);

static enum err reply_from(struct call *call, session_fn *run)
{
	struct doc doc;
	const enum err err = run(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_get(struct call *call)
{
	return reply_from(call, session_get);
}

enum err handle_session_start_waiting(struct call *call)
{
	return reply_from(call, session_start_waiting);
}

enum err handle_session_start(struct call *call)
{
	return reply_from(call, session_start);
}

enum err handle_session_complete(struct call *call)
{
	return reply_from(call, session_complete);
}

enum err handle_session_cancel(struct call *call)
{
	return reply_from(call, session_cancel);
}

enum err handle_session_join(struct call *call)
{
	return reply_from(call, session_join);
}

enum err handle_session_stats(struct call *call)
{
	return reply_from(call, session_stats);
}

enum err handle_session_monitor(struct call *call)
{
	return reply_from(call, session_monitor);
}

struct join_body {
	const char *code;
};

enum err handle_session_join_code(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct join_body, code, FIELD_TEXT, true, 1, CODE_MOST),
	    FIELD_END,
	};
	struct join_body in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = session_join_code(call->domain, &call->actor, in.code, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_events(struct call *call)
{
	struct events_filter filter = {0};
	struct page page;
	struct doc doc;
	enum event_type type;
	call_page_by_number(call, &page);
	filter.since = call_query_number(call, "since", 0, 0, INT64_MAX);
	filter.type = call_query_text(call, "type", TYPE_MOST);
	filter.student_id = call_query_id(call, "student_id");
	if (filter.type && !event_type_parse(filter.type, &type))
		problem_add(&call->domain->problems, "type", "is no type of event");
	enum err err = call_query_done(call);
	if (err == OK)
		err = session_events(call->domain, &call->actor, &call->id, &filter, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_session_results(struct call *call)
{
	char id[ID_TEXT], value[96];
	struct doc doc;
	const enum err err = session_results(call->domain, &call->actor, &call->id, &doc);
	if (err)
		return err;
	snprintf(value, sizeof(value), "attachment; filename=\"results-%s.csv\"", id_format(&call->id, id));
	response_header(call->response, "Content-Disposition", value);
	response_body(call->response, 200, "text/csv; charset=utf-8", doc.text, doc.len);
	return OK;
}
