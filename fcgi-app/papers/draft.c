#include "fcgi-app/papers/draft.h"

#include <string.h>

#include "fcgi-app/papers/flow.h"
#include "wire/json.h"

enum {
	CHOICES_MOST = 60, /* twice what a question may have */
	CHOICE_BYTES = 4000,
};

/* Something to write to when there is no memory; nobody reads it. */
static _Thread_local struct asked nowhere;

struct draft *draft_new(struct arena *arena)
{
	struct draft *draft = arena_alloc(arena, sizeof(*draft));
	if (!draft)
		return NULL;
	draft->arena = arena;
	draft->last = &draft->first;
	draft->last_remark = &draft->remarks;
	return draft;
}

struct place draft_place(struct draft *draft, const char *name, int line)
{
	draft->items++;
	if (draft->remark_count > REMARKS_MOST)
		name = ""; /* nobody will read it */
	else if (!name || !*name)
		name = arena_printf(draft->arena, "Question %zu", draft->items);
	return (struct place){.item = name ? name : "", .line = line};
}

PRINTF_LIKE(4, 0)
static void add_remark(struct draft *draft, struct place place, enum outcome outcome, const char *message,
		       va_list args)
{
	if (++draft->remark_count > REMARKS_MOST)
		return;
	struct remark *remark = arena_alloc(draft->arena, sizeof(*remark));
	const char *text = arena_vprintf(draft->arena, message, args);
	if (!remark || !text)
		return;
	*remark = (struct remark){.place = place, .outcome = outcome, .message = text};
	*draft->last_remark = remark;
	draft->last_remark = &remark->next;
}

void draft_remark(struct draft *draft, struct place place, enum outcome outcome, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	add_remark(draft, place, outcome, message, args);
	va_end(args);
}

enum err draft_refuse(struct draft *draft, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	draft->problem = arena_vprintf(draft->arena, message, args);
	va_end(args);
	return draft->problem ? ERR_VALIDATION : ERR_MEMORY;
}

/* The bytes of the first `most` characters. */
static size_t head_of(const char *text, size_t most)
{
	size_t len = strnlen(text, most * 4), at = 0;
	for (; most > 0 && at < len; most--) {
		const size_t step = utf8_step(text + at, len - at);
		at += step ? step : 1;
	}
	return at;
}

const char *draft_title(struct draft *draft, const char *title)
{
	const struct place whole = {.item = ""};
	if (!title)
		return "";
	const size_t len = head_of(title, PAPER_TITLE_MOST);
	if (title[len] == '\0')
		return title;
	draft_remark(draft, whole, CHANGED, "a title is cut to its first %d characters", PAPER_TITLE_MOST);
	const char *cut = arena_strndup(draft->arena, title, len);
	return cut ? cut : "";
}

struct passage *draft_passage(struct draft *draft, const char *title, const char *body)
{
	struct passage *passage = arena_alloc(draft->arena, sizeof(*passage));
	if (!passage)
		return NULL;
	passage->title = draft_title(draft, title);
	passage->body = body ? body : "";
	passage->last = &passage->first;
	*draft->last = passage;
	draft->last = &passage->next;
	draft->current = passage;
	return passage;
}

void draft_leave_out(struct draft *draft, struct asked *asked, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	add_remark(draft, asked->place, LEFT_OUT, message, args);
	va_end(args);
	asked->left_out = true;
}

struct asked *draft_ask(struct draft *draft, struct place place, enum question_type type, const char *prompt)
{
	struct passage *passage = draft->current;
	if (draft->asked++ >= ASKED_MOST) {
		draft_remark(draft, place, LEFT_OUT, DRAFT_TOO_MANY, PAPER_QUESTIONS_MOST);
		nowhere =
		    (struct asked){.place = place, .type = type, .last = &nowhere.first, .left_out = true};
		return &nowhere;
	}
	if (!passage)
		passage = draft_passage(draft, NULL, NULL);
	else if (passage->count >= PAPER_PASSAGE_QUESTIONS_MOST)
		passage = draft_passage(draft, passage->title, NULL);
	struct asked *asked = passage ? arena_alloc(draft->arena, sizeof(*asked)) : NULL;
	if (!asked)
		asked = &nowhere;
	*asked = (struct asked){.place = place, .type = type, .prompt = prompt ? prompt : ""};
	asked->last = &asked->first;
	if (strlen(asked->prompt) > PROMPT_BYTES)
		draft_leave_out(draft, asked, "prompt is far too long");
	if (asked != &nowhere) {
		*passage->last = asked;
		passage->last = &asked->next;
		passage->count++;
	}
	return asked;
}

void asked_choice(struct draft *draft, struct asked *asked, const char *id, const char *text, bool right)
{
	struct choice *choice = asked == &nowhere ? NULL : arena_alloc(draft->arena, sizeof(*choice));
	if (!choice)
		return;
	if (!asked->left_out && asked->count >= CHOICES_MOST)
		draft_leave_out(draft, asked, "it has far too many options or answers");
	if (!asked->left_out && text && strlen(text) > CHOICE_BYTES)
		draft_leave_out(draft, asked, "an option is far too long");
	*choice = (struct choice){.id = id, .text = text ? text : "", .right = right};
	*asked->last = choice;
	asked->last = &choice->next;
	asked->count++;
	asked->rights += right;
}

