#include "fcgi-app/papers/qti_item.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-app/papers/qti.h"

enum {
	INTERACTIONS_MOST = 200, /* of an item */
	TEXT_MOST = 1 << 16,	 /* bytes of a prompt, or of a key: far more than a paper takes */
	CHOICE_MOST = 1 << 13,	 /* likewise of an option, or of a right answer */
	CHOICES_MOST = 60,	 /* likewise */
	VALUES_MOST = 200,	 /* right ones of a response */
	ENTRIES_MOST = 500,	 /* of a mapping */
	WALKED_MOST = 2000000,	 /* nodes of all items, once for each interaction that they are around */
	BLANK_LEN = 5,
};
static const char BLANK[] = "_____";

/* One interaction at work. */
struct reader {
	struct draft *draft;
	const xml_node *item, *body;
	const xml_node *node; /* the interaction */
	size_t interactions;  /* of the item */
	struct place place;
	int lost;
	bool noted;	  /* it has feedback */
	bool varies;	  /* it has variables */
	bool all_or_none; /* it has several right answers that count only together */
	bool any_of_many; /* something to be matched has several right matches */
};

static void remark(struct reader *r, enum outcome outcome, const char *message)
{
	draft_remark(r->draft, r->place, outcome, "%s", message);
}

/* --- text --- */

static bool is_interaction(const xml_node *node)
{
	const char *name = xml_name(node);
	const size_t len = strlen(name), end = strlen("interaction");
	return len > end &&
	       (strcmp(name + len - end, "Interaction") == 0 || strcmp(name + len - end, "interaction") == 0);
}

static bool is_inline(const xml_node *node)
{
	return xml_is(node, "textentryinteraction") || xml_is(node, "inlinechoiceinteraction");
}

static bool is_ours(const xml_node *node)
{
	const char *class = xml_attribute(node, "class");
	return class && strncmp(class, QTI_OURS, strlen(QTI_OURS)) == 0;
}

/* What stands for an interaction in the text around it. */
static void add_interaction(struct flow *flow, const struct reader *r, const xml_node *node)
{
	if (!r || !is_inline(node) || is_ours(node))
		return;
	if (node == r->node)
		flow_text(flow, BLANK, BLANK_LEN);
	else
		flow_text(flow, "…", strlen("…"));
}

static bool is_feedback(const xml_node *node)
{
	return xml_is(node, "feedbackblock") || xml_is(node, "feedbackinline") ||
	       xml_is(node, "modalfeedback");
}

static void add_element(struct flow *flow, struct reader *r, const xml_node *node);

static void add_children(struct flow *flow, struct reader *r, const xml_node *node)
{
	for (const xml_node *at = xml_first(node); at && !flow_full(flow); at = xml_next(at)) {
		if (r)
			r->draft->walked++;
		if (xml_text(at))
			flow_text(flow, xml_text(at), strlen(xml_text(at)));
		else
			add_element(flow, r, at);
	}
}

static void add_element(struct flow *flow, struct reader *r, const xml_node *node)
{
	const char *alt = xml_is(node, "img") ? xml_attribute(node, "alt") : NULL;
	if (is_interaction(node)) {
		add_interaction(flow, r, node);
		return;
	}
	if (is_feedback(node)) {
		if (r)
			r->noted = true;
		return;
	}
	if (r && xml_is(node, "printedvariable"))
		r->varies = true;
	flow_tag(flow, xml_name(node), false);
	if (alt && *alt) {
		flow_text(flow, "[", 1);
		flow_text(flow, alt, strlen(alt));
		flow_text(flow, "]", 1);
	}
	add_children(flow, r, node);
	flow_tag(flow, xml_name(node), true);
}

static const char *text_of(struct arena *arena, struct reader *r, const xml_node *node, size_t most,
			   int *lost)
{
	struct flow flow;
	flow_init(&flow, arena);
	flow.most = most;
	add_children(&flow, r, node);
	*lost |= flow.lost;
	return flow_done(&flow);
}

const char *qti_text(struct arena *arena, const xml_node *node, int *lost)
{
	return text_of(arena, NULL, node, 0, lost);
}

