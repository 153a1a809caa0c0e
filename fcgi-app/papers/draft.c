#include "fcgi-app/papers/draft.h"

#include <stdlib.h>
#include <string.h>

#include "domain/paper.h"
#include "fcgi-app/papers/flow.h"
#include "wire/json.h"

enum {
	TIME_LIMIT = 3600, /* seconds, of a file without */
	DAY = 24 * 3600,
	CHOICES_MOST = 60, /* twice what a question may have */
	CHOICE_BYTES = 4000,
	BODY_MOST = 8 << 20, /* bytes: what the call that makes a test takes */
};

#define TOO_MANY     "a paper has at most %d questions"
#define POINTS_BOUND 1e9 /* a number that JSON can say, and that the rules refuse */

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

/* A title that fits; what is cut off is told. */
static const char *fit(struct draft *draft, const char *title)
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
	passage->title = fit(draft, title);
	passage->body = body ? body : "";
	passage->last = &passage->first;
	*draft->last = passage;
	draft->last = &passage->next;
	draft->current = passage;
	return passage;
}

PRINTF_LIKE(3, 4)
static void leave_out(struct draft *draft, struct asked *asked, const char *message, ...)
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
		draft_remark(draft, place, LEFT_OUT, TOO_MANY, PAPER_QUESTIONS_MOST);
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
		leave_out(draft, asked, "prompt is far too long");
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
		leave_out(draft, asked, "it has far too many options or answers");
	if (!asked->left_out && text && strlen(text) > CHOICE_BYTES)
		leave_out(draft, asked, "an option is far too long");
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

/* --- to a body --- */

/* A, B … Z, AA, AB … */
static void add_letter(struct buf *out, size_t index)
{
	if (index >= 26)
		add_letter(out, index / 26 - 1);
	buf_addc(out, (char)('A' + index % 26));
}

static void add_id(struct buf *out, const struct choice *choice, size_t index)
{
	if (choice->id) {
		json_add_string(out, choice->id);
		return;
	}
	buf_addc(out, '"');
	add_letter(out, index);
	buf_addc(out, '"');
}

