/* A question as the API tells it, for those that write it in another format. Everything is borrowed. */
#ifndef INVIGIL_APP_PAPERS_QUESTION_H
#define INVIGIL_APP_PAPERS_QUESTION_H

#include "base/buf.h"
#include "domain/scoring.h"
#include "wire/json.h"

struct question {
	enum question_type type;
	int64_t number;
	const char *prompt;
	const json_value *options, *rights; /* arrays; of a type with fixed words the options are these */
	size_t option_count, right_count;
	double points;
	bool usual_points; /* what such a question is worth by itself */
	int64_t max_words; /* 0: no limit */
};

void question_read(struct question *q, const json_value *value);
/* Options, those with fixed words included; 0 ≤ i < option_count. */
const char *question_option_id(const struct question *q, size_t i);
const char *question_option_text(const struct question *q, size_t i);
bool question_option_is_right(const struct question *q, size_t i);
/* A right answer, as the key has it. */
const char *question_right(const struct question *q, size_t i);
/* Whether the options' ids are A, B, C …, so that they need not be told. */
bool question_has_letters(const struct question *q);

/* A whole number among the members of a thing; 0: there is none. */
int64_t number_of(const json_value *thing, const char *name);

/* The members of a paper besides its passages: title, description, time limit, scoring, bands. */
void paper_add_head(struct buf *out, const json_value *test);

#endif
