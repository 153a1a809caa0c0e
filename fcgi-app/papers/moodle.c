/* Moodle XML: <quiz> with <question>s. A description and a category begin a passage. */
#include <stdlib.h>
#include <string.h>

#include "fcgi-app/papers/flow.h"
#include "fcgi-app/papers/qti_item.h"
#include "fcgi-app/papers/readers.h"

struct reader {
	struct draft *draft;
	const xml_node *node; /* the <question> */
	struct place place;
	int lost;
	bool noted; /* it has feedback or hints */
};

static void remark(struct reader *r, enum outcome outcome, const char *message)
{
	draft_remark(r->draft, r->place, outcome, "%s", message);
}

/* Markup that isn't hidden from XML, as it ought to be. */
static bool has_elements(const xml_node *node)
{
	const xml_node *at = xml_first(node);
	while (at && xml_text(at))
		at = xml_next(at);
	return at != NULL;
}

/* All text below a node, in one. */
static const char *raw_text(struct arena *arena, const xml_node *node)
{
	struct buf out;
	buf_init(&out, arena);
	for (const xml_node *at = node; at; at = xml_walk(node, at))
		if (xml_text(at))
			buf_adds(&out, xml_text(at));
	return out.data ? out.data : "";
}

static const char *trim(struct arena *arena, const char *text)
{
	static const char spaces[] = " \t\r\n";
	text += strspn(text, spaces);
	size_t len = strlen(text);
	while (len > 0 && strchr(spaces, text[len - 1]))
		len--;
	const char *copy = arena_strndup(arena, text, len);
	return copy ? copy : "";
}

/* What is in <text>, by the element's format; `otherwise`: that of an element without. */
static const char *text_of(struct reader *r, const xml_node *node, const char *otherwise)
{
	const xml_node *inner = node ? xml_child(node, "text") : NULL;
	const char *format = node ? xml_attribute(node, "format") : NULL;
	if (!inner)
		return "";
	if (has_elements(inner))
		return qti_text(r->draft->arena, inner, &r->lost);
	const char *text = trim(r->draft->arena, raw_text(r->draft->arena, inner));
	format = format ? format : otherwise;
	const bool html = strcmp(format, "html") == 0;
	if (xml_child(node, "file"))
		r->lost |= LOST_MEDIA;
	if (!html && (strcmp(format, "moodle_auto_format") != 0 || !strpbrk(text, "<&")))
		return text;
	const char *found = html_text(r->draft->arena, text, html, &r->lost);
	return found ? found : "";
}

static const char *child_text(struct reader *r, const xml_node *node, const char *name)
{
	const xml_node *child = xml_child(node, name);
	if (!child)
		return "";
	const xml_node *inner = xml_child(child, "text");
	return trim(r->draft->arena, raw_text(r->draft->arena, inner ? inner : child));
}

