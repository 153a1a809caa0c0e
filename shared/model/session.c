#include "model/session.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	const char *live;
} statuses[SESSION_STATUS_COUNT] = {
    [SESSION_SCHEDULED] = {"SCHEDULED", "SCHEDULED"},
    [SESSION_WAITING] = {"WAITING_FOR_STUDENTS", "WAITING"},
    [SESSION_IN_PROGRESS] = {"IN_PROGRESS", "IN_PROGRESS"},
    [SESSION_COMPLETED] = {"COMPLETED", "COMPLETED"},
    [SESSION_CANCELLED] = {"CANCELLED", "CANCELLED"},
};

static const struct {
	enum session_status from;
	enum session_command command;
	enum session_status to;
	enum err err;
} transitions[] = {
#define TRANSITION(from_, command_, to_, err_) {from_, command_, to_, err_},
#include "model/transitions.def"
#undef TRANSITION
};

const char *session_status_name(enum session_status status)
{
	return (size_t)status < ARRAY_LEN(statuses) ? statuses[status].name : "";
}

const char *session_status_live_name(enum session_status status)
{
	return (size_t)status < ARRAY_LEN(statuses) ? statuses[status].live : "";
}

bool session_status_parse(const char *name, enum session_status *ret)
{
	for (size_t i = 0; name && i < ARRAY_LEN(statuses); i++) {
		if (strcmp(statuses[i].name, name) == 0 || strcmp(statuses[i].live, name) == 0) {
			*ret = (enum session_status)i;
			return true;
		}
	}
	return false;
}

enum err session_transition(enum session_status from, enum session_command command,
			    enum session_status *ret_to)
{
	for (size_t i = 0; i < ARRAY_LEN(transitions); i++) {
		if (transitions[i].from != from || transitions[i].command != command)
			continue;
		if (transitions[i].err == OK)
			*ret_to = transitions[i].to;
		return transitions[i].err;
	}
	return ERR_INVALID_SESSION_STATUS;
}

int64_t session_deadline(int64_t started_at_ms, int64_t limit_seconds, int64_t adjust_seconds)
{
	int64_t seconds, ms, deadline;

	if (started_at_ms <= 0 || limit_seconds <= 0)
		return SESSION_NO_DEADLINE;
	if (__builtin_add_overflow(limit_seconds, adjust_seconds, &seconds) ||
	    __builtin_mul_overflow(seconds, INT64_C(1000), &ms) ||
	    __builtin_add_overflow(started_at_ms, ms, &deadline))
		return adjust_seconds < 0 ? started_at_ms : SESSION_NO_DEADLINE;
	return deadline;
}

int64_t session_time_remaining(int64_t deadline_ms, int64_t now_ms)
{
	int64_t left;

	if (deadline_ms == SESSION_NO_DEADLINE)
		return -1;
	if (deadline_ms <= now_ms)
		return 0;
	if (__builtin_sub_overflow(deadline_ms, now_ms, &left))
		return INT64_MAX / 1000;
	return left / 1000 + (left % 1000 > 0);
}
