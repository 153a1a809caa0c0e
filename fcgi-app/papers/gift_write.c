/* A paper as GIFT. Each question is what Moodle would read there; the comment above it says the rest. */
#include <string.h>

#include "domain/scoring.h"
#include "fcgi-app/papers/gift.h"
#include "fcgi-app/papers/question.h"

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\r')
			continue;
		if (*text == '\n') {
			buf_adds(out, "\\n");
			continue;
		}
		if (strchr(GIFT_SPECIALS "\\", *text))
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

/* Only what the answers don't show. */
static void add_ours(struct buf *out, const struct question *q)
{
	buf_printf(out, GIFT_OURS "{\"question\":{\"type\":\"%s\"", question_type_name(q->type));
	if (!q->usual_points)
		buf_printf(out, ",\"points\":%.15g", q->points);
	if (q->max_words > 0)
		buf_printf(out, ",\"max_words\":%lld", (long long)q->max_words);
	if (!question_has_letters(q)) {
		buf_adds(out, ",\"ids\":[");
		for (size_t i = 0; i < q->option_count; i++) {
			buf_adds(out, i ? "," : "");
			json_add_string(out, question_option_id(q, i));
		}
		buf_addc(out, ']');
	}
	buf_adds(out, "}}\n");
}

/* A text that begins like a weight needs one before it. */
static void add_option(struct buf *out, const struct question *q, const char *text, bool right)
{
	const bool select = q->type == QUESTION_MULTIPLE_SELECT;
	buf_adds(out, right && !select ? "\t=" : "\t~");
	if (right && select)
		buf_printf(out, "%%%.7g%%", 100.0 / (double)(q->right_count ? q->right_count : 1));
	else if (*text == '%')
		buf_adds(out, right ? "%100%" : "%0%");
	add_escaped(out, text);
	buf_addc(out, '\n');
}

static void add_question(struct buf *out, const json_value *value)
{
	struct question q;
	question_read(&q, value);
	add_ours(out, &q);
	buf_printf(out, "::%lld::[plain]", (long long)q.number);
	add_escaped(out, q.prompt);
	buf_adds(out, " {\n");
	for (size_t i = 0; i < q.option_count; i++)
		add_option(out, &q, question_option_text(&q, i), question_option_is_right(&q, i));
	if (q.type == QUESTION_SHORT_ANSWER)
		for (size_t i = 0; i < q.right_count; i++)
			add_option(out, &q, question_right(&q, i), true);
	buf_adds(out, "}\n\n");
}

static void add_passage(struct buf *out, const json_value *passage)
{
	const char *title = json_text(json_member(passage, "title"));
	const char *body = json_text(json_member(passage, "body"));
	const json_value *questions = json_member(passage, "questions");
	buf_adds(out, GIFT_OURS "{\"passage\":{\"title\":");
	json_add_string(out, title ? title : "");
	buf_adds(out, "}}\n");
	if (body && *body) {
		buf_adds(out, "::");
		add_escaped(out, title ? title : "");
		buf_adds(out, "::[plain]");
		add_escaped(out, body);
		buf_addc(out, '\n');
	}
	buf_addc(out, '\n');
	for (size_t i = 0; i < json_count(questions); i++)
		add_question(out, json_item(questions, i));
}

void gift_write(struct buf *out, const json_value *test)
{
	const json_value *passages = json_member(test, "passages");
	buf_adds(out, GIFT_OURS "{\"paper\":{");
	paper_add_head(out, test);
	buf_adds(out, "}}\n\n");
	for (size_t i = 0; i < json_count(passages); i++)
		add_passage(out, json_item(passages, i));
}
