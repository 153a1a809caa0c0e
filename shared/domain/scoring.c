/* Marking. A paper's keys are folded once into a sheet; an answer is then folded on the stack while its JSON
 * is read, and compared byte by byte: no allocation, so that a class of thousands is marked within its
 * session's last second.
 *
 * Refuses to guess: an answer of the wrong form (a list where one string belongs, JSON that isn't an answer)
 * is worth 0, and a sheet that breaks the rules of paper_normalise isn't compiled at all. */
#include "domain/scoring.h"

#include <math.h>
#include <string.h>

#include "base/map.h"
#include "domain/answer.h"
#include "domain/fold.h"
#include "wire/json.h"

enum {
	ANSWER_BYTES = 2560, /* a folded key: 500 characters, and then some; a longer answer can't be right */
	RIGHTS_MOST = 64,    /* right answers of one key; paper_normalise allows fewer */
};

/* Word and letter, in pairs. */
static const char *const TRUE_FALSE[] = {"true", "t", "false", "f", "notgiven", "ng", NULL};
static const char *const YES_NO[] = {"yes", "y", "no", "n", "notgiven", "ng", NULL};

const char *const QUESTION_TYPES[QUESTION_TYPE_COUNT + 1] = {
    [QUESTION_MULTIPLE_CHOICE] = "multiple_choice",
    [QUESTION_MULTIPLE_SELECT] = "multiple_select",
    [QUESTION_TRUE_FALSE_NOT_GIVEN] = "true_false_not_given",
    [QUESTION_YES_NO_NOT_GIVEN] = "yes_no_not_given",
    [QUESTION_MATCHING] = "matching",
    [QUESTION_SHORT_ANSWER] = "short_answer",
};

/* How answers of a type are compared; a type without a row: as options, by folded text. */
static const struct {
	const char *const *words; /* the only answers there are; NULL: any */
	enum fold_kind fold;
	bool limited; /* max_words counts */
} TYPES[QUESTION_TYPE_COUNT] = {
    [QUESTION_TRUE_FALSE_NOT_GIVEN] = {TRUE_FALSE, FOLD_TIGHT, false},
    [QUESTION_YES_NO_NOT_GIVEN] = {YES_NO, FOLD_TIGHT, false},
    [QUESTION_SHORT_ANSWER] = {NULL, FOLD_TEXT, true},
};

struct text {
	const char *bytes;
	size_t len;
};

struct mark_key {
	enum question_type type;
	bool all;	     /* every right one has its share; else any one is all */
	double points;	     /* full mark */
	size_t max_words;    /* 0: no limit */
	struct text *rights; /* folded, no two alike */
	size_t count;
};

struct band {
	double least; /* raw mark out of 40 from which on … */
	double band;  /* … this is the band */
};

struct band_table {
	const char *scoring;
	const char *name; /* with its version */
	const struct band *rows;
	size_t count;
};

struct mark_sheet {
	struct arena *arena;	 /* owns the sheet itself, too */
	struct map *keys;	 /* question id -> struct mark_key */
	struct band_table bands; /* no rows: points are the score */
	double total;
};

#define BANDS(scoring, version, ...) static const struct band BANDS_##scoring[] = {__VA_ARGS__};
#include "domain/bands.def"
#undef BANDS

static const struct band_table PRESETS[] = {
#define BANDS(scoring, version, ...)                                                                         \
	{#scoring, #scoring "/" #version, BANDS_##scoring, ARRAY_LEN(BANDS_##scoring)},
#include "domain/bands.def"
#undef BANDS
};

const char *const SCORINGS[] = {
    "points",
#define BANDS(scoring, version, ...) #scoring,
#include "domain/bands.def"
#undef BANDS
    NULL,
};

const char *question_type_name(enum question_type type)
{
	return QUESTION_TYPES[type];
}

bool question_type_parse(const char *name, enum question_type *ret)
{
	for (int i = 0; name && i < QUESTION_TYPE_COUNT; i++) {
		if (strcmp(QUESTION_TYPES[i], name) == 0) {
			*ret = (enum question_type)i;
			return true;
		}
	}
	return false;
}

bool question_has_options(enum question_type type)
{
	return type == QUESTION_MULTIPLE_CHOICE || type == QUESTION_MULTIPLE_SELECT ||
	       type == QUESTION_MATCHING;
}

/* --- folding as a question's type wants it --- */

/* What is compared: the folded text itself, or the word that it or its letter stands for. NULL bytes: nothing
 * that could be right. */
static struct text fold_result(const struct fold *fold, enum question_type type)
{
	if (fold->len == 0)
		return (struct text){NULL, 0};
	if (!TYPES[type].words)
		return (struct text){fold->out, fold->len};
	for (const char *const *word = TYPES[type].words; *word; word += 2)
		if (strcmp(fold->out, word[0]) == 0 || strcmp(fold->out, word[1]) == 0)
			return (struct text){word[0], strlen(word[0])};
	return (struct text){NULL, 0};
}

bool question_fold(enum question_type type, const char *text, char *out, size_t cap)
{
	struct fold fold;
	if (!fold_text(&fold, TYPES[type].fold, text, out, cap))
		return false;
	struct text folded = fold_result(&fold, type);
	if (!folded.bytes)
		return false;
	if (folded.bytes != out) /* the word is never longer than `notgiven`, but its letter may be shorter */
		return fold_text(&fold, TYPES[type].fold, folded.bytes, out, cap);
	return true;
}

static bool text_among(const struct text *texts, size_t count, struct text text)
{
	for (size_t i = 0; i < count; i++)
		if (texts[i].len == text.len && memcmp(texts[i].bytes, text.bytes, text.len) == 0)
			return true;
	return false;
}

/* --- compiling --- */

static enum err compile_rights(struct arena *arena, struct mark_key *key, const json_value *list)
{
	size_t count = json_count(list);
	if (count == 0 || count > RIGHTS_MOST)
		return ERR_INTERNAL;
	key->rights = arena_calloc(arena, count, sizeof(*key->rights));
	if (!key->rights)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		char folded[ANSWER_BYTES];
		const char *text = json_text(json_item(list, i));
		if (!text || !question_fold(key->type, text, folded, sizeof(folded)))
			return ERR_INTERNAL;
		struct text right = {folded, strlen(folded)};
		if (text_among(key->rights, key->count, right))
			continue;
		right.bytes = arena_strndup(arena, folded, right.len);
		if (!right.bytes)
			return ERR_MEMORY;
		key->rights[key->count++] = right;
	}
	return OK;
}

