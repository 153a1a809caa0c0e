/* GIFT, Moodle's text format. A blank line ends a question; `{…}` are its answers; a text without them is a
 * description, which begins a passage here. As in Moodle: several `=` are answers of a short text, with a `~`
 * they are options, with weights only the right ones of several, with `->` they are pairs. */
#include "fcgi-app/papers/gift.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fcgi-app/papers/flow.h"
#include "fcgi-app/papers/readers.h"

#define SPACES " \t\n"

/* A piece of the file. */
struct span {
	const char *at;
	size_t len;
};

/* One question's lines while they are read. */
struct block {
	struct draft *draft;
	struct buf text;	   /* without comments */
	int line;		   /* of its first line; 0: none yet */
	const json_value *ours;	   /* what the comment of ours says of the question; NULL: nothing */
	const json_value *passage; /* … of the passage that begins here */
	/* as they are found in the text */
	struct place place;
	const char *format; /* "html", "plain", "moodle", "markdown" */
	struct span answers;
	bool noted; /* it has feedback */
	int lost;
};

static struct span trim(struct span span)
{
	while (span.len > 0 && strchr(SPACES, *span.at)) {
		span.at++;
		span.len--;
	}
	while (span.len > 0 && strchr(SPACES, span.at[span.len - 1]))
		span.len--;
	return span;
}

/* The first of `marks` in the span that no backslash stands before; its end: none. */
static size_t find(struct span span, const char *marks)
{
	size_t i = 0;
	for (; i < span.len; i++) {
		if (span.at[i] == '\\' && i + 1 < span.len)
			i++;
		else if (strchr(marks, span.at[i]))
			break;
	}
	return i < span.len ? i : span.len;
}

static struct span from(struct span span, size_t begin)
{
	return (struct span){span.at + begin, span.len - begin};
}

/* Without the backslashes. */
static const char *unescape(struct arena *arena, struct span span)
{
	char *out = arena_alloc(arena, span.len + 1);
	size_t used = 0;
	for (size_t i = 0; out && i < span.len; i++) {
		const char next = i + 1 < span.len ? span.at[i + 1] : '\0';
		if (span.at[i] == '\\' && next == 'n') {
			out[used++] = '\n';
			i++;
		} else if (span.at[i] == '\\' && next && strchr(GIFT_SPECIALS "\\", next)) {
			out[used++] = next;
			i++;
		} else {
			out[used++] = span.at[i];
		}
	}
	return out ? out : "";
}

/* As a paper holds it: HTML becomes text. Moodle's own format is HTML with line ends kept. */
static const char *plain(struct block *block, struct span span)
{
	const char *text = unescape(block->draft->arena, trim(span));
	const bool html = strcasecmp(block->format, "html") == 0;
	if (!html && (strcasecmp(block->format, "moodle") != 0 || !strpbrk(text, "<&")))
		return text;
	const char *found = html_text(block->draft->arena, text, html, &block->lost);
	return found ? found : "";
}

static void remark(struct block *block, enum outcome outcome, const char *message)
{
	draft_remark(block->draft, block->place, outcome, "%s", message);
}

/* --- answers --- */

/* One answer, after its `~` or `=`. */
struct answer {
	bool equal;
	bool weighted;
	double weight; /* percent */
	struct span text;
};

static bool take_weight(struct span *span, double *ret)
{
	char digits[32], *end;
	const char *stop =
	    span->len > 1 && *span->at == '%' ? memchr(span->at + 1, '%', span->len - 1) : NULL;
	const size_t len = stop ? (size_t)(stop - span->at) - 1 : 0;
	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, span->at + 1, len);
	digits[len] = '\0';
	const double weight = strtod(digits, &end);
	if (*end || strspn(digits, "+-.0123456789") != len)
		return false;
	*ret = weight;
	*span = trim(from(*span, len + 2));
	return true;
}

/* The next answer; false: no more. What comes before the first sign is skipped. */
static bool next_answer(struct block *block, struct span *rest, struct answer *ret)
{
	const size_t at = find(*rest, "~=");
	if (at == rest->len)
		return false;
	*ret = (struct answer){.equal = rest->at[at] == '='};
	*rest = from(*rest, at + 1);
	const size_t len = find(*rest, "~=");
	struct span text = trim((struct span){rest->at, len});
	*rest = from(*rest, len);
	ret->weighted = take_weight(&text, &ret->weight);
	if (!ret->weighted)
		ret->weight = ret->equal ? 100 : 0;
	const size_t feedback = find(text, "#");
	block->noted |= feedback < text.len;
	ret->text = (struct span){text.at, feedback};
	return true;
}

static enum question_type type_told(const struct block *block, enum question_type otherwise)
{
	enum question_type type;
	const char *name = json_text(json_member(block->ours, "type"));
	return name && question_type_parse(name, &type) ? type : otherwise;
}

