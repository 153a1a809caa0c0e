/* Papers and marking. A test's body that is let through is complete: it is JSON, letting it through once more
 * changes nothing, it compiles to a mark sheet in its own scoring, and its key's own first answer to each
 * question is right. What is behind a NUL in the input is an answer to each question: it is worth between
 * nothing and all. */
#include "tests/fuzz/fuzz.h"

#include "domain/answer.h"
#include "domain/paper.h"
#include "domain/scoring.h"

static void check_answer(struct arena *arena, const struct mark_sheet *sheet, const struct id *id,
			 const char *answer)
{
	double points = mark_answer(sheet, id, answer);
	json_value *value;

	MUST(points >= 0 && points <= mark_full(sheet, id) * (1 + 1e-9));
	/* marking reads JSON by itself: what it finds worth something is a string or an array of strings */
	if (points > 0 && json_parse(arena, answer, strlen(answer), &value) == OK)
		MUST(json_kind(value) == JSON_KIND_STRING || json_kind(value) == JSON_KIND_ARRAY);
}

/* The right answers as an answer's JSON. */
static const char *right_answer(struct arena *arena, const json_value *question)
{
	const json_value *key = json_member(question, "key"), *all = json_member(key, "all_of");

	return json_dump(arena, all ? all : json_item(json_member(key, "any_of"), 0));
}

static void check_question(struct arena *arena, const struct mark_sheet *sheet, const json_value *question,
			   const char *answer)
{
	struct id id;
	double full;

	MUST(id_parse(json_text(json_member(question, "id")), &id));
	full = mark_full(sheet, &id);
	MUST(full > 0);
	/* an answer with more words than the question allows is wrong, even the key's own */
	if (!json_member(question, "max_words"))
		MUST(mark_answer(sheet, &id, right_answer(arena, question)) >= full * (1 - 1e-9));
	check_answer(arena, sheet, &id, answer);
}

/* All questions in one array, as the sheet is compiled from. */
static const char *questions_text(struct arena *arena, const json_value *paper)
{
	const json_value *passages = json_member(paper, "passages");
	struct buf out;

	buf_init(&out, arena);
	for (size_t i = 0; i < json_count(passages); i++) {
		const json_value *questions = json_member(json_item(passages, i), "questions");

		for (size_t k = 0; k < json_count(questions); k++) {
			buf_addc(&out, out.len ? ',' : '[');
			buf_adds(&out, json_dump(arena, json_item(questions, k)));
		}
	}
	buf_addc(&out, ']');
	return out.data;
}

static void check_marking(struct arena *arena, const json_value *paper, const char *answer)
{
	const json_value *passages = json_member(paper, "passages"),
			 *bands = json_member(paper, "band_table");
	struct mark_sheet *sheet;
	struct score score;

	MUST(mark_sheet_new(questions_text(arena, paper), json_text(json_member(paper, "scoring")),
			    bands ? json_dump(arena, bands) : NULL, &sheet) == OK);
	for (size_t i = 0; i < json_count(passages); i++) {
		const json_value *questions = json_member(json_item(passages, i), "questions");

		for (size_t k = 0; k < json_count(questions); k++)
			check_question(arena, sheet, json_item(questions, k), answer);
	}
	score = mark_score(sheet, mark_total(sheet));
	MUST(score.score >= 0 && score.table);
	MUST(mark_score(sheet, 0).score >= 0 && mark_score(sheet, 0).score <= score.score);
	mark_sheet_free(sheet);
}

/* The reader of answers and the parser of JSON say the same of any text. */
static void check_reader(struct arena *arena, const char *answer)
{
	char folded[4096];
	struct answer_reader reader;
	enum answer_step step;
	json_value *value;
	struct fold fold;
	size_t count = 0;

	answer_begin(&reader, answer);
	do {
		fold_init(&fold, FOLD_TEXT, folded, sizeof(folded));
		step = answer_next(&reader, &fold);
		count += step == ANSWER_ITEM;
	} while (step == ANSWER_ITEM);
	if (json_parse(arena, answer, strlen(answer), &value) != OK)
		return;
	if (json_kind(value) == JSON_KIND_STRING)
		MUST(step == ANSWER_END && count == 1);
	else if (json_kind(value) != JSON_KIND_ARRAY)
		MUST(step == ANSWER_MALFORMED);
	else if (step == ANSWER_END)
		MUST(count == json_count(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	const char *body = take_text(&rest, arena, '\0'), *answer = take_text(&rest, arena, '\0');
	const char *normal, *again;
	struct domain d;
	json_value *value;

	domain_init(&d, NULL, arena, NULL, NULL);
	check_reader(arena, answer);
	if (json_parse_object(arena, body, strlen(body), &value) == OK &&
	    paper_normalise(&d, value, &normal)) {
		MUST(json_parse_object(arena, normal, strlen(normal), &value) == OK);
		MUST(paper_normalise(&d, value, &again) && strcmp(normal, again) == 0);
		check_marking(arena, value, answer);
	}
	MUST(!arena_failed(arena));
	arena_free(arena);
	return 0;
}
