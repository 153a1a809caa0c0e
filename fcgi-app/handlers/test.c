/* Papers. What a body must be like is the domain's to say: it is a tree, no flat table of fields. */
#include "fcgi-app/handlers/handler.h"

#include "domain/test.h"

/* The normalised content, or the error to return. */
static enum err read_test(struct call *call, const char **ret)
{
	return test_normalise(call->domain, call->body, ret) ? OK : call_refuse(call);
}

enum err handle_test_create(struct call *call)
{
	const char *content;
	struct doc doc;
	enum err err = read_test(call, &content);
	if (err == OK)
		err = test_create(call->domain, &call->actor, content, &doc);
	return call_reply(call, err, 201, &doc);
}

enum err handle_test_replace(struct call *call)
{
	const char *content;
	struct doc doc;
	enum err err = read_test(call, &content);
	if (err == OK)
		err = test_replace(call->domain, &call->actor, &call->id, content, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_test_list(struct call *call)
{
	struct page page;
	struct doc doc;
	call_page(call, &page);
	enum err err = call_query_done(call);
	if (err == OK)
		err = test_list(call->domain, &call->actor, &page, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_test_get(struct call *call)
{
	struct doc doc;
	const enum err err = test_get(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}

enum err handle_test_archive(struct call *call)
{
	return call_reply_empty(call, test_archive(call->domain, &call->actor, &call->id));
}
