#include "model/attempt.h"

static const char *const statuses[] = {
    [ATTEMPT_IN_PROGRESS] = "IN_PROGRESS",
    [ATTEMPT_SUBMITTED] = "SUBMITTED",
    [ATTEMPT_ABANDONED] = "ABANDONED",
};

static const char *const submission_types[] = {
    [SUBMISSION_MANUAL] = "MANUAL",
    [SUBMISSION_TIME_EXPIRED] = "TIME_EXPIRED",
    [SUBMISSION_FORCED] = "FORCED",
};

const char *const VIOLATION_TYPES[] = {
    "TAB_SWITCH", "COPY_ATTEMPT", "PASTE_ATTEMPT", "RIGHT_CLICK", "DEV_TOOLS", "FULL_SCREEN_EXIT", NULL};

const char *attempt_status_name(enum attempt_status status)
{
	return (size_t)status < ARRAY_LEN(statuses) ? statuses[status] : "";
}

const char *submission_type_name(enum submission_type type)
{
	return (size_t)type < ARRAY_LEN(submission_types) ? submission_types[type] : "";
}
