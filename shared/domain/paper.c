/* The rules of papers, in one pass over the body.
 *
 * paper_normalise is the only gate: what it lets through is complete, numbered and markable (mark_sheet_new
 * compiles it), and the database stores it as it is. It refuses with the path of each thing that is wrong,
 * all of them at once. What the contract doesn't name isn't kept; options of a type that has none are no
 * error and aren't kept either. */
#include "domain/paper.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "domain/scoring.h"

enum {
	PASSAGES_MOST = 50,
	BODY_MOST = 8 << 20, /* characters of a passage: what the call itself may hold */
	OPTIONS_LEAST = 2,
	OPTIONS_MOST = 30,
	OPTION_ID_MOST = 20,
	ANY_OF_MOST = 50,
	ALL_OF_MOST = 30,
	RIGHT_MOST = 500, /* characters of one right answer */
	FOLDED_MOST = 2560,
	POINTS_MOST = 100,
	BANDS_MOST = 100,
};

/* One body at work: read and written in one pass. */
struct normaliser {
	struct arena *arena;
	struct problems *problems;
	struct buf out;	   /* the normalised text so far; of no use once there is a problem */
	struct map *ids;   /* those that passages and questions have got */
	int64_t questions; /* how many so far: the last one's number */
	bool failed;	   /* memory ran out */
};

/* A path that there was no memory for. */
static const char *path_or_none(const char *path)
{
	return path ? path : "";
}

#define WRONG(n, path, ...) problem_add((n)->problems, path_or_none(path), __VA_ARGS__)

/* The id that the body brings, when it can be kept; else a new one. */
static void put_id(struct normaliser *n, const json_value *value)
{
	struct id id;
	const char *text = json_text(value);
	if (!text || !id_parse(text, &id) || id_is_nil(&id) || map_find(n->ids, &id))
		id = id_make();
	if (!map_put(n->ids, &id, n->ids))
		n->failed = true;
	buf_adds(&n->out, "{\"id\":");
	json_add_id(&n->out, &id);
}

static void put_text(struct normaliser *n, const char *name, const char *text)
{
	buf_printf(&n->out, ",\"%s\":", name);
	json_add_string(&n->out, text);
}

/* Whether `value` is an array of least..most items. */
static bool is_list(struct normaliser *n, const json_value *value, const char *path, int least, int most)
{
	size_t count = json_count(value);
	if (json_kind(value) == JSON_KIND_ARRAY && count >= (size_t)least && count <= (size_t)most)
		return true;
	WRONG(n, path, "must be an array of %d to %d items", least, most);
	return false;
}

/* --- questions --- */

struct option {
	const char *id;
	const char *text;
	const char *folded; /* the id as marking compares it */
};

static const struct field OPTION_FIELDS[] = {
    FIELD(struct option, id, FIELD_TEXT, true, 1, OPTION_ID_MOST),
    FIELD(struct option, text, FIELD_TEXT, true, 0, 1000),
    FIELD_END,
};

struct question {
	const json_value *id;
	const char *type_name;
	enum question_type type;
	const char *prompt;
	const json_value *options_value, *points, *key;
	int64_t max_words; /* 0: no limit */
	struct option options[OPTIONS_MOST];
	size_t option_count;
	const char *path; /* "passages[0].questions[2]" */
};

static const struct field QUESTION_FIELDS[] = {
    {.name = "id", .kind = FIELD_VALUE, .offset = offsetof(struct question, id), .present = SIZE_MAX},
    {.name = "type",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct question, type_name),
     .present = SIZE_MAX,
     .required = true,
     .choices = QUESTION_TYPES},
    FIELD(struct question, prompt, FIELD_TEXT, true, 1, 5000),
    {.name = "options",
     .kind = FIELD_VALUE,
     .offset = offsetof(struct question, options_value),
     .present = SIZE_MAX},
    FIELD(struct question, points, FIELD_VALUE, false, 0, 0),
    FIELD(struct question, key, FIELD_VALUE, true, 0, 0),
    FIELD(struct question, max_words, FIELD_INT, false, 1, 50),
    FIELD_END,
};

static bool is_option(const struct question *q, const char *folded)
{
	for (size_t i = 0; i < q->option_count; i++)
		if (strcmp(q->options[i].folded, folded) == 0)
			return true;
	return false;
}

