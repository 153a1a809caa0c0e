/* What is known of a session's figures. */
#include "pushd/figures.h"

#include <stdlib.h>
#include <string.h>

#define FIGURES_MS 1000 /* they are told at most so often */

/* Events that can change one of them. */
static const bool events[EVENT_TYPE_COUNT] = {
    [EVENT_SESSION_STATUS_CHANGED] = true,
    [EVENT_PARTICIPANT_JOINED] = true,
    [EVENT_PARTICIPANT_DISCONNECTED] = true,
    [EVENT_STUDENT_ANSWER] = true,
    [EVENT_VIOLATION] = true,
    [EVENT_STUDENT_SUBMITTED] = true,
    [EVENT_ACCESS_CHANGED] = true, /* who is on the roster is counted */
};

void figures_done(struct figures *figures)
{
	free(figures->last);
}

void figures_wanted(struct figures *figures)
{
	figures->baseline_due |= !figures->last;
}

void figures_event(struct figures *figures, enum event_type type)
{
	figures->changed |= events[type];
}

bool figures_due(struct figures *figures, int64_t now)
{
	if (!figures->changed || now - figures->asked_at < FIGURES_MS || now - figures->told_at < FIGURES_MS)
		return false;
	figures->changed = false;
	figures->asked_at = now;
	return true;
}

bool figures_baseline_due(struct figures *figures)
{
	bool due = figures->baseline_due;

	figures->baseline_due = false;
	return due;
}

void figures_forget(struct figures *figures)
{
	free(figures->last);
	figures->last = NULL;
	figures->changed = true;
}

bool figures_take(struct figures *figures, const char *stats, bool baseline, int64_t now)
{
	char *copy;

	if (!stats) {
		figures->changed |= !baseline;
		return false;
	}
	/* a change on its way might be in these figures already, and would then never be told */
	if (baseline && (figures->last || figures->changed))
		return false;
	if (figures->last && strcmp(figures->last, stats) == 0)
		return false;
	if (!baseline && now - figures->told_at < FIGURES_MS) {
		figures->changed = true;
		return false;
	}
	copy = strdup(stats);
	if (!copy) {
		figures->changed |= !baseline;
		return false;
	}
	free(figures->last);
	figures->last = copy;
	if (!baseline)
		figures->told_at = now;
	return !baseline;
}
