/* The classroom: chat, groups and transcript of a session. */
#include "fcgi-app/handlers/handler.h"

#include <string.h>

#include "base/clock.h"
#include "domain/classroom.h"

#define NAME_MOST     100
#define STUDENTS_MOST 10000
#define SPEAKER_MOST  100
#define WORDS_MOST    10000
#define SINCE_MOST    64
#define MS_MOST	      ((INT64_C(1) << 53) - 1) /* what every client's numbers hold */

enum err handle_message_send(struct call *call)
{
	struct message_input in = {0};
	struct doc doc;
	if (!message_read(call->body, &call->domain->problems, &in))
		return call_refuse(call);
	const enum err err = message_send(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

/* `since` is the id of an event or of a message, or a time. */
static void read_since(struct call *call, struct messages_filter *ret)
{
	const char *text = call_query_text(call, "since", SINCE_MOST);
	if (!text || time_parse(text, &ret->since_time) || id_parse(text, &ret->since_message))
		return;
	if (text[strspn(text, "0123456789")] == '\0')
		ret->since_event = call_query_number(call, "since", 0, 0, INT64_MAX);
	else
		problem_add(&call->domain->problems, "since",
			    "must be the id of an event or of a message, or a time such as "
			    "2026-01-18T10:30:00.000Z");
}

enum err handle_message_list(struct call *call)
{
	struct messages_filter filter = {0};
	struct page page;
	struct doc doc;
	call_page_by_number(call, &page);
	read_since(call, &filter);
	enum err err = call_query_done(call);
	if (err == OK)
		err = message_list(call->domain, &call->actor, &call->id, &filter, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_group_list(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page(call, &page);
	enum err err = call_query_done(call);
	if (err == OK)
		err = group_list(call->domain, &call->actor, &call->id, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_group_create(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct group_input, name, FIELD_TEXT, true, 1, NAME_MOST),
	    FIELD(struct group_input, student_ids, FIELD_ID_LIST, true, 0, STUDENTS_MOST),
	    FIELD_END,
	};
	struct group_input in = {.has_name = true, .has_student_ids = true};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = group_create(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

/* The path's group; one that is none is as good as nil, which no group has. */
static struct id group_id(const struct call *call)
{
	struct id id = ID_NIL;
	return id_parse(call->params[1], &id) ? id : ID_NIL;
}

enum err handle_group_update(struct call *call)
{
	static const struct field fields[] = {
	    FIELD_OPT(struct group_input, name, FIELD_TEXT, 1, NAME_MOST),
	    FIELD_OPT(struct group_input, student_ids, FIELD_ID_LIST, 0, STUDENTS_MOST),
	    FIELD_END,
	};
	const struct id group = group_id(call);
	struct group_input in = {0};
	struct doc doc;
	enum err err;
	if (json_read(call->body, fields, &in, &call->domain->problems, "")) {
		err = group_update(call->domain, &call->actor, &call->id, &group, &in, &doc);
	} else {
		err = group_guard(call->domain, &call->actor, &call->id, &group);
		err = err ? err : call_refuse(call);
	}
	return call_reply(call, err, 200, &doc);
}

enum err handle_group_delete(struct call *call)
{
	const struct id group = group_id(call);
	return call_reply_empty(call, group_delete(call->domain, &call->actor, &call->id, &group));
}

enum err handle_transcript_add(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct segment_input, speaker, FIELD_TEXT, true, 1, SPEAKER_MOST),
	    FIELD(struct segment_input, text, FIELD_TEXT, true, 1, WORDS_MOST),
	    FIELD(struct segment_input, is_final, FIELD_BOOL, true, 0, 0),
	    FIELD_OPT(struct segment_input, start_ms, FIELD_INT, 0, MS_MOST),
	    FIELD_OPT(struct segment_input, end_ms, FIELD_INT, 0, MS_MOST),
	    FIELD_END,
	};
	struct segment_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = transcript_add(call->domain, &call->actor, &call->id, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_transcript_list(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page_by_number(call, &page);
	enum err err = call_query_done(call);
	if (err == OK)
		err = transcript_list(call->domain, &call->actor, &call->id, &page, &doc);
	return call_reply(call, err, 200, &doc);
}