/* What can be matched: each text once. */
struct bank {
	const char *texts[PAIRS_MOST];
	size_t count;
};

/* The text's place there. */
static size_t bank_put(struct bank *bank, const char *text)
{
	size_t i = 0;
	while (i < bank->count && strcmp(bank->texts[i], text) != 0)
		i++;
	if (i == bank->count)
		bank->texts[bank->count++] = text;
	return i;
}

static void ask_pair(struct draft *draft, struct place place, const char *prompt, const struct pair *pair,
		     struct bank *bank, double points)
{
	/* one that is too many has no use for a copy of the prompt */
	const char *text = *prompt && draft->asked < ASKED_MOST
			       ? arena_printf(draft->arena, "%.*s\n%s", PROMPT_BYTES + 1, prompt, pair->item)
			       : pair->item;
	struct asked *asked = draft_ask(draft, place, QUESTION_MATCHING, text);
	const size_t right = bank_put(bank, pair->match);
	for (size_t i = 0; i < bank->count; i++)
		asked_choice(draft, asked, NULL, bank->texts[i], i == right);
	asked->points = points;
}

void draft_ask_pairs(struct draft *draft, struct place place, const char *prompt, const struct pair *pairs,
		     size_t count, double points)
{
	struct bank bank = {.count = 0};
	size_t items = 0;
	for (size_t i = 0; i < count && i < PAIRS_MOST; i++) {
		bank_put(&bank, pairs[i].match);
		items += *pairs[i].item != '\0';
	}
	for (size_t i = 0; i < count && i < PAIRS_MOST; i++)
		if (*pairs[i].item)
			ask_pair(draft, place, prompt, &pairs[i], &bank, points / (double)items);
	if (items == 0)
		draft_remark(draft, place, LEFT_OUT, "it has no pairs");
	else if (items > 1)
		draft_remark(draft, place, CHANGED, "one question of %zu pairs is %zu questions here", count,
			     items);
	if (count > PAIRS_MOST)
		draft_remark(draft, place, LEFT_OUT, "more than %d pairs aren't read", PAIRS_MOST);
}

void draft_remark_lost(struct draft *draft, struct place place, int lost)
{
	if (lost & LOST_MEDIA)
		draft_remark(draft, place, CHANGED, "a picture or a recording is left out");
	if (lost & LOST_SCRIPT)
		draft_remark(draft, place, CHANGED, "raised or lowered text and formulas stand on the line");
}

/* Whether the choices are the three words of that type, each once. */
static bool is_words(const struct asked *asked, enum question_type type)
{
	char seen[3][32], folded[32];
	size_t count = 0;
	for (const struct choice *choice = asked->first; choice; choice = choice->next) {
		if (count == 3 || !question_fold(type, choice->text, folded, sizeof(folded)))
			return false;
		for (size_t i = 0; i < count; i++)
			if (strcmp(seen[i], folded) == 0)
				return false;
		memcpy(seen[count++], folded, sizeof(folded));
	}
	return count == 3;
}

void asked_recognise(struct asked *asked)
{
	if (asked->type != QUESTION_MULTIPLE_CHOICE)
		return;
	if (is_words(asked, QUESTION_TRUE_FALSE_NOT_GIVEN))
		asked->type = QUESTION_TRUE_FALSE_NOT_GIVEN;
	else if (is_words(asked, QUESTION_YES_NO_NOT_GIVEN))
		asked->type = QUESTION_YES_NO_NOT_GIVEN;
}

/* --- the report --- */

static const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {[LEFT_OUT] = "left_out", [CHANGED] = "changed"};
	return names[outcome];
}

static void write_remark(struct buf *out, const struct remark *remark)
{
	buf_adds(out, "{\"item\":");
	json_add_string(out, *remark->place.item ? remark->place.item : NULL);
	if (remark->place.line > 0)
		buf_printf(out, ",\"line\":%d", remark->place.line);
	else
		buf_adds(out, ",\"line\":null");
	buf_printf(out, ",\"outcome\":\"%s\",\"message\":", outcome_name(remark->outcome));
	json_add_string(out, remark->message);
	buf_addc(out, '}');
}

void draft_report(const struct draft *draft, struct buf *out)
{
	buf_addc(out, '[');
	for (const struct remark *remark = draft->remarks; remark; remark = remark->next) {
		buf_adds(out, remark == draft->remarks ? "" : ",");
		write_remark(out, remark);
	}
	if (draft->remark_count > REMARKS_MOST)
		buf_printf(out,
			   ",{\"item\":null,\"line\":null,\"outcome\":\"left_out\",\"message\":"
			   "\"and %zu more remarks\"}",
			   draft->remark_count - REMARKS_MOST);
	buf_addc(out, ']');
}