static const char *choice_text(struct reader *r, const xml_node *node)
{
	return text_of(r->draft->arena, r, node, CHOICE_MOST, &r->lost);
}

/* A blank at the very end says nothing. */
static const char *without_blank(struct arena *arena, const char *text)
{
	size_t len = strlen(text);
	if (len <= BLANK_LEN || strcmp(text + len - BLANK_LEN, BLANK) != 0)
		return text;
	len -= BLANK_LEN;
	if (!strchr(" \n", text[len - 1]))
		return text;
	while (len > 0 && strchr(" \n", text[len - 1]))
		len--;
	const char *copy = len > 0 ? arena_strndup(arena, text, len) : text;
	return copy ? copy : "";
}

/* The item's text and, below it, the interaction's own. */
static const char *prompt_of(struct reader *r)
{
	struct flow flow;
	const xml_node *own = xml_child(r->node, "prompt");
	flow_init(&flow, r->draft->arena);
	flow.most = TEXT_MOST;
	if (r->body)
		add_children(&flow, r, r->body);
	if (own) {
		flow_part(&flow);
		add_children(&flow, r, own);
	}
	r->lost |= flow.lost;
	const char *text = flow_done(&flow);
	if (!is_ours(r->node))
		text = without_blank(r->draft->arena, text);
	return *text ? text : xml_attribute(r->item, "title");
}

/* --- keys --- */

/* What the declaration of the interaction's response says. */
struct key {
	const char *correct[VALUES_MOST];
	size_t correct_count;
	/* what is mapped above 0 */
	struct {
		const char *name;
		double value;
	} entries[ENTRIES_MOST];
	size_t entry_count; /* 0: nothing is mapped */
	double least, most, sum;
	bool several; /* the response has several values */
	bool cased;   /* capitals matter */
};

static const char *value_text(struct reader *r, const xml_node *value)
{
	int lost = 0;
	return text_of(r->draft->arena, NULL, value, CHOICE_MOST, &lost);
}

static double number_of(const xml_node *node, const char *attribute)
{
	const char *text = xml_attribute(node, attribute);
	return text ? strtod(text, NULL) : 0;
}

static void read_mapping(struct reader *r, struct key *key, const xml_node *mapping)
{
	const xml_node *at = xml_child(mapping, "mapentry");
	bool negative = number_of(mapping, "defaultvalue") < 0;
	for (; at && key->entry_count < ENTRIES_MOST; at = xml_again(at, "mapentry")) {
		const double value = number_of(at, "mappedvalue");
		const char *name = xml_attribute(at, "mapkey");
		negative |= value < 0;
		if (!(value > 0) || !name)
			continue;
		key->entries[key->entry_count].name = name;
		key->entries[key->entry_count++].value = value;
		key->least = key->least > 0 && key->least < value ? key->least : value;
		key->most = key->most > value ? key->most : value;
		key->sum += value;
		const char *sensitive = xml_attribute(at, "casesensitive");
		key->cased |= sensitive && strcmp(sensitive, "true") == 0;
	}
	if (negative)
		remark(r, CHANGED, "what is wrong takes no points away here");
	if (at)
		draft_remark(r->draft, r->place, CHANGED, "only the first %d entries of its mapping are read",
			     ENTRIES_MOST);
}

static void read_correct(struct reader *r, struct key *key, const xml_node *correct)
{
	const xml_node *at = xml_child(correct, "value");
	size_t bytes = 0;
	for (; at && key->correct_count < VALUES_MOST && bytes < TEXT_MOST; at = xml_again(at, "value")) {
		const char *value = value_text(r, at);
		key->correct[key->correct_count++] = value;
		bytes += strlen(value);
	}
	if (at)
		draft_remark(r->draft, r->place, CHANGED, "only the first %zu values of its key are read",
			     key->correct_count);
}