/* The id that our comment tells of an option; NULL: a letter. */
static const char *id_told(const struct block *block, size_t index)
{
	return json_text(json_item(json_member(block->ours, "ids"), index));
}

static void take_worth(const struct block *block, struct asked *asked)
{
	int64_t words;
	double points;
	if (json_number(json_member(block->ours, "points"), &points) && points > 0)
		asked->points = points;
	if (json_whole(json_member(block->ours, "max_words"), &words) && words > 0 && words < 1000)
		asked->max_words = (int)words;
}

/* How the options of a choice are weighted. */
struct weights {
	size_t equal, part, negative;
	double least, most; /* of those above 0 */
};

static struct weights weigh(struct block *block, struct span rest)
{
	struct weights w = {0};
	struct answer answer;
	while (next_answer(block, &rest, &answer)) {
		w.equal += answer.equal;
		w.part += answer.weight > 0 && answer.weight < 100;
		w.negative += answer.weight < 0;
		if (answer.weight <= 0)
			continue;
		w.least = w.least > 0 && w.least < answer.weight ? w.least : answer.weight;
		w.most = w.most > answer.weight ? w.most : answer.weight;
	}
	return w;
}

static void ask_choice(struct block *block, const char *prompt)
{
	const struct weights w = weigh(block, block->answers);
	const bool several = w.equal == 0 && w.part > 0;
	const enum question_type type =
	    type_told(block, several ? QUESTION_MULTIPLE_SELECT : QUESTION_MULTIPLE_CHOICE);
	struct asked *asked = draft_ask(block->draft, block->place, type, prompt);
	struct span rest = block->answers;
	struct answer answer;
	while (!asked->left_out && next_answer(block, &rest, &answer))
		asked_choice(block->draft, asked, id_told(block, asked->count), plain(block, answer.text),
			     several ? answer.weight > 0 : answer.weight >= 100);
	take_worth(block, asked);
	if (!block->ours)
		asked_recognise(asked);
	if (several && w.most - w.least > 0.01)
		remark(block, CHANGED, "each right option is worth the same here, whatever its weight was");
	if (!several && w.part > 0)
		remark(block, CHANGED, "options that were right in part are wrong here");
	if (w.negative > 0)
		remark(block, CHANGED, "wrong options take no points away here");
}

static void ask_short(struct block *block, const char *prompt)
{
	struct asked *asked = draft_ask(block->draft, block->place, QUESTION_SHORT_ANSWER, prompt);
	struct span rest = block->answers;
	struct answer answer;
	size_t part = 0, stars = 0;
	while (!asked->left_out && next_answer(block, &rest, &answer)) {
		const char *text = plain(block, answer.text);
		part += answer.weight > 0 && answer.weight < 100;
		if (answer.weight < 100)
			continue;
		stars += !block->ours && strchr(text, '*') != NULL;
		asked_choice(block->draft, asked, NULL, text, true);
	}
	take_worth(block, asked);
	if (part > 0)
		remark(block, CHANGED, "answers that were right in part are wrong here");
	if (stars > 0)
		remark(block, CHANGED, "an asterisk stands for nothing but itself here");
}

static size_t find_arrow(struct span text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.at[i] == '-' && text.at[i + 1] == '>')
			return i;
	return text.len;
}

static bool has_pairs(struct block *block)
{
	struct span rest = block->answers;
	struct answer answer;
	while (next_answer(block, &rest, &answer))
		if (find_arrow(answer.text) < answer.text.len)
			return true;
	return false;
}

static void ask_pairs(struct block *block, const char *prompt)
{
	struct pair pairs[PAIRS_MOST + 1];
	struct span rest = block->answers;
	struct answer answer;
	size_t count = 0;
	while (count <= PAIRS_MOST && next_answer(block, &rest, &answer)) {
		const size_t arrow = find_arrow(answer.text);
		if (arrow == answer.text.len) {
			remark(block, LEFT_OUT, "an answer isn't a pair: it has no ->");
			continue;
		}
		pairs[count].item = plain(block, (struct span){answer.text.at, arrow});
		pairs[count++].match = plain(block, from(answer.text, arrow + 2));
	}
	draft_ask_pairs(block->draft, block->place, prompt, pairs, count, 0);
}

/* TRUE or FALSE and what is said to either. */
static bool is_truth(struct span answers, bool *ret)
{
	static const char *const words[] = {"T", "TRUE", "F", "FALSE"};
	const struct span word = trim((struct span){answers.at, find(answers, "#")});
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == word.len && strncasecmp(words[i], word.at, word.len) == 0) {
			*ret = i < 2;
			return true;
		}
	return false;
}

