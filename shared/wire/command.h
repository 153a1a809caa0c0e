/* The bodies that REST and the WebSocket dialects share: JSON to the inputs of model/attempt.h. */
#ifndef INVIGIL_WIRE_COMMAND_H
#define INVIGIL_WIRE_COMMAND_H

#include "model/attempt.h"
#include "wire/json.h"

/* The longest time that one answer may say it took, in seconds. */
#define TIME_SPENT_MAX (86400 * 7)
/* The most answers one command may carry. */
#define ANSWERS_MAX 200

/* `{question_id, answer, time_spent_seconds?}` or `{answers: [of these]}`. *ret_items belongs to the arena.
 * False when something was wrong; a malformed question_id is a problem like any other. */
bool command_read_answers(const json_value *body, struct problems *problems, struct answer_input **ret_items,
			  size_t *ret_count);
bool command_read_progress(const json_value *body, struct problems *problems, struct progress_input *ret);
bool command_read_highlight(const json_value *body, struct problems *problems, struct highlight_input *ret);
/* `dflt`: the type when the body names none; NULL: it must. */
bool command_read_violation(const json_value *body, const char *dflt, struct problems *problems,
			    struct violation_input *ret);

#endif