static bool read_option(struct normaliser *n, struct question *q, const json_value *value, const char *path)
{
	struct option *option = &q->options[q->option_count];
	const char *prefix = arena_printf(n->arena, "%s.", path);
	char folded[FOLDED_MOST];
	if (!prefix || !json_read(value, OPTION_FIELDS, option, n->problems, prefix))
		return false;
	if (!question_fold(q->type, option->id, folded, sizeof(folded)))
		WRONG(n, arena_printf(n->arena, "%sid", prefix), "must have a visible character");
	else if (is_option(q, folded))
		WRONG(n, arena_printf(n->arena, "%sid", prefix), "is another option's id, too");
	else
		option->folded = arena_strdup(n->arena, folded);
	q->option_count += option->folded != NULL;
	return option->folded != NULL;
}

/* False: the options are wrong, so that the key can't be held against them. */
static bool read_options(struct normaliser *n, struct question *q)
{
	const char *path = arena_printf(n->arena, "%s.options", q->path);
	bool right = true;
	if (!question_has_options(q->type))
		return true;
	if (!is_list(n, q->options_value, path, OPTIONS_LEAST, OPTIONS_MOST))
		return false;
	for (size_t i = 0; i < json_count(q->options_value); i++)
		right &= read_option(n, q, json_item(q->options_value, i),
				     arena_printf(n->arena, "%s[%zu]", path, i));
	return right;
}

static void put_options(struct normaliser *n, const struct question *q)
{
	for (size_t i = 0; i < q->option_count; i++) {
		buf_adds(&n->out, i == 0 ? ",\"options\":[{\"id\":" : ",{\"id\":");
		json_add_string(&n->out, q->options[i].id);
		put_text(n, "text", q->options[i].text);
		buf_addc(&n->out, '}');
	}
	if (q->option_count > 0)
		buf_addc(&n->out, ']');
}

/* One right answer, in `folded` as marking compares it. */
static bool read_right(struct normaliser *n, const struct question *q, const json_value *value,
		       const char *path, char folded[FOLDED_MOST])
{
	const char *text = json_text(value);
	bool fixed = q->type == QUESTION_TRUE_FALSE_NOT_GIVEN || q->type == QUESTION_YES_NO_NOT_GIVEN;
	if (!text || utf8_length(text) > RIGHT_MOST) {
		WRONG(n, path, "must be a string of at most %d characters", RIGHT_MOST);
		return false;
	}
	if (!question_fold(q->type, text, folded, FOLDED_MOST)) {
		WRONG(n, path, "must be %s",
		      !fixed					 ? "an answer"
		      : q->type == QUESTION_TRUE_FALSE_NOT_GIVEN ? "TRUE, FALSE or NOT GIVEN"
								 : "YES, NO or NOT GIVEN");
		return false;
	}
	if (question_has_options(q->type) && !is_option(q, folded)) {
		WRONG(n, path, "must be the id of an option");
		return false;
	}
	return true;
}

static void put_key(struct normaliser *n, const struct question *q, const char *member,
		    const json_value *list)
{
	buf_printf(&n->out, ",\"key\":{\"%s\":[", member);
	for (size_t i = 0; i < json_count(list); i++) {
		if (i > 0)
			buf_addc(&n->out, ',');
		json_add_string(&n->out, json_text(json_item(list, i)));
	}
	buf_adds(&n->out, "]}");
	if (q->max_words > 0) {
		buf_adds(&n->out, ",\"max_words\":");
		buf_addi(&n->out, q->max_words);
	}
}

/* Every right answer by itself, and those of all_of against each other. */
static void read_rights(struct normaliser *n, const struct question *q, const json_value *list,
			const char *path)
{
	const char *seen[ANY_OF_MOST];
	size_t count = 0;
	for (size_t i = 0; i < json_count(list); i++) {
		char folded[FOLDED_MOST];
		const char *item_path = arena_printf(n->arena, "%s[%zu]", path, i);
		if (!read_right(n, q, json_item(list, i), item_path, folded))
			continue;
		for (size_t j = 0; q->type == QUESTION_MULTIPLE_SELECT && j < count; j++)
			if (strcmp(seen[j], folded) == 0)
				WRONG(n, item_path, "is in the key twice");
		seen[count] = arena_strdup(n->arena, folded);
		if (seen[count])
			count++;
		else
			n->failed = true;
	}
}