static void add_options(struct buf *out, const struct asked *asked)
{
	size_t index = 0;
	buf_adds(out, ",\"options\":[");
	for (const struct choice *choice = asked->first; choice; choice = choice->next, index++) {
		buf_adds(out, index ? ",{\"id\":" : "{\"id\":");
		add_id(out, choice, index);
		buf_adds(out, ",\"text\":");
		json_add_string(out, choice->text);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_key(struct buf *out, const struct asked *asked)
{
	size_t index = 0;
	bool any = false;
	buf_printf(out, ",\"key\":{\"%s\":[", asked->type == QUESTION_MULTIPLE_SELECT ? "all_of" : "any_of");
	for (const struct choice *choice = asked->first; choice; choice = choice->next, index++) {
		if (!choice->right)
			continue;
		buf_adds(out, any ? "," : "");
		any = true;
		if (question_has_options(asked->type))
			add_id(out, choice, index);
		else
			json_add_string(out, choice->text);
	}
	buf_adds(out, "]}");
}

static void add_asked(struct buf *out, const struct asked *asked)
{
	buf_printf(out, "{\"type\":\"%s\",\"prompt\":", question_type_name(asked->type));
	json_add_string(out, asked->prompt);
	if (question_has_options(asked->type))
		add_options(out, asked);
	add_key(out, asked);
	if (asked->points > 0)
		buf_printf(out, ",\"points\":%.15g",
			   asked->points < POINTS_BOUND ? asked->points : POINTS_BOUND);
	if (asked->max_words > 0)
		buf_printf(out, ",\"max_words\":%d", asked->max_words);
	buf_addc(out, '}');
}

static size_t kept_count(const struct passage *passage)
{
	size_t count = 0;
	for (const struct asked *asked = passage->first; asked; asked = asked->next)
		count += !asked->left_out;
	return count;
}

static bool is_written(const struct passage *passage)
{
	return passage->kept || *passage->body || kept_count(passage) > 0;
}

static void add_passage(struct buf *out, const struct passage *passage)
{
	bool any = false;
	buf_adds(out, "{\"title\":");
	json_add_string(out, passage->title);
	buf_adds(out, ",\"body\":");
	json_add_string(out, passage->body);
	buf_adds(out, ",\"questions\":[");
	for (const struct asked *asked = passage->first; asked && out->len <= BODY_MOST;
	     asked = asked->next) {
		if (asked->left_out)
			continue;
		buf_adds(out, any ? "," : "");
		any = true;
		add_asked(out, asked);
	}
	buf_adds(out, "]}");
}

/* NULL: no memory; "": too long for a paper. */
static const char *draft_body(const struct draft *draft)
{
	struct buf out;
	bool any = false;
	buf_init(&out, draft->arena);
	buf_adds(&out, "{\"title\":");
	json_add_string(&out, draft->title);
	if (draft->description) {
		buf_adds(&out, ",\"description\":");
		json_add_string(&out, draft->description);
	}
	buf_printf(&out, ",\"time_limit_seconds\":%lld,\"scoring\":", (long long)draft->time_limit_seconds);
	json_add_string(&out, draft->scoring ? draft->scoring : "points");
	if (draft->band_table)
		buf_printf(&out, ",\"band_table\":%s", draft->band_table);
	buf_adds(&out, ",\"passages\":[");
	for (const struct passage *passage = draft->first; passage; passage = passage->next) {
		if (!is_written(passage))
			continue;
		buf_adds(&out, any ? "," : "");
		any = true;
		add_passage(&out, passage);
	}
	buf_adds(&out, "]}");
	if (out.len > BODY_MOST)
		return "";
	return out.failed ? NULL : out.data;
}

/* --- by the rules of papers --- */

/* The question that the rules know by these indexes. */
static struct asked *find(const struct draft *draft, size_t passage_index, size_t index)
{
	for (struct passage *passage = draft->first; passage; passage = passage->next) {
		if (!is_written(passage) || passage_index-- > 0)
			continue;
		for (struct asked *asked = passage->first; asked; asked = asked->next)
			if (!asked->left_out && index-- == 0)
				return asked;
		return NULL;
	}
	return NULL;
}

/* What is behind "passages[12]"; NULL: the path doesn't begin so. */
static const char *after_index(const char *path, const char *begin, size_t *ret)
{
	const size_t len = strlen(begin);
	char *end;
	if (strncmp(path, begin, len) != 0)
		return NULL;
	*ret = strtoul(path + len, &end, 10);
	return end > path + len && *end == ']' ? end + 1 : NULL;
}

/* The questions that the rules refuse: how many. First they are found, by indexes that leaving out changes.
 */
static size_t leave_out_refused(struct draft *draft, const struct problems *problems)
{
	struct asked *found[100];
	const char *fields[100], *messages[100];
	size_t count = 0;
	for (const struct problem *p = problems->first; p && count < ARRAY_LEN(found); p = p->next) {
		size_t passage, index;
		const char *rest = after_index(p->field, "passages[", &passage);
		rest = rest ? after_index(rest, ".questions[", &index) : NULL;
		if (!rest)
			continue;
		found[count] = find(draft, passage, index);
		fields[count] = *rest == '.' ? rest + 1 : rest;
		messages[count] = p->message;
		count += found[count] != NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (!found[i]->left_out)
			leave_out(draft, found[i], "%s%s%s", fields[i], *fields[i] ? " " : "", messages[i]);
	return count;
}

/* What needs no rules: what has no key, and what is beyond the number of questions. How many are left. */
static size_t leave_out_rest(struct draft *draft)
{
	size_t count = 0;
	for (struct passage *passage = draft->first; passage; passage = passage->next)
		for (struct asked *asked = passage->first; asked; asked = asked->next) {
			if (asked->left_out)
				continue;
			if (asked->rights == 0)
				leave_out(draft, asked, "it has no right answer");
			else if (count == PAPER_QUESTIONS_MOST)
				leave_out(draft, asked, TOO_MANY, PAPER_QUESTIONS_MOST);
			else
				count++;
		}
	return count;
}

/* What the file doesn't say of the paper as a whole. */
static void complete(struct draft *draft, const char *title)
{
	const struct place whole = {.item = ""};
	if (!draft->title || !*draft->title)
		draft->title = title;
	draft->title = fit(draft, draft->title);
	if (draft->time_limit_seconds > PAPER_TIME_LIMIT_MOST) {
		draft->time_limit_seconds = PAPER_TIME_LIMIT_MOST;
		draft_remark(draft, whole, CHANGED, "the time limit is cut to %d days",
			     PAPER_TIME_LIMIT_MOST / DAY);
	}
	if (draft->time_limit_seconds > 0)
		return;
	draft->time_limit_seconds = TIME_LIMIT;
	draft_remark(draft, whole, CHANGED, "the file sets no time limit: the paper has %d minutes",
		     TIME_LIMIT / 60);
}

/* Why there is nothing: each remark is a problem of the call. */
static enum err refuse_empty(struct domain *d, const struct draft *draft)
{
	problem_add(&d->problems, "body", "has no question that can be asked here");
	for (const struct remark *remark = draft->remarks; remark; remark = remark->next)
		if (remark->outcome == LEFT_OUT)
			problem_add(&d->problems, "body", "%s (line %d): %s", remark->place.item,
				    remark->place.line, remark->message);
	return ERR_VALIDATION;
}

enum err draft_settle(struct domain *d, struct draft *draft, const char *title, const char **ret_normalised)
{
	complete(draft, title);
	size_t count = leave_out_rest(draft), refused = 1;
	while (refused > 0) {
		json_value *body;
		const char *text = draft_body(draft);
		if (!text || arena_failed(d->arena))
			return ERR_MEMORY;
		if (count == 0)
			return refuse_empty(d, draft);
		if (!*text) {
			problem_add(&d->problems, "body", "makes a paper of more than 8 MiB");
			return ERR_VALIDATION;
		}
		if (json_parse_object(d->arena, text, strlen(text), &body) != OK)
			return arena_failed(d->arena) ? ERR_MEMORY : ERR_INTERNAL;
		if (paper_normalise(d, body, ret_normalised))
			return OK;
		refused = leave_out_refused(draft, &d->problems);
		if (refused > 0)
			problems_init(&d->problems, d->arena);
		count = leave_out_rest(draft);
	}
	return arena_failed(d->arena) ? ERR_MEMORY : ERR_VALIDATION;
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
