/* Folding: what students write becomes the bytes that are compared, so that two spellings of one answer are
 * equal.
 *
 * Case is folded (Unicode, simple folding), runs of white space become one space, both ends are trimmed;
 * typographic apostrophes, quotes and dashes become ASCII ones, because phones and word processors put them
 * where the student typed ASCII; invisible characters (soft hyphen, zero width space, byte order mark), which
 * pasting brings along, vanish. Spelling is never touched: figures and words, British and American forms,
 * accents stay different. */
#ifndef INVIGIL_DOMAIN_FOLD_H
#define INVIGIL_DOMAIN_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum fold_kind {
	FOLD_TEXT,  /* as told above */
	FOLD_TIGHT, /* spaces and underscores vanish too: "not_given" is "NOT GIVEN" */
};

struct fold {
	enum fold_kind kind;
	char *out; /* the caller's, `cap` bytes with the terminator */
	size_t cap;
	size_t len;    /* bytes in `out`, without the terminator */
	size_t words;  /* white-space-separated runs with a letter or figure in them: "well-known" is one */
	bool gap;      /* white space was seen since the last character */
	bool in_word;  /* the current run has been counted */
	bool overflow; /* it didn't fit: `out` is cut */
};

/* False: the system has no Unicode tables (the C.UTF-8 locale), and folding would be wrong. Once per program
 * is enough. */
MUST_CHECK bool fold_ready(void);

void fold_init(struct fold *fold, enum fold_kind kind, char *out, size_t cap);
void fold_add(struct fold *fold, uint32_t code_point);
/* Ends `out` with a NUL. False: it didn't fit. */
MUST_CHECK bool fold_done(struct fold *fold);
/* All of a NUL-terminated text: init, add each, done. */
MUST_CHECK bool fold_text(struct fold *fold, enum fold_kind kind, const char *text, char *out, size_t cap);

/* The next code point of NUL-terminated UTF-8, and moves *at behind it; malformed bytes read as U+FFFD one by
 * one. 0 at the end, where *at stays. */
uint32_t utf8_take(const char **at);

#endif
