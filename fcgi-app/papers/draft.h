/* A paper while it is read from somebody's file: what every format's reader builds. There is one way from
 * there to a body of POST /tests (settle.h), so that the rules of papers stand in one place (domain/paper.h).
 *
 * What a reader finds and a paper can't hold is a remark, by item and line: nothing goes without being told.
 * A failed allocation shows in the arena, at the end. */
#ifndef INVIGIL_APP_PAPERS_DRAFT_H
#define INVIGIL_APP_PAPERS_DRAFT_H

#include "base/buf.h"
#include "domain/domain.h"
#include "domain/paper.h"
#include "domain/scoring.h"

/* Where in the file, for the human who wrote it. */
struct place {
	const char *item; /* the question's own name, or "Question 3"; "" for the file as a whole */
	int line;	  /* of the file (of a package's file: see item); 0: none */
};

enum outcome {
	LEFT_OUT, /* it isn't in the paper */
	CHANGED,  /* it is, but not as it was */
};

struct remark {
	struct remark *next;
	struct place place;
	enum outcome outcome;
	const char *message;
};

/* An option; or, of a type without any, an answer that is right. */
struct choice {
	struct choice *next;
	const char *id; /* NULL: a letter by its position */
	const char *text;
	bool right;
};

struct asked {
	struct asked *next;
	struct place place;
	enum question_type type;
	const char *prompt;
	struct choice *first, **last;
	size_t count, rights;
	double points; /* 0: what a question of its kind is worth by itself */
	int max_words; /* 0: as many as one likes */
	bool left_out;
};

struct passage {
	struct passage *next;
	const char *title, *body;
	struct asked *first, **last;
	size_t count;
	bool kept; /* it is in the paper even if it is empty */
};

struct draft {
	struct arena *arena;
	const char *title, *description; /* NULL: the file doesn't say */
	int64_t time_limit_seconds;	 /* 0: likewise */
	const char *scoring;		 /* NULL: likewise */
	const char *band_table;		 /* JSON, or NULL */
	struct passage *first, **last, *current;
	struct remark *remarks, **last_remark;
	size_t remark_count; /* made; the list holds the first REMARKS_MOST */
	size_t asked;	     /* questions read */
	size_t items;	     /* questions met so far, whatever became of them */
	size_t nodes;	     /* of XML, likewise */
	size_t walked;	     /* of them, one twice included, in search of texts */
	const char *problem; /* the file as a whole can't be read, and why */
};

#define REMARKS_MOST 500
/* So many questions are read, of which a paper can have half. */
#define ASKED_MOST (2 * PAPER_QUESTIONS_MOST)
/* A longer prompt, in bytes, isn't one of a paper's. */
#define PROMPT_BYTES 20000

struct draft *draft_new(struct arena *arena);
/* The next question of the file: its name (NULL or "": it has none), and its line. */
struct place draft_place(struct draft *draft, const char *name, int line);
void draft_remark(struct draft *draft, struct place place, enum outcome outcome, const char *message, ...)
    PRINTF_LIKE(4, 5);
#define DRAFT_TOO_MANY "a paper has at most %d questions"
/* Likewise of a question, which isn't in the paper then. */
void draft_leave_out(struct draft *draft, struct asked *asked, const char *message, ...) PRINTF_LIKE(3, 4);
/* The file can't be read: ERR_VALIDATION. */
MUST_CHECK enum err draft_refuse(struct draft *draft, const char *message, ...) PRINTF_LIKE(2, 3);

/* A title that fits; what is cut off is told. NULL is "". */
const char *draft_title(struct draft *draft, const char *title);
/* Begins a passage; what has been asked without one goes before it. NULL: memory ran out. */
struct passage *draft_passage(struct draft *draft, const char *title, const char *body);
/* Another question of the current passage. Never NULL: without memory it is one that goes nowhere. */
struct asked *draft_ask(struct draft *draft, struct place place, enum question_type type, const char *prompt);
void asked_choice(struct draft *draft, struct asked *asked, const char *id, const char *text, bool right);
/* What is to be matched, and with what; an empty item is only there to be taken for right. */
struct pair {
	const char *item, *match;
};

/* So many pairs of a question are read. */
#define PAIRS_MOST 100

/* A question for each pair that has an item, all with the same options; `points` are shared among them, 0:
 * the usual ones. */
void draft_ask_pairs(struct draft *draft, struct place place, const char *prompt, const struct pair *pairs,
		     size_t count, double points);
/* What went with marked-up text (flow.h). */
void draft_remark_lost(struct draft *draft, struct place place, int lost);
/* A choice between exactly TRUE, FALSE and NOT GIVEN (or YES, NO …) is a question of that type. */
void asked_recognise(struct asked *asked);

/* The remarks as a JSON array. */
void draft_report(const struct draft *draft, struct buf *out);

#endif