static bool is_true(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

static double fraction_of(const xml_node *answer)
{
	const char *text = xml_attribute(answer, "fraction");
	return text ? strtod(text, NULL) : 0;
}

/* Feedback to one answer. */
static void look_for_feedback(struct reader *r, const xml_node *node)
{
	const xml_node *feedback = xml_child(node, "feedback");
	const int lost = r->lost; /* a picture in feedback is lost with it */
	if (feedback && *text_of(r, feedback, "html"))
		r->noted = true;
	r->lost = lost;
}

/* The question's points; 0, which is told: it has none. */
static double grade_of(struct reader *r)
{
	const char *grade = child_text(r, r->node, "defaultgrade");
	const double points = *grade ? strtod(grade, NULL) : 1;
	if (points > 0)
		return points;
	remark(r, CHANGED, "a question without points has the usual ones here");
	return 0;
}

/* --- the types --- */

static void ask_choice(struct reader *r, const char *prompt)
{
	const char *single = child_text(r, r->node, "single");
	const bool several = *single && !is_true(single);
	struct asked *asked = draft_ask(
	    r->draft, r->place, several ? QUESTION_MULTIPLE_SELECT : QUESTION_MULTIPLE_CHOICE, prompt);
	double least = 0, most = 0;
	bool part = false, negative = false;
	for (const xml_node *at = xml_child(r->node, "answer"); at; at = xml_again(at, "answer")) {
		const double fraction = fraction_of(at);
		const bool right = several ? fraction > 0 : fraction >= 100;
		asked_choice(r->draft, asked, NULL, text_of(r, at, "html"), right);
		look_for_feedback(r, at);
		part |= !right && fraction > 0;
		negative |= fraction < 0;
		if (!right)
			continue;
		least = least > 0 && least < fraction ? least : fraction;
		most = most > fraction ? most : fraction;
	}
	asked->points = grade_of(r);
	asked_recognise(asked);
	if (part)
		remark(r, CHANGED, "options that were right in part are wrong here");
	if (negative)
		remark(r, CHANGED, "wrong options take no points away here");
	if (several && most - least > 0.01)
		remark(r, CHANGED, "each right option is worth the same here, whatever its weight was");
}

static void ask_truth(struct reader *r, const char *prompt)
{
	struct asked *asked = draft_ask(r->draft, r->place, QUESTION_MULTIPLE_CHOICE, prompt);
	for (const xml_node *at = xml_child(r->node, "answer"); at; at = xml_again(at, "answer")) {
		const bool truth = strcmp(text_of(r, at, "moodle_auto_format"), "true") == 0;
		asked_choice(r->draft, asked, truth ? "TRUE" : "FALSE", truth ? "True" : "False",
			     fraction_of(at) >= 100);
		look_for_feedback(r, at);
	}
	asked->points = grade_of(r);
}

static void ask_short(struct reader *r, const char *prompt)
{
	struct asked *asked = draft_ask(r->draft, r->place, QUESTION_SHORT_ANSWER, prompt);
	bool part = false, stars = false;
	for (const xml_node *at = xml_child(r->node, "answer"); at; at = xml_again(at, "answer")) {
		const char *text = text_of(r, at, "plain_text");
		const double fraction = fraction_of(at);
		look_for_feedback(r, at);
		part |= fraction > 0 && fraction < 100;
		if (fraction < 100)
			continue;
		stars |= strchr(text, '*') != NULL;
		asked_choice(r->draft, asked, NULL, text, true);
	}
	asked->points = grade_of(r);
	if (is_true(child_text(r, r->node, "usecase")))
		remark(r, CHANGED, "capitals and small letters are the same here");
	if (part)
		remark(r, CHANGED, "answers that were right in part are wrong here");
	if (stars)
		remark(r, CHANGED, "an asterisk stands for nothing but itself here");
}

static void ask_number(struct reader *r, const char *prompt)
{
	for (const xml_node *at = xml_child(r->node, "answer"); at; at = xml_again(at, "answer"))
		if (strtod(child_text(r, at, "tolerance"), NULL) != 0) {
			remark(r, LEFT_OUT, "a number with a tolerance has no counterpart here");
			return;
		}
	ask_short(r, prompt);
	remark(r, CHANGED, "the number is compared as text");
	if (xml_child(r->node, "units"))
		remark(r, CHANGED, "the number alone is right here, without a unit");
}

static void ask_pairs(struct reader *r, const char *prompt)
{
	struct pair pairs[PAIRS_MOST + 1];
	size_t count = 0;
	const xml_node *at = xml_child(r->node, "subquestion");
	for (; at && count <= PAIRS_MOST; at = xml_again(at, "subquestion")) {
		const xml_node *answer = xml_child(at, "answer");
		if (!answer) {
			remark(r, LEFT_OUT, "a pair has no answer");
			continue;
		}
		pairs[count].item = text_of(r, at, "html");
		pairs[count++].match = text_of(r, answer, "plain_text");
	}
	draft_ask_pairs(r->draft, r->place, prompt, pairs, count, grade_of(r));
}

static const struct {
	const char *type;
	void (*ask)(struct reader *r, const char *prompt); /* NULL: it can't be … */
	const char *why;				   /* … for this reason */
} TYPES[] = {
    {"multichoice", ask_choice, NULL},
    {"truefalse", ask_truth, NULL},
    {"shortanswer", ask_short, NULL},
    {"matching", ask_pairs, NULL},
    {"numerical", ask_number, NULL},
    {"essay", NULL, "an essay has no key to be marked by"},
    {"cloze", NULL, "answers inside of a text have no counterpart here"},
    {"gapselect", NULL, "answers inside of a text have no counterpart here"},
    {"ddwtos", NULL, "words to be dragged have no counterpart here"},
    {"ordering", NULL, "an order has no counterpart here"},
};

static void ask(struct reader *r, const char *type)
{
	const char *prompt = text_of(r, xml_child(r->node, "questiontext"), "moodle_auto_format");
	for (size_t i = 0; i < ARRAY_LEN(TYPES); i++) {
		if (strcmp(TYPES[i].type, type) != 0)
			continue;
		if (TYPES[i].ask)
			TYPES[i].ask(r, prompt);
		else
			remark(r, LEFT_OUT, TYPES[i].why);
		return;
	}
	if (*type)
		draft_remark(r->draft, r->place, LEFT_OUT, "a question of type %.40s has no counterpart here",
			     type);
	else
		remark(r, LEFT_OUT, "it says no type");
}

static void look_for_notes(struct reader *r)
{
	static const char *const notes[] = {"generalfeedback", "correctfeedback", "partiallycorrectfeedback",
					    "incorrectfeedback", "hint"};
	const int lost = r->lost; /* likewise */
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		const xml_node *note = xml_child(r->node, notes[i]);
		r->noted |= note && *text_of(r, note, "html");
	}
	r->lost = lost;
}

static void remark_losses(struct reader *r)
{
	look_for_notes(r);
	if (r->noted)
		remark(r, CHANGED, "feedback and hints aren't kept");
	draft_remark_lost(r->draft, r->place, r->lost);
}

static void take_category(struct reader *r)
{
	const char *path = child_text(r, r->node, "category");
	const char *slash = strrchr(path, '/');
	draft_passage(r->draft, slash ? slash + 1 : path, NULL);
}

static void take_question(struct draft *draft, const xml_node *node)
{
	struct reader r = {.draft = draft, .node = node};
	const char *type = xml_attribute(node, "type");
	type = type ? type : "";
	if (strcmp(type, "category") == 0) {
		take_category(&r);
		return;
	}
	const char *name = child_text(&r, node, "name");
	if (strcmp(type, "description") == 0) {
		r.place = (struct place){.item = name, .line = xml_line(node)};
		draft_passage(draft, name,
			      text_of(&r, xml_child(node, "questiontext"), "moodle_auto_format"));
	} else {
		r.place = draft_place(draft, name, xml_line(node));
		ask(&r, type);
	}
	remark_losses(&r);
}

enum err moodle_read(struct draft *draft, const xml_node *root)
{
	for (const xml_node *at = xml_child(root, "question"); at; at = xml_again(at, "question"))
		take_question(draft, at);
	return arena_failed(draft->arena) ? ERR_MEMORY : OK;
}