static struct key key_of(struct reader *r)
{
	struct key key = {0};
	const char *wanted = xml_attribute(r->node, "responseidentifier");
	const xml_node *at = xml_child(r->item, "responsedeclaration");
	for (; at; at = xml_again(at, "responsedeclaration")) {
		const char *name = xml_attribute(at, "identifier");
		if (wanted && name && strcmp(wanted, name) == 0)
			break;
	}
	const char *cardinality = at ? xml_attribute(at, "cardinality") : NULL;
	key.several = cardinality && strcmp(cardinality, "single") != 0;
	const xml_node *correct = at ? xml_child(at, "correctresponse") : NULL;
	if (correct)
		read_correct(r, &key, correct);
	const xml_node *mapping = at ? xml_child(at, "mapping") : NULL;
	if (mapping)
		read_mapping(r, &key, mapping);
	return key;
}

/* What the mapping gives for a value. */
static double mapped(const struct key *key, const char *value)
{
	for (size_t i = 0; i < key->entry_count; i++)
		if (strcmp(key->entries[i].name, value) == 0)
			return key->entries[i].value;
	return 0;
}

static bool is_correct(const struct key *key, const char *value)
{
	for (size_t i = 0; i < key->correct_count; i++)
		if (strcmp(key->correct[i], value) == 0)
			return true;
	return false;
}

static bool is_right(const struct key *key, const char *value)
{
	const double worth = mapped(key, value);
	if (key->several && key->entry_count > 0)
		return worth > 0;
	return is_correct(key, value) || (worth > 0 && worth >= key->most);
}

/* What the item as a whole is worth, when it says so. */
static double maximum_of(const struct reader *r)
{
	const xml_node *at = xml_child(r->item, "outcomedeclaration");
	for (; at; at = xml_again(at, "outcomedeclaration")) {
		const char *name = xml_attribute(at, "identifier"),
			   *most = xml_attribute(at, "normalmaximum");
		if (name && most && strcmp(name, "SCORE") == 0)
			return strtod(most, NULL);
	}
	return 0;
}

static void take_points(struct reader *r, struct asked *asked, const struct key *key)
{
	const double most = r->interactions == 1 ? maximum_of(r) : 0;
	const double found = key->several ? key->sum : key->most;
	/* shares that come to the whole, but for what is lost in writing them */
	if (most > 0 && (!key->entry_count || fabs(most - found) < 1e-6))
		asked->points = most;
	else
		asked->points = key->entry_count ? found : 1;
	if (asked->type == QUESTION_MULTIPLE_SELECT && !key->entry_count && asked->rights > 1)
		r->all_or_none = true;
	if (key->entry_count && key->several && key->most - key->least > 0.01)
		remark(r, CHANGED, "each right option is worth the same here, whatever it was mapped to");
	if (key->entry_count && !key->several && key->most - key->least > 0.01)
		remark(r, CHANGED, "what was right in part is wrong here");
}

/* --- interactions --- */

static bool has_short_ids(const xml_node *node, const char *name)
{
	for (const xml_node *at = xml_child(node, name); at; at = xml_again(at, name)) {
		const char *id = xml_attribute(at, "identifier");
		if (!id || strlen(id) > 2)
			return false;
	}
	return true;
}

/* The type that an export of ours wrote; `otherwise`: it is none, or not one of these. */
static enum question_type type_told(const struct reader *r, enum question_type otherwise)
{
	enum question_type type;
	if (!is_ours(r->node) ||
	    !question_type_parse(xml_attribute(r->node, "class") + strlen(QTI_OURS), &type) ||
	    type == QUESTION_SHORT_ANSWER)
		return otherwise;
	return type;
}

/* An option's id here: ours, or a short one; NULL: a letter. */
static const char *id_here(const xml_node *choice, bool keep)
{
	const char *own = xml_attribute(choice, "datainvigilid");
	return own ? own : keep ? xml_attribute(choice, "identifier") : NULL;
}

