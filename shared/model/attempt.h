/* What a student sends while his attempt is open. The inputs are the same whether they come over REST or a
 * WebSocket; texts are UTF-8, valid, and belong to the caller's arena. */
#ifndef INVIGIL_MODEL_ATTEMPT_H
#define INVIGIL_MODEL_ATTEMPT_H

#include <stdint.h>

#include "base/id.h"

/* One answer. `answer` is JSON text: a string, or an array of strings for multiple_select. */
struct answer_input {
	struct id question_id;
	const char *answer;
	int64_t time_spent_seconds; /* -1: not told */
};

/* Where the student is: both count from 0. */
struct progress_input {
	int64_t passage_index;
	int64_t question_index;
};

struct highlight_input {
	const char *text;
	struct id passage_id;
	int64_t position_start; /* characters from the passage's begin, end exclusive */
	int64_t position_end;
	struct id client_id; /* nil: none; else the same one twice is one highlight */
};

struct violation_input {
	const char *violation_type; /* one of VIOLATION_TYPES */
	struct id client_id;	    /* nil: none; else the same one twice is one violation */
};

/* NULL-terminated: TAB_SWITCH, COPY_ATTEMPT, PASTE_ATTEMPT, RIGHT_CLICK, DEV_TOOLS, FULL_SCREEN_EXIT. */
extern const char *const VIOLATION_TYPES[];

#endif
