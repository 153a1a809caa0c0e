/* What a student does with the paper. The four hot commands are batches of one here; pushd's lane passes
 * many. */
#include "fcgi-app/handlers/handler.h"

#include "domain/attempt.h"
#include "wire/command.h"

enum err handle_attempt_get(struct call *call)
{
	struct doc doc;
	const enum err err = attempt_get(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}

/* The paper is large and never changes during an attempt: a client that has it asks with its tag. */
enum err handle_attempt_test(struct call *call)
{
	struct response *response = call->response;
	struct doc doc = {0};
	const char *etag;
	const char *have = request_variable(call->request, "HTTP_IF_NONE_MATCH");
	const enum err err = attempt_test(call->domain, &call->actor, &call->id, have, &doc, &etag);
	if (err)
		return err;
	response->cache_control = "private, no-cache";
	response_header(response, "ETag", etag);
	if (doc.text)
		response_body(response, 200, "application/json", doc.text, doc.len);
	else
		response_body(response, 304, NULL, NULL, 0);
	return OK;
}

static struct attempt_command command_base(const struct call *call)
{
	return (struct attempt_command){.actor = call->actor, .attempt_id = call->id};
}

/* `err` is the statement's, the command has its own. */
static enum err reply_command(struct call *call, enum err err, int status,
			      const struct attempt_command *command)
{
	return call_reply(call, err ? err : command->err, status, &command->doc);
}

enum err handle_attempt_answer(struct call *call)
{
	struct answer_command command = {.base = command_base(call)};
	struct answer_input *answers;
	if (!command_read_answers(call->body, &call->domain->problems, &answers, &command.count))
		return call_refuse(call);
	command.answers = answers;
	const enum err err = attempt_answer(call->domain, &command, 1);
	if (command.base.err == ERR_QUESTION_NOT_IN_TEST)
		problem_add(&call->domain->problems, command.count > 1 ? "answers" : "question_id",
			    "the paper has no such question");
	return reply_command(call, err, 200, &command.base);
}

enum err handle_attempt_progress(struct call *call)
{
	struct progress_command command = {.base = command_base(call)};
	if (!command_read_progress(call->body, &call->domain->problems, &command.in))
		return call_refuse(call);
	return reply_command(call, attempt_progress(call->domain, &command, 1), 200, &command.base);
}

enum err handle_attempt_highlight(struct call *call)
{
	struct highlight_command command = {.base = command_base(call)};
	if (!command_read_highlight(call->body, &call->domain->problems, &command.in))
		return call_refuse(call);
	return reply_command(call, attempt_highlight(call->domain, &command, 1), 201, &command.base);
}

enum err handle_attempt_violation(struct call *call)
{
	struct violation_command command = {.base = command_base(call)};
	if (!command_read_violation(call->body, NULL, &call->domain->problems, &command.in))
		return call_refuse(call);
	return reply_command(call, attempt_violation(call->domain, &command, 1), 201, &command.base);
}

enum err handle_attempt_submit(struct call *call)
{
	struct doc doc;
	const enum err err = attempt_submit(call->domain, &call->actor, &call->id, &doc);
	return call_reply(call, err, 200, &doc);
}