static void ask_truth(struct block *block, const char *prompt, bool truth)
{
	struct asked *asked = draft_ask(block->draft, block->place, QUESTION_MULTIPLE_CHOICE, prompt);
	block->noted |= find(block->answers, "#") < block->answers.len;
	asked_choice(block->draft, asked, "TRUE", "True", truth);
	asked_choice(block->draft, asked, "FALSE", "False", !truth);
}

/* "1822" or "1822:0": the number as text; NULL: it has a tolerance, or is a range. */
static const char *exact_number(struct block *block, struct span span)
{
	char *text = arena_strndup(block->draft->arena, span.at, span.len);
	char *tolerance = text ? strchr(text, ':') : NULL;
	if (!text || strstr(text, "..") || (tolerance && strtod(tolerance + 1, NULL) != 0))
		return NULL;
	if (tolerance)
		*tolerance = '\0';
	return text;
}

/* The answers of a number, once for each: with `=`, or one without. */
static bool next_number(struct block *block, struct span *rest, struct answer *ret)
{
	if (find(*rest, "=~") < rest->len)
		return next_answer(block, rest, ret);
	const struct span text = trim((struct span){rest->at, find(*rest, "#")});
	block->noted |= text.len < trim(*rest).len;
	*ret = (struct answer){.weight = 100, .text = text};
	*rest = (struct span){"", 0};
	return text.len > 0;
}

/* A number without a tolerance is a short answer. */
static void ask_number(struct block *block, const char *prompt)
{
	struct span rest = trim(from(block->answers, 1));
	struct answer answer;
	const char *first = NULL;
	bool part = false;
	while (next_number(block, &rest, &answer)) {
		part |= answer.weight > 0 && answer.weight < 100;
		if (answer.weight < 100)
			continue;
		const char *number = exact_number(block, answer.text);
		if (!number || first) {
			remark(block, LEFT_OUT,
			       number ? "several numbers have no counterpart here"
				      : "a number with a tolerance has no counterpart here");
			return;
		}
		first = number;
	}
	struct asked *asked = draft_ask(block->draft, block->place, QUESTION_SHORT_ANSWER, prompt);
	if (first)
		asked_choice(block->draft, asked, NULL, first, true);
	remark(block, CHANGED, "the number is compared as text");
	if (part)
		remark(block, CHANGED, "answers that were right in part are wrong here");
}

static bool is_choice_type(enum question_type type)
{
	return type != QUESTION_SHORT_ANSWER;
}

static void ask(struct block *block, const char *prompt)
{
	const struct span answers = block->answers;
	const enum question_type told = type_told(block, QUESTION_TYPE_COUNT);
	bool truth;
	if (answers.len == 0)
		remark(block, LEFT_OUT, "an essay has no key to be marked by");
	else if (*answers.at == '#')
		ask_number(block, prompt);
	else if (is_truth(answers, &truth))
		ask_truth(block, prompt, truth);
	else if (find(answers, "~") < answers.len || (told < QUESTION_TYPE_COUNT && is_choice_type(told)))
		ask_choice(block, prompt);
	else if (find(answers, "=") == answers.len)
		remark(block, LEFT_OUT, "what is between { and } begins with neither = nor ~");
	else if (told != QUESTION_SHORT_ANSWER && has_pairs(block))
		ask_pairs(block, prompt);
	else
		ask_short(block, prompt);
}

/* --- a question's text --- */

/* "::name::", when it begins so. */
static const char *take_name(struct block *block, struct span *text)
{
	if (text->len < 2 || strncmp(text->at, "::", 2) != 0)
		return NULL;
	struct span rest = from(*text, 2);
	for (size_t at = 0; at + 1 < rest.len; at++) {
		at += find(from(rest, at), ":");
		if (at + 1 >= rest.len || rest.at[at + 1] != ':')
			continue;
		*text = trim(from(rest, at + 2));
		return unescape(block->draft->arena, trim((struct span){rest.at, at}));
	}
	return NULL;
}

/* "[html]" and the like. */
static const char *take_format(struct span *text)
{
	static const char *const formats[] = {"html", "moodle", "plain", "markdown"};
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		const size_t len = strlen(formats[i]);
		if (text->len >= len + 2 && text->at[0] == '[' && text->at[len + 1] == ']' &&
		    strncasecmp(text->at + 1, formats[i], len) == 0) {
			*text = trim(from(*text, len + 2));
			return formats[i];
		}
	}
	return "moodle";
}

static void describe(struct block *block, const char *name, struct span text)
{
	const char *title = json_text(json_member(block->passage, "title"));
	struct passage *passage = draft_passage(block->draft, title ? title : name, plain(block, text));
	if (passage)
		passage->kept = block->passage != NULL;
}