/* The number of right answers that have their share; 0: the key is wrong. */
static size_t read_key(struct normaliser *n, const struct question *q, bool options_right)
{
	bool all = q->type == QUESTION_MULTIPLE_SELECT;
	const char *member = all ? "all_of" : "any_of";
	const json_value *list = json_member(q->key, member);
	const char *path = arena_printf(n->arena, "%s.key", q->path);
	const char *list_path = arena_printf(n->arena, "%s.%s", path, member);
	int before = n->problems->count;
	if (json_kind(list) == JSON_KIND_NULL) {
		WRONG(n, path, "must be {\"%s\": […]}", member);
		return 0;
	}
	if (!is_list(n, list, list_path, 1, all ? ALL_OF_MOST : ANY_OF_MOST))
		return 0;
	if (options_right)
		read_rights(n, q, list, list_path);
	if (n->problems->count > before)
		return 0;
	put_key(n, q, member, list);
	return all ? json_count(list) : 1;
}

static void read_points(struct normaliser *n, const struct question *q, size_t rights)
{
	double points = (double)rights;
	if (json_kind(q->points) != JSON_KIND_NULL &&
	    (!json_number(q->points, &points) || !(points > 0) || points > POINTS_MOST))
		WRONG(n, arena_printf(n->arena, "%s.points", q->path), "must be a number above 0, at most %d",
		      POINTS_MOST);
	buf_printf(&n->out, ",\"points\":%.15g", points);
}

static void read_question(struct normaliser *n, const json_value *value, const char *path)
{
	struct question *q = arena_alloc(n->arena, sizeof(*q));
	const char *prefix = arena_printf(n->arena, "%s.", path);
	if (!q || !prefix) {
		n->failed = true;
		return;
	}
	q->path = path;
	n->questions++;
	(void)json_read(value, QUESTION_FIELDS, q, n->problems, prefix);
	if (!question_type_parse(q->type_name, &q->type))
		return;
	bool options_right = read_options(n, q);
	put_id(n, q->id);
	buf_adds(&n->out, ",\"number\":");
	buf_addi(&n->out, n->questions);
	put_text(n, "type", q->type_name);
	put_text(n, "prompt", q->prompt);
	put_options(n, q);
	if (json_kind(q->key) != JSON_KIND_NULL)
		read_points(n, q, read_key(n, q, options_right));
	buf_addc(&n->out, '}');
}

/* --- passages --- */

struct passage {
	const json_value *id;
	const char *title;
	const char *body;
	const json_value *questions;
};

static const struct field PASSAGE_FIELDS[] = {
    FIELD(struct passage, id, FIELD_VALUE, false, 0, 0),
    FIELD(struct passage, title, FIELD_TEXT, false, 0, PAPER_TITLE_MOST),
    FIELD(struct passage, body, FIELD_TEXT, false, 0, BODY_MOST),
    FIELD(struct passage, questions, FIELD_VALUE, true, 0, 0),
    FIELD_END,
};

static void read_passage(struct normaliser *n, const json_value *value, size_t index)
{
	struct passage passage = {.title = "", .body = ""};
	const char *prefix = arena_printf(n->arena, "passages[%zu].", index);
	const char *path = arena_printf(n->arena, "passages[%zu].questions", index);
	if (!prefix || !path) {
		n->failed = true;
		return;
	}
	if (!json_read(value, PASSAGE_FIELDS, &passage, n->problems, prefix) && !passage.questions)
		return;
	put_id(n, passage.id);
	put_text(n, "title", passage.title);
	put_text(n, "body", passage.body);
	buf_adds(&n->out, ",\"questions\":[");
	if (is_list(n, passage.questions, path, 0, PAPER_PASSAGE_QUESTIONS_MOST)) {
		for (size_t i = 0; i < json_count(passage.questions); i++) {
			if (i > 0)
				buf_addc(&n->out, ',');
			read_question(n, json_item(passage.questions, i),
				      arena_printf(n->arena, "%s[%zu]", path, i));
		}
	}
	buf_adds(&n->out, "]}");
}

static void read_passages(struct normaliser *n, const json_value *passages)
{
	int before = n->problems->count;
	if (!is_list(n, passages, "passages", 1, PASSAGES_MOST))
		return;
	buf_adds(&n->out, ",\"passages\":[");
	for (size_t i = 0; i < json_count(passages); i++) {
		if (i > 0)
			buf_addc(&n->out, ',');
		read_passage(n, json_item(passages, i), i);
	}
	buf_adds(&n->out, "],\"total_questions\":");
	buf_addi(&n->out, n->questions);
	if (n->problems->count == before && (n->questions < 1 || n->questions > PAPER_QUESTIONS_MOST))
		WRONG(n, "passages", "must have 1 to %d questions in all", PAPER_QUESTIONS_MOST);
}