static enum err compile_key(struct arena *arena, const json_value *question, struct mark_key *key)
{
	int64_t words = 0;
	const json_value *points = json_member(question, "points");
	const json_value *rights = json_member(question, "key");
	const json_value *all = json_member(rights, "all_of");
	if (!question_type_parse(json_text(json_member(question, "type")), &key->type))
		return ERR_INTERNAL;
	key->all = all != NULL;
	enum err err = compile_rights(arena, key, all ? all : json_member(rights, "any_of"));
	if (err)
		return err;
	key->points = key->all ? (double)key->count : 1.0;
	if (points && !json_number(points, &key->points))
		return ERR_INTERNAL;
	if (TYPES[key->type].limited && json_whole(json_member(question, "max_words"), &words) && words > 0)
		key->max_words = (size_t)words;
	return OK;
}

static enum err compile_questions(struct mark_sheet *sheet, const json_value *questions)
{
	for (size_t i = 0; i < json_count(questions); i++) {
		const json_value *question = json_item(questions, i);
		const char *id_text = json_text(json_member(question, "id"));
		struct mark_key *key = arena_alloc(sheet->arena, sizeof(*key));
		struct id id;
		if (!key)
			return ERR_MEMORY;
		if (!id_text || !id_parse(id_text, &id))
			return ERR_INTERNAL;
		enum err err = compile_key(sheet->arena, question, key);
		if (err)
			return err;
		if (!map_put(sheet->keys, &id, key))
			return ERR_MEMORY;
		sheet->total += key->points;
	}
	return OK;
}

static enum err compile_own_bands(struct mark_sheet *sheet, const json_value *table)
{
	size_t count = json_count(table);
	struct band *rows = arena_calloc(sheet->arena, count, sizeof(*rows));
	if (!rows)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const json_value *row = json_item(table, i);
		if (!json_number(json_item(row, 0), &rows[i].least) ||
		    !json_number(json_item(row, 1), &rows[i].band))
			return ERR_INTERNAL;
	}
	sheet->bands = (struct band_table){.name = "own", .rows = rows, .count = count};
	return count > 0 ? OK : ERR_INTERNAL;
}

static enum err compile_bands(struct mark_sheet *sheet, struct arena *scratch, const char *scoring,
			      const char *band_table)
{
	json_value *own = NULL;
	if (band_table && json_parse(scratch, band_table, strlen(band_table), &own) != OK)
		return ERR_INTERNAL;
	if (own && json_kind(own) != JSON_KIND_NULL)
		return compile_own_bands(sheet, own);
	for (size_t i = 0; i < ARRAY_LEN(PRESETS); i++)
		if (strcmp(PRESETS[i].scoring, scoring) == 0)
			sheet->bands = PRESETS[i];
	if (sheet->bands.count == 0 && strcmp(scoring, "points") != 0)
		return ERR_INTERNAL;
	return OK;
}

static enum err sheet_compile(struct mark_sheet *sheet, struct arena *scratch, const char *questions,
			      const char *scoring, const char *band_table)
{
	json_value *list = NULL;
	if (!fold_ready())
		return ERR_INTERNAL;
	enum err err = json_parse(scratch, questions, strlen(questions), &list);
	if (err)
		return err == ERR_MEMORY ? err : ERR_INTERNAL;
	if (json_kind(list) != JSON_KIND_ARRAY)
		return ERR_INTERNAL;
	err = compile_questions(sheet, list);
	return err ? err : compile_bands(sheet, scratch, scoring, band_table);
}