/* The prompt when answers stand in the middle of it: a blank is where they were. */
static const char *around(struct block *block, struct span before, struct span after)
{
	const char *head = plain(block, before), *tail = plain(block, after);
	const bool joined = after.len > 0 && !strchr(SPACES, *after.at);
	if (!*tail)
		return head;
	return arena_printf(block->draft->arena, "%s%s_____%s%s", head, *head ? " " : "", joined ? "" : " ",
			    tail);
}

/* The answers end before general feedback, or at the brace. */
static void take_answers(struct block *block, struct span inside)
{
	for (size_t i = 0; i + 3 < inside.len; i++) {
		if (inside.at[i] == '\\')
			i++;
		else if (strncmp(inside.at + i, "####", 4) == 0) {
			block->noted = true;
			inside.len = i;
		}
	}
	block->answers = trim(inside);
}

static void read_text(struct block *block)
{
	struct span text = trim((struct span){block->text.data, block->text.len});
	const char *name = take_name(block, &text);
	block->format = take_format(&text);
	const size_t open = find(text, "{");
	if (open == text.len) {
		block->place = (struct place){.item = name ? name : "", .line = block->line};
		describe(block, name, text);
	} else {
		const size_t close = open + find(from(text, open), "}");
		block->place = draft_place(block->draft, name, block->line);
		if (close == text.len) {
			remark(block, LEFT_OUT, "its { is never closed; a blank line ends a question");
			return;
		}
		take_answers(block, (struct span){text.at + open + 1, close - open - 1});
		ask(block, around(block, (struct span){text.at, open}, from(text, close + 1)));
	}
	if (block->noted)
		remark(block, CHANGED, "feedback isn't kept");
	draft_remark_lost(block->draft, block->place, block->lost);
}

/* --- lines --- */

static void take_paper(struct draft *draft, const json_value *paper)
{
	int64_t limit;
	const json_value *bands = json_member(paper, "band_table");
	draft->title = json_text(json_member(paper, "title"));
	draft->description = json_text(json_member(paper, "description"));
	draft->scoring = json_text(json_member(paper, "scoring"));
	if (json_whole(json_member(paper, "time_limit_seconds"), &limit) && limit > 0)
		draft->time_limit_seconds = limit;
	if (json_kind(bands) == JSON_KIND_ARRAY)
		draft->band_table = json_dump(draft->arena, bands);
}

/* One comment of ours; what isn't right in it is as if it weren't there. */
static void take_ours(struct block *block, struct span line)
{
	json_value *value;
	const size_t len = strlen(GIFT_OURS);
	if (line.len <= len || strncmp(line.at, GIFT_OURS, len) != 0 ||
	    json_parse_object(block->draft->arena, line.at + len, line.len - len, &value) != OK)
		return;
	if (json_member(value, "paper"))
		take_paper(block->draft, json_member(value, "paper"));
	if (json_member(value, "passage"))
		block->passage = json_member(value, "passage");
	if (json_member(value, "question"))
		block->ours = json_member(value, "question");
}

/* "$CATEGORY: $course$/Reading/Part one": a passage by the name of the last part. */
static bool take_category(struct block *block, struct span line)
{
	static const char word[] = "$CATEGORY:";
	if (line.len < sizeof(word) - 1 || strncmp(line.at, word, sizeof(word) - 1) != 0)
		return false;
	const struct span path = trim(from(line, sizeof(word) - 1));
	size_t begin = path.len;
	while (begin > 0 && path.at[begin - 1] != '/')
		begin--;
	draft_passage(block->draft, unescape(block->draft->arena, from(path, begin)), NULL);
	return true;
}

/* `text` is empty memory. */
static void block_begin(struct block *block, struct draft *draft, struct buf text)
{
	*block = (struct block){.draft = draft, .format = "moodle", .text = text};
}

static void block_end(struct block *block)
{
	if (block->line > 0)
		read_text(block);
	else if (block->passage)
		describe(block, NULL, (struct span){"", 0});
	buf_clear(&block->text);
	block_begin(block, block->draft, block->text);
}

static void take_line(struct block *block, struct span raw, int number)
{
	const struct span line = trim(raw);
	if (line.len == 0)
		block_end(block);
	else if (line.len >= 2 && strncmp(line.at, "//", 2) == 0)
		take_ours(block, line);
	else if (block->line > 0 || !take_category(block, line)) {
		block->line = block->line ? block->line : number;
		buf_add(&block->text, raw.at, raw.len);
		buf_addc(&block->text, '\n');
	}
}

enum err gift_read(struct draft *draft, const char *text)
{
	struct block block;
	int number = 1;
	struct buf empty;
	buf_init(&empty, draft->arena);
	block_begin(&block, draft, empty);
	for (const char *at = text; *at; number++) {
		const size_t len = strcspn(at, "\n");
		take_line(&block, (struct span){at, len}, number);
		at += len + (at[len] != '\0');
	}
	block_end(&block);
	return arena_failed(draft->arena) ? ERR_MEMORY : OK;
}
