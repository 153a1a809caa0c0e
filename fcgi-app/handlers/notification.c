/* Notifications: sending them, and one's own inbox. */
#include "fcgi-app/handlers/handler.h"

#include <string.h>

#include "domain/notification.h"

#define TYPE_MOST	 100
#define CORRELATION_MOST 100

enum err handle_notification_send(struct call *call)
{
	static const struct field fields[] = {
	    FIELD(struct notification_input, recipient_id, FIELD_ID, true, 0, 0),
	    FIELD(struct notification_input, notification_type, FIELD_TEXT, true, 1, TYPE_MOST),
	    FIELD(struct notification_input, payload, FIELD_VALUE, true, 0, 0),
	    FIELD(struct notification_input, correlation_id, FIELD_TEXT, false, 1, CORRELATION_MOST),
	    FIELD_END,
	};
	struct notification_input in = {0};
	struct doc doc;
	enum err err = call_read(call, fields, &in);
	if (err == OK)
		err = notification_send(call->domain, &call->actor, &in, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_notification_list(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page_by_number(call, &page);
	const bool unread = call_query_flag(call, "unread");
	enum err err = call_query_done(call);
	if (err == OK)
		err = notification_list(call->domain, &call->actor, unread, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

/* An id that is none is as good as nil, which no notification has. */
enum err handle_notification_read(struct call *call)
{
	struct id id;
	if (!id_parse(call->params[0], &id))
		id = ID_NIL;
	return call_reply_empty(call, notification_read(call->domain, &call->actor, &id));
}

enum err handle_notification_read_all(struct call *call)
{
	return call_reply_empty(call, notification_read_all(call->domain, &call->actor));
}
