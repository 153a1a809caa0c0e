#include "wire/command.h"

#include <inttypes.h>
#include <string.h>

#define ANSWER_LENGTH_MAX 5000
#define ANSWER_ITEMS_MAX  50
#define INDEX_MAX	  10000
#define HIGHLIGHT_MAX	  10000
#define POSITION_MAX	  INT32_MAX /* the column is an integer */

struct answer_body {
	struct id question_id;
	json_value *answer;
	int64_t time_spent_seconds;
};

static const struct field answer_fields[] = {
    FIELD(struct answer_body, question_id, FIELD_ID, true, 0, 0),
    FIELD(struct answer_body, answer, FIELD_VALUE, true, 0, 0),
    FIELD(struct answer_body, time_spent_seconds, FIELD_INT, false, 0, TIME_SPENT_MAX),
    FIELD_END,
};

static bool text_allowed(const json_value *value)
{
	const char *text = json_text(value);

	return text && utf8_length(text) <= ANSWER_LENGTH_MAX;
}

/* What is wrong with an answer; NULL: nothing. */
static const char *answer_problem(const json_value *answer)
{
	static const char too_long[] = "must be at most 5000 characters long";

	if (json_kind(answer) == JSON_KIND_STRING)
		return text_allowed(answer) ? NULL : too_long;
	if (json_kind(answer) != JSON_KIND_ARRAY)
		return "must be a string or an array of strings";
	if (json_count(answer) > ANSWER_ITEMS_MAX)
		return "must have at most 50 items";
	for (size_t i = 0; i < json_count(answer); i++) {
		if (!json_text(json_item(answer, i)))
			return "must be a string or an array of strings";
		if (!text_allowed(json_item(answer, i)))
			return too_long;
	}
	return NULL;
}

static bool read_answer(const json_value *object, struct problems *problems, const char *prefix,
			struct answer_input *ret)
{
	struct answer_body body = {.time_spent_seconds = -1};
	bool right = json_read(object, answer_fields, &body, problems, prefix);
	const char *problem = body.answer ? answer_problem(body.answer) : NULL;
	const char *path;

	if (problem) {
		path = arena_printf(problems->arena, "%sanswer", prefix);
		problem_add(problems, path ? path : "answer", "%s", problem);
	}
	if (!right || problem)
		return false;
	ret->question_id = body.question_id;
	ret->time_spent_seconds = body.time_spent_seconds;
	ret->answer = json_dump(problems->arena, body.answer);
	if (!ret->answer)
		problem_add(problems, "answer", "can't be read now");
	return ret->answer != NULL;
}

static bool read_answer_list(const json_value *list, struct problems *problems, struct answer_input *items)
{
	bool right = true;

	for (size_t i = 0; i < json_count(list); i++) {
		const char *prefix = arena_printf(problems->arena, "answers[%zu].", i);

		right &= read_answer(json_item(list, i), problems, prefix ? prefix : "answers.", &items[i]);
	}
	return right;
}

bool command_read_answers(const json_value *body, struct problems *problems, struct answer_input **ret_items,
			  size_t *ret_count)
{
	const json_value *list = json_member(body, "answers");
	bool one = json_kind(list) == JSON_KIND_NULL, right;
	size_t count = one ? 1 : json_count(list);
	struct answer_input *items;

	if (!one && (json_kind(list) != JSON_KIND_ARRAY || count < 1 || count > ANSWERS_MAX)) {
		problem_add(problems, "answers", "must be an array of 1 to %d answers", ANSWERS_MAX);
		return false;
	}
	items = arena_calloc(problems->arena, count, sizeof(*items));
	if (!items) {
		problem_add(problems, "answers", "can't be read now");
		return false;
	}
	right = one ? read_answer(body, problems, "", items) : read_answer_list(list, problems, items);
	if (!right)
		return false;
	*ret_items = items;
	*ret_count = count;
	return true;
}

bool command_read_progress(const json_value *body, struct problems *problems, struct progress_input *ret)
{
	static const struct field fields[] = {
	    FIELD(struct progress_input, passage_index, FIELD_INT, true, 0, INDEX_MAX),
	    FIELD(struct progress_input, question_index, FIELD_INT, true, 0, INDEX_MAX),
	    FIELD_END,
	};
	struct progress_input input = {.passage_index = 0};

	if (!json_read(body, fields, &input, problems, ""))
		return false;
	*ret = input;
	return true;
}

bool command_read_highlight(const json_value *body, struct problems *problems, struct highlight_input *ret)
{
	static const struct field fields[] = {
	    FIELD(struct highlight_input, text, FIELD_TEXT, true, 1, HIGHLIGHT_MAX),
	    FIELD(struct highlight_input, passage_id, FIELD_ID, true, 0, 0),
	    FIELD(struct highlight_input, position_start, FIELD_INT, true, 0, POSITION_MAX),
	    FIELD(struct highlight_input, position_end, FIELD_INT, true, 0, POSITION_MAX),
	    FIELD(struct highlight_input, client_id, FIELD_ID, false, 0, 0),
	    FIELD_END,
	};
	struct highlight_input input = {.position_start = -1, .position_end = -1};
	bool right = json_read(body, fields, &input, problems, "");

	/* -1: has its problem already. */
	if (input.position_start >= 0 && input.position_end >= 0 &&
	    input.position_end <= input.position_start) {
		problem_add(problems, "position_end", "must be greater than position_start");
		right = false;
	}
	if (right)
		*ret = input;
	return right;
}

bool command_read_violation(const json_value *body, const char *dflt, struct problems *problems,
			    struct violation_input *ret)
{
	const struct field fields[] = {
	    FIELD_CHOICES(struct violation_input, violation_type, !dflt, VIOLATION_TYPES),
	    FIELD(struct violation_input, client_id, FIELD_ID, false, 0, 0),
	    FIELD_END,
	};
	struct violation_input input = {.violation_type = dflt};

	if (!json_read(body, fields, &input, problems, ""))
		return false;
	*ret = input;
	return true;
}
