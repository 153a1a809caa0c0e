/* Reads the text of a one-dimensional array by the rules of PostgreSQL's own array_in: what it takes from
 * '{…}', and what it calls malformed. The oracle for whoever writes such texts; it allocates nothing. */
#ifndef INVIGIL_TESTS_SUPPORT_ARRAY_H
#define INVIGIL_TESTS_SUPPORT_ARRAY_H

#include <stdbool.h>

struct array_reader {
	const char *at;
	bool ended;  /* the closing brace has been, and nothing is behind it */
	bool broken; /* it is no array */
};

/* False: it doesn't even begin like one. */
bool array_begin(struct array_reader *reader, const char *text);
/* The next element, unquoted, in memory that the next call of this thread overwrites; NULL is SQL NULL. False
 * at the end, or where it is malformed. */
bool array_next(struct array_reader *reader, const char **ret);
/* Whether all of it was an array. */
bool array_ended(const struct array_reader *reader);

#endif
