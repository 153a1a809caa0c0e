#include "fcgi-app/papers/question.h"

#include <string.h>

static const char *const TRUTHS[] = {"TRUE", "FALSE", "NOT GIVEN"};
static const char *const OPINIONS[] = {"YES", "NO", "NOT GIVEN"};

/* The words that the answer is one of; NULL: the question has options, or none. */
static const char *const *words_of(const struct question *q)
{
	return q->type == QUESTION_TRUE_FALSE_NOT_GIVEN ? TRUTHS
	       : q->type == QUESTION_YES_NO_NOT_GIVEN	? OPINIONS
							: NULL;
}

static const char *text_or_empty(const json_value *value)
{
	const char *text = json_text(value);
	return text ? text : "";
}

int64_t number_of(const json_value *thing, const char *name)
{
	int64_t number;
	return json_whole(json_member(thing, name), &number) ? number : 0;
}

void question_read(struct question *q, const json_value *value)
{
	const json_value *key = json_member(value, "key");
	memset(q, 0, sizeof(*q));
	if (!question_type_parse(text_or_empty(json_member(value, "type")), &q->type))
		q->type = QUESTION_SHORT_ANSWER;
	const bool all = q->type == QUESTION_MULTIPLE_SELECT;
	q->number = number_of(value, "number");
	q->prompt = text_or_empty(json_member(value, "prompt"));
	q->options = json_member(value, "options");
	q->option_count = words_of(q) ? ARRAY_LEN(TRUTHS) : json_count(q->options);
	q->rights = json_member(key, all ? "all_of" : "any_of");
	q->right_count = json_count(q->rights);
	const double usual = all ? (double)q->right_count : 1;
	if (!json_number(json_member(value, "points"), &q->points))
		q->points = usual;
	q->usual_points = !(q->points < usual) && !(q->points > usual);
	q->max_words = number_of(value, "max_words");
}

const char *question_option_id(const struct question *q, size_t i)
{
	const char *const *words = words_of(q);
	return words ? words[i] : text_or_empty(json_member(json_item(q->options, i), "id"));
}

const char *question_option_text(const struct question *q, size_t i)
{
	const char *const *words = words_of(q);
	return words ? words[i] : text_or_empty(json_member(json_item(q->options, i), "text"));
}

const char *question_right(const struct question *q, size_t i)
{
	return text_or_empty(json_item(q->rights, i));
}

bool question_option_is_right(const struct question *q, size_t i)
{
	char option[2560], right[2560];
	if (!question_fold(q->type, question_option_id(q, i), option, sizeof(option)))
		return false;
	for (size_t r = 0; r < q->right_count; r++)
		if (question_fold(q->type, question_right(q, r), right, sizeof(right)) &&
		    strcmp(option, right) == 0)
			return true;
	return false;
}

bool question_has_letters(const struct question *q)
{
	for (size_t i = 0; i < q->option_count && !words_of(q); i++) {
		const char *id = question_option_id(q, i);
		if (i >= 26 || id[0] != (char)('A' + i) || id[1] != '\0')
			return false;
	}
	return true;
}

void paper_add_head(struct buf *out, const json_value *test)
{
	const json_value *bands = json_member(test, "band_table");
	buf_adds(out, "\"title\":");
	json_add_string(out, text_or_empty(json_member(test, "title")));
	buf_adds(out, ",\"description\":");
	json_add_string(out, json_text(json_member(test, "description")));
	buf_printf(out, ",\"time_limit_seconds\":%lld,\"scoring\":",
		   (long long)number_of(test, "time_limit_seconds"));
	json_add_string(out, text_or_empty(json_member(test, "scoring")));
	if (json_kind(bands) == JSON_KIND_ARRAY) {
		char *text = json_dump(out->arena, bands);
		buf_printf(out, ",\"band_table\":%s", text ? text : "[]");
	}
}
