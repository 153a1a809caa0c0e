/* An answer's JSON text (a string, or an array of strings) read without building a tree: marking a class
 * reads thousands of them. Hostile text ends as "malformed", never beyond its NUL. */
#ifndef INVIGIL_DOMAIN_ANSWER_H
#define INVIGIL_DOMAIN_ANSWER_H

#include <stdbool.h>

#include "base/compiler.h"
#include "domain/fold.h"

struct answer_reader {
	const char *at;
	bool list;  /* the text is an array */
	bool begun; /* an item has been read */
};

enum answer_step {
	ANSWER_ITEM,	  /* a string was folded */
	ANSWER_END,	  /* there are no more, and nothing behind them */
	ANSWER_MALFORMED, /* not such a JSON text */
};

void answer_begin(struct answer_reader *reader, const char *json);
/* Folds the next string into `fold`, which the caller has initialised and whose overflow he looks at himself.
 */
MUST_CHECK enum answer_step answer_next(struct answer_reader *reader, struct fold *fold);

#endif