enum err mark_sheet_new(const char *questions, const char *scoring, const char *band_table,
			struct mark_sheet **ret)
{
	struct arena *arena = arena_new(0);
	struct arena *scratch = arena_new(0);
	struct mark_sheet *sheet = arena && scratch ? arena_alloc(arena, sizeof(*sheet)) : NULL;
	enum err err = ERR_MEMORY;
	if (!sheet) {
		arena_free(arena);
		goto done;
	}
	sheet->arena = arena;
	sheet->keys = map_new();
	if (sheet->keys)
		err = sheet_compile(sheet, scratch, questions, scoring, band_table);
	if (err)
		mark_sheet_free(sheet);
	else
		*ret = sheet;
done:
	arena_free(scratch);
	return err;
}

void mark_sheet_free(struct mark_sheet *sheet)
{
	if (!sheet)
		return;
	map_free(sheet->keys);
	arena_free(sheet->arena);
}

/* --- marking --- */

static double mark_any(const struct mark_key *key, struct answer_reader *reader)
{
	char bytes[ANSWER_BYTES];
	struct fold fold, rest;
	fold_init(&fold, TYPES[key->type].fold, bytes, sizeof(bytes));
	if (reader->list || answer_next(reader, &fold) != ANSWER_ITEM || !fold_done(&fold))
		return 0;
	fold_init(&rest, FOLD_TEXT, NULL, 0);
	if (answer_next(reader, &rest) != ANSWER_END)
		return 0;
	if (key->max_words > 0 && fold.words > key->max_words)
		return 0;
	struct text answer = fold_result(&fold, key->type);
	return answer.bytes && text_among(key->rights, key->count, answer) ? key->points : 0;
}

/* What has been chosen: the same one twice is one. */
struct picks {
	char bytes[ANSWER_BYTES];
	size_t used;
	struct text texts[RIGHTS_MOST + 1];
	size_t count;	/* of texts */
	size_t strange; /* too long to be an option: each is one more that was chosen */
	size_t right;
};

static void pick(struct picks *picks, const struct mark_key *key, struct fold *fold)
{
	if (!fold_done(fold)) {
		picks->strange++;
		return;
	}
	struct text text = fold_result(fold, key->type);
	if (!text.bytes || text_among(picks->texts, picks->count, text))
		return;
	picks->texts[picks->count++] = text;
	picks->used += text.len + 1;
	picks->right += text_among(key->rights, key->count, text);
}

static double mark_all(const struct mark_key *key, struct answer_reader *reader)
{
	struct picks picks;
	picks.used = picks.count = picks.strange = picks.right = 0;
	for (;;) {
		struct fold fold;
		fold_init(&fold, TYPES[key->type].fold, picks.bytes + picks.used,
			  sizeof(picks.bytes) - picks.used);
		enum answer_step step = answer_next(reader, &fold);
		if (step == ANSWER_MALFORMED)
			return 0;
		if (step == ANSWER_END)
			break;
		pick(&picks, key, &fold);
		if (picks.count + picks.strange > key->count)
			return 0;
	}
	return key->points * (double)picks.right / (double)key->count;
}

double mark_answer(const struct mark_sheet *sheet, const struct id *question_id, const char *answer)
{
	const struct mark_key *key = map_find(sheet->keys, question_id);
	struct answer_reader reader;
	if (!key || !answer)
		return 0;
	answer_begin(&reader, answer);
	return key->all ? mark_all(key, &reader) : mark_any(key, &reader);
}

double mark_full(const struct mark_sheet *sheet, const struct id *question_id)
{
	const struct mark_key *key = map_find(sheet->keys, question_id);
	return key ? key->points : 0;
}

double mark_total(const struct mark_sheet *sheet)
{
	return sheet->total;
}

/* --- the score --- */

/* Shared points add up with binary dust (three times 0.1); four decimals are more than anybody awards. */
static double without_dust(double points)
{
	return round(points * 1e4) / 1e4;
}

/* In halves of a whole number, so that "half up" is decided on exact figures where marks are whole ones. */
static double scale_to_forty(double raw, double total)
{
	return total > 0 ? floor((2 * BAND_RAW_MOST * raw + total) / (2 * total) + 1e-9) : 0;
}

struct score mark_score(const struct mark_sheet *sheet, double raw)
{
	const struct band_table *bands = &sheet->bands;
	double total = without_dust(sheet->total);
	struct score score = {.raw = without_dust(raw), .table = "points"};
	score.score = score.raw;
	if (bands->count == 0)
		return score;
	score.table = bands->name;
	score.band_scaled = total < BAND_RAW_MOST || total > BAND_RAW_MOST;
	double mark = score.band_scaled ? scale_to_forty(score.raw, total) : score.raw;
	size_t row = 0;
	while (row + 1 < bands->count && mark < bands->rows[row].least)
		row++;
	score.score = bands->rows[row].band;
	return score;
}
