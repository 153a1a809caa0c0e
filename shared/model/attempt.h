/* An attempt's vocabulary, and what a student sends while it is open. The inputs are the same whether they
 * come over REST or a WebSocket; texts are UTF-8, valid, and belong to the caller's arena. */
#ifndef INVIGIL_MODEL_ATTEMPT_H
#define INVIGIL_MODEL_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/id.h"

enum attempt_status { ATTEMPT_IN_PROGRESS, ATTEMPT_SUBMITTED, ATTEMPT_ABANDONED };

enum submission_type {
	SUBMISSION_MANUAL,	 /* the student handed in */
	SUBMISSION_TIME_EXPIRED, /* the clock did */
	SUBMISSION_FORCED,	 /* a teacher completed the session */
};

const char *attempt_status_name(enum attempt_status status);
const char *submission_type_name(enum submission_type type);

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