static void ask_choice(struct reader *r)
{
	const char *name = xml_is(r->node, "choiceinteraction") ? "simplechoice" : "inlinechoice";
	const struct key key = key_of(r);
	const bool keep = is_ours(r->node) || has_short_ids(r->node, name);
	struct asked *asked = draft_ask(
	    r->draft, r->place,
	    type_told(r, key.several ? QUESTION_MULTIPLE_SELECT : QUESTION_MULTIPLE_CHOICE), prompt_of(r));
	for (const xml_node *at = xml_child(r->node, name); at && asked->count < CHOICES_MOST;
	     at = xml_again(at, name)) {
		const char *id = xml_attribute(at, "identifier");
		asked_choice(r->draft, asked, id_here(at, keep), choice_text(r, at),
			     id && is_right(&key, id));
	}
	take_points(r, asked, &key);
	if (!is_ours(r->node))
		asked_recognise(asked);
}

/* Adds an answer unless it is there. */
static void add_answer(struct reader *r, struct asked *asked, const char *text)
{
	for (const struct choice *choice = asked->first; choice; choice = choice->next)
		if (strcmp(choice->text, text) == 0)
			return;
	if (asked->count < CHOICES_MOST)
		asked_choice(r->draft, asked, NULL, text, true);
}

static void ask_text(struct reader *r)
{
	const struct key key = key_of(r);
	const char *words = xml_attribute(r->node, "datainvigilmaxwords");
	struct asked *asked = draft_ask(r->draft, r->place, QUESTION_SHORT_ANSWER, prompt_of(r));
	for (size_t i = 0; i < key.correct_count; i++)
		add_answer(r, asked, key.correct[i]);
	for (size_t i = 0; i < key.entry_count; i++)
		if (key.entries[i].value >= key.most)
			add_answer(r, asked, key.entries[i].name);
	take_points(r, asked, &key);
	asked->max_words = words ? (int)strtol(words, NULL, 10) : 0;
	if (key.cased)
		remark(r, CHANGED, "capitals and small letters are the same here");
}

/* Whether "source target" is a right pair, and what it is worth. */
static bool is_pair(struct reader *r, const struct key *key, const char *source, const char *target,
		    double *points)
{
	const char *pair = arena_printf(r->draft->arena, "%.200s %.200s", source, target);
	const double worth = pair ? mapped(key, pair) : 0;
	if (!pair || (!(worth > 0) && !is_correct(key, pair)))
		return false;
	if (worth > *points)
		*points = worth;
	return true;
}

/* What the members of a first set are matched with. */
struct targets {
	size_t count;
	struct {
		const char *name, *id, *text;
	} items[CHOICES_MOST];
};

static struct targets targets_of(struct reader *r, const xml_node *set)
{
	struct targets targets = {.count = 0};
	const bool keep = has_short_ids(set, "simpleassociablechoice");
	const xml_node *at = xml_child(set, "simpleassociablechoice");
	for (; at && targets.count < CHOICES_MOST; at = xml_again(at, "simpleassociablechoice")) {
		targets.items[targets.count].name = xml_attribute(at, "identifier");
		targets.items[targets.count].id = id_here(at, keep);
		targets.items[targets.count++].text = choice_text(r, at);
	}
	return targets;
}

static void ask_source(struct reader *r, const struct key *key, const char *prompt, const xml_node *source,
		       const struct targets *targets)
{
	const char *id = xml_attribute(source, "identifier"), *item = choice_text(r, source);
	const char *text = prompt && *prompt
			       ? arena_printf(r->draft->arena, "%.*s\n%s", PROMPT_BYTES + 1, prompt, item)
			       : item;
	struct asked *asked = draft_ask(r->draft, r->place, QUESTION_MATCHING, text);
	double points = 0;
	for (size_t i = 0; i < targets->count; i++) {
		const char *name = targets->items[i].name;
		asked_choice(r->draft, asked, targets->items[i].id, targets->items[i].text,
			     id && name && is_pair(r, key, id, name, &points));
	}
	asked->points = points > 0 ? points : 1;
	r->any_of_many |= asked->rights > 1;
}

