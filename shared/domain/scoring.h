/* Marking: pure functions, no database. A key is compiled once per question and used for a whole class.
 * Bands and the marking of short answers: as IELTS publishes them (domain/bands.def, domain/fold.h). */
#ifndef INVIGIL_DOMAIN_SCORING_H
#define INVIGIL_DOMAIN_SCORING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"
#include "core/err.h"

enum question_type {
	QUESTION_MULTIPLE_CHOICE,
	QUESTION_MULTIPLE_SELECT,
	QUESTION_TRUE_FALSE_NOT_GIVEN,
	QUESTION_YES_NO_NOT_GIVEN,
	QUESTION_MATCHING,
	QUESTION_SHORT_ANSWER,
	QUESTION_TYPE_COUNT
};

const char *question_type_name(enum question_type type);
MUST_CHECK bool question_type_parse(const char *name, enum question_type *ret);

/* Whether a question of this type is a choice among options that the paper tells. */
bool question_has_options(enum question_type type);

/* Names, NULL-terminated: the types in the enum's order; "points" and one for each table of bands.def. */
extern const char *const QUESTION_TYPES[];
extern const char *const SCORINGS[];

/* `text` as marking compares it, NUL-terminated. False: it doesn't fit, nothing is left of it, or it is none
 * of the words that this type knows. */
MUST_CHECK bool question_fold(enum question_type type, const char *text, char *out, size_t cap);

#define BAND_RAW_MOST 40.0 /* raw marks: what band tables count to */
#define BAND_MOST     9.0

/* A paper's keys, compiled: which answers are right, and what they are worth. Immutable, shared by threads.
 */
struct mark_sheet;

/* `questions` is JSON: an array of {id, type, points, key, max_words?, options?}; `scoring` and `band_table`
 * (JSON or NULL) as in the contract. On the heap: a process keeps the sheets of the papers it sees. */
MUST_CHECK enum err mark_sheet_new(const char *questions, const char *scoring, const char *band_table,
				   struct mark_sheet **ret);
void mark_sheet_free(struct mark_sheet *sheet);

/* Points for one answer (JSON text): 0 for an unknown question, an empty or a wrong answer. */
double mark_answer(const struct mark_sheet *sheet, const struct id *question_id, const char *answer);
/* Points that the question is worth; 0 for an unknown one. */
double mark_full(const struct mark_sheet *sheet, const struct id *question_id);
double mark_total(const struct mark_sheet *sheet);

struct score {
	double score;	   /* points, or a band 0.0 to 9.0 */
	double raw;	   /* points gained */
	bool band_scaled;  /* the raw mark was scaled to 40 before the table */
	const char *table; /* the table used, by name and version ("ielts_listening/1", "own"), "points"
			      without one; borrowed from the sheet */
};

struct score mark_score(const struct mark_sheet *sheet, double raw);

#endif
