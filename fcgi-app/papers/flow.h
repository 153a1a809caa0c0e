/* Marked-up text to the plain text that papers hold: paragraphs are parted by an empty line, breaks are line
 * ends, the rest of the white space is as a browser shows it. What can't be said so (pictures, raised
 * figures) is noted, for the report. */
#ifndef INVIGIL_APP_PAPERS_FLOW_H
#define INVIGIL_APP_PAPERS_FLOW_H

#include "base/arena.h"
#include "base/buf.h"

#define LOST_MEDIA  1 /* a picture, a sound, a film */
#define LOST_SCRIPT 2 /* raised or lowered text, a formula: it stands on the line now */

struct flow {
	struct buf out;
	int breaks;  /* line ends that come before the next word … */
	bool space;  /* … or a blank */
	int pre;     /* inside how many <pre> */
	int hidden;  /* inside how many elements that show nothing */
	int lost;    /* LOST_… */
	size_t most; /* bytes, which end anywhere: what is longer is of no use; 0: no bound */
};

void flow_init(struct flow *flow, struct arena *arena);
/* Text between tags. */
void flow_text(struct flow *flow, const char *text, size_t len);
/* The beginning or the end of an element, by its HTML name in lower case; false: no name of HTML. */
bool flow_tag(struct flow *flow, const char *name, bool closing);
/* Begins anew below what is there: an empty line between. */
void flow_part(struct flow *flow);
/* Nothing more goes in. */
bool flow_full(const struct flow *flow);
/* All of it; never NULL. */
const char *flow_done(struct flow *flow);

/* A piece of HTML as text. `strict`: everything that looks like a tag is one; else only HTML's own names are,
 * so that "a < b" and "<foo>" stay. Adds to *lost. NULL: memory ran out. */
const char *html_text(struct arena *arena, const char *html, bool strict, int *lost);
/* Whether all of it is one line of words, as flow_text would give it back. */
bool flow_is_line(const char *text, size_t len);

#endif