/* A question for each member of the first set. */
static void ask_match(struct reader *r)
{
	const xml_node *sources = xml_child(r->node, "simplematchset");
	const xml_node *second = sources ? xml_again(sources, "simplematchset") : NULL;
	const struct key key = key_of(r);
	const char *prompt = prompt_of(r);
	size_t count = 0;
	if (!second) {
		remark(r, LEFT_OUT, "it hasn't got two sets to be matched");
		return;
	}
	const struct targets targets = targets_of(r, second);
	const xml_node *at = xml_child(sources, "simpleassociablechoice");
	for (; at && count < CHOICES_MOST; at = xml_again(at, "simpleassociablechoice"), count++)
		ask_source(r, &key, prompt, at, &targets);
	if (at)
		remark(r, LEFT_OUT, "more pairs than a paper holds");
	if (count > 1)
		draft_remark(r->draft, r->place, CHANGED, "one question of %zu pairs is %zu questions here",
			     count, count);
}

static const struct {
	const char *name;
	void (*ask)(struct reader *r);
} INTERACTIONS[] = {
    {"choiceinteraction", ask_choice},
    {"inlinechoiceinteraction", ask_choice},
    {"textentryinteraction", ask_text},
    {"matchinteraction", ask_match},
};

static void ask(struct reader *r)
{
	for (size_t i = 0; i < ARRAY_LEN(INTERACTIONS); i++)
		if (xml_is(r->node, INTERACTIONS[i].name)) {
			INTERACTIONS[i].ask(r);
			return;
		}
	if (xml_is(r->node, "extendedtextinteraction"))
		remark(r, LEFT_OUT, "an essay has no key to be marked by");
	else
		draft_remark(r->draft, r->place, LEFT_OUT, "%.60s has no counterpart here",
			     xml_name(r->node));
}

/* --- the item --- */

static const xml_node *next_interaction(const xml_node *top, const xml_node *node)
{
	do
		node = xml_walk(top, node);
	while (node && !is_interaction(node));
	return node;
}

static bool has_own_rules(const xml_node *item)
{
	const xml_node *processing = xml_child(item, "responseprocessing");
	const char *template = processing ? xml_attribute(processing, "template") : NULL;
	const xml_node *rule = processing && !template ? xml_first(processing) : NULL;
	while (rule && xml_text(rule))
		rule = xml_next(rule);
	return rule != NULL;
}

static void remark_losses(struct reader *r)
{
	if (xml_child(r->item, "modalfeedback") || r->noted)
		remark(r, CHANGED, "feedback isn't kept");
	if (r->varies || xml_child(r->item, "templatedeclaration"))
		remark(r, CHANGED, "variables aren't filled in");
	if (has_own_rules(r->item))
		remark(r, CHANGED, "its own rules of marking aren't read: the key alone counts");
	if (r->all_or_none)
		remark(r, CHANGED,
		       "each right option is worth its share here, not only all of them together");
	if (r->any_of_many)
		remark(r, CHANGED, "one match is enough here, where several were asked for");
	draft_remark_lost(r->draft, r->place, r->lost);
}

static const char *name_of(struct draft *draft, const xml_node *item, const char *file)
{
	const char *name = xml_attribute(item, "title");
	if (!name || !*name)
		name = xml_attribute(item, "identifier");
	if (!*file)
		return name;
	return arena_printf(draft->arena, "%.200s%s%.200s", name ? name : "", name && *name ? " in " : "",
			    file);
}

void qti_item_ask(struct draft *draft, const xml_node *item, const char *file)
{
	struct reader r = {.draft = draft, .item = item, .body = xml_child(item, "itembody")};
	r.place = draft_place(draft, name_of(draft, item, file), xml_line(item));
	const xml_node *first = r.body ? next_interaction(r.body, r.body) : NULL;
	if (!first) {
		remark(&r, LEFT_OUT, "it asks nothing");
		return;
	}
	for (const xml_node *at = first; at; at = next_interaction(r.body, at))
		r.interactions++;
	size_t done = 0;
	for (r.node = first;
	     r.node && done < INTERACTIONS_MOST && draft->asked < ASKED_MOST && draft->walked < WALKED_MOST;
	     r.node = next_interaction(r.body, r.node), done++)
		ask(&r);
	if (r.node)
		remark(&r, LEFT_OUT, "it has more interactions than are read");
	remark_losses(&r);
}