/* --- the whole paper --- */

struct paper {
	const char *title;
	const char *description;
	int64_t time_limit_seconds;
	const char *scoring;
	const json_value *band_table;
	const json_value *passages;
};

static const struct field PAPER_FIELDS[] = {
    FIELD(struct paper, title, FIELD_TEXT, true, 1, PAPER_TITLE_MOST),
    FIELD(struct paper, description, FIELD_TEXT, false, 0, 2000),
    FIELD(struct paper, time_limit_seconds, FIELD_INT, true, 1, PAPER_TIME_LIMIT_MOST),
    FIELD_CHOICES(struct paper, scoring, false, SCORINGS),
    FIELD(struct paper, band_table, FIELD_VALUE, false, 0, 0),
    FIELD(struct paper, passages, FIELD_VALUE, true, 0, 0),
    FIELD_END,
};

/* A number as who reads the paper gets it: of 15 digits, and no -0. */
static double as_written(double number)
{
	char text[32];
	snprintf(text, sizeof(text), "%.15g", number);
	return strtod(text, NULL) + 0.0;
}

/* [lower bound, band]; what the row above says is in `bound` and `band`, and then what this one does. */
static const char *band_row_problem(const json_value *row, bool first, double *bound, double *band)
{
	double least, value;
	if (json_count(row) != 2 || !json_number(json_item(row, 0), &least) ||
	    !json_number(json_item(row, 1), &value))
		return "must be [raw mark, band]";
	least = as_written(least);
	value = as_written(value);
	if (least < 0 || least > BAND_RAW_MOST || value < 0 || value > BAND_MOST || fmod(value * 2, 1) > 0)
		return "must be a raw mark of 0 to 40 and a band of 0 to 9 in half steps";
	if (!first && (least >= *bound || value > *band))
		return "must be lower than the row above";
	*bound = least;
	*band = value;
	return NULL;
}

static void read_band_table(struct normaliser *n, const struct paper *paper)
{
	const json_value *table = paper->band_table;
	double bound = 1, band = 0;
	int before = n->problems->count;
	if (json_kind(table) == JSON_KIND_NULL)
		return;
	if (strcmp(paper->scoring, "points") == 0) {
		WRONG(n, "band_table", "goes with an ielts scoring only");
		return;
	}
	if (!is_list(n, table, "band_table", 1, BANDS_MOST))
		return;
	buf_adds(&n->out, ",\"band_table\":[");
	for (size_t i = 0; i < json_count(table); i++) {
		const char *wrong = band_row_problem(json_item(table, i), i == 0, &bound, &band);
		if (wrong)
			WRONG(n, arena_printf(n->arena, "band_table[%zu]", i), "%s", wrong);
		buf_printf(&n->out, "%s[%.15g,%.15g]", i == 0 ? "" : ",", bound, band);
	}
	buf_addc(&n->out, ']');
	if (n->problems->count == before && bound > 0)
		WRONG(n, "band_table", "must end with a raw mark of 0");
}

static void read_paper(struct normaliser *n, const json_value *body)
{
	struct paper paper = {.scoring = "points"};
	(void)json_read(body, PAPER_FIELDS, &paper, n->problems, "");
	buf_adds(&n->out, "{\"title\":");
	json_add_string(&n->out, paper.title);
	put_text(n, "description", paper.description);
	buf_printf(&n->out, ",\"time_limit_seconds\":%lld", (long long)paper.time_limit_seconds);
	put_text(n, "scoring", paper.scoring);
	read_band_table(n, &paper);
	if (paper.passages)
		read_passages(n, paper.passages);
	buf_addc(&n->out, '}');
}

bool paper_normalise(struct domain *d, const json_value *body, const char **ret_normalised)
{
	struct normaliser n = {.arena = d->arena, .problems = &d->problems, .ids = map_new()};
	int before = d->problems.count;
	if (!n.ids) {
		arena_fail(d->arena);
		return false;
	}
	buf_init(&n.out, d->arena);
	read_paper(&n, body);
	map_free(n.ids);
	if (n.failed)
		arena_fail(d->arena);
	if (d->problems.count > before || n.out.failed || arena_failed(d->arena))
		return false;
	*ret_normalised = n.out.data;
	return true;
}
