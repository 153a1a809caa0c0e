/* Papers. What a body must be like is the domain's to say: it is a tree, no flat table of fields. */
#include "fcgi-app/handlers/handler.h"

#include <stdio.h>

#include "domain/paper.h"
#include "domain/test.h"
#include "fcgi-app/papers/papers.h"

/* The normalised content, or the error to return. */
static enum err read_test(struct call *call, const char **ret)
{
	return paper_normalise(call->domain, call->body, ret) ? OK : call_refuse(call);
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

/* --- papers of other programs --- */

/* Either the test that was made, or what would be. */
static enum err reply_import(struct call *call, const struct paper_import *paper, const struct doc *test)
{
	struct buf out;
	buf_init(&out, call->domain->arena);
	buf_printf(&out, "{\"format\":\"%s\",\"test\":", paper->format);
	buf_adds(&out, test ? test->text : "null");
	buf_adds(&out, ",\"draft\":");
	buf_adds(&out, test ? "null" : paper->content);
	buf_adds(&out, ",\"report\":");
	buf_adds(&out, paper->report);
	buf_addc(&out, '}');
	const struct doc doc = {.text = out.data, .len = out.len};
	return call_reply(call, out.failed ? ERR_MEMORY : OK, test ? 201 : 200, &doc);
}

enum err handle_test_import(struct call *call)
{
	struct paper_import paper;
	struct doc test;
	const char *format = call_query_choice(call, "format", IMPORT_FORMATS);
	const char *title = call_query_text(call, "title", PAPER_TITLE_MOST);
	const bool dry_run = call_query_flag(call, "dry_run");
	enum err err = call_query_done(call);
	if (err)
		return err;
	err = paper_import(call->domain, format, title, call->file, call->file_len, &paper);
	if (err == ERR_VALIDATION)
		return call_refuse(call);
	if (err == OK && !dry_run)
		err = test_create(call->domain, &call->actor, paper.content, &test);
	return err ? err : reply_import(call, &paper, dry_run ? NULL : &test);
}

enum err handle_test_export(struct call *call)
{
	struct paper_export file;
	struct doc test;
	char value[96];
	const char *format = call_query_choice(call, "format", EXPORT_FORMATS);
	enum err err = call_query_done(call);
	if (err == OK)
		err = test_get(call->domain, &call->actor, &call->id, &test);
	if (err == OK)
		err = paper_export(call->domain, format ? format : EXPORT_FORMATS[0], &test, &file);
	if (err)
		return err;
	snprintf(value, sizeof(value), "attachment; filename=\"%s\"", file.file_name);
	response_header(call->response, "Content-Disposition", value);
	response_body(call->response, 200, file.content_type, file.bytes, file.len);
	return OK;
}
