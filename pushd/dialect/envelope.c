/* The envelope dialect: the same messages, their fields inside `data`, under the session plan's names where
 * it has some. */
#include "pushd/dialect/form.h"

#include <string.h>

static const struct {
	const char *live;
	const char *envelope;
} names[] = {
    {"waiting_room_opened", "session_waiting"},
    {"participant_joined", "student_joined"},
    {"participant_disconnected", "student_left"},
    {"student_answer", "answer_submitted"},
    {"student_progress", "progress_update"},
    {"student_highlight", "text_highlighted"},
    {"violation", "tab_violation"},
    {"student_submitted", "student_status_update"},
    {"session_stats", "real_time_stats"},
};

static const char *plan_name(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].live, type) == 0)
			return names[i].envelope;
	return type;
}

static const struct form wrapped = {.name = plan_name, .wrapped = true};

FORM_DIALECT(envelope, wrapped)

const struct dialect dialect_envelope = {
    .id = DIALECT_ENVELOPE,
    .name = "envelope",
    FORM_ENTRIES(envelope),
};
