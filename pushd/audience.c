/* The audience table: a row per audience, the roles it lets through, and whom the row's target does. */
#include "pushd/audience.h"

#include "base/id.h"

static const struct {
	int roles;   /* who hears it for being what he is */
	bool target; /* the one whom the event's target names hears it too … */
	bool group;  /* … or the members of the group that it names */
} audiences[] = {
    [AUDIENCE_ALL] = {.roles = ROLES_ALL},
    [AUDIENCE_STAFF] = {.roles = ROLES_STAFF},
    [AUDIENCE_USER] = {.roles = 0, .target = true},
    [AUDIENCE_GROUP] = {.roles = ROLES_STAFF, .group = true},
    [AUDIENCE_NOBODY] = {.roles = 0},
    [AUDIENCE_ROW] = {.roles = ROLES_ALL},
};

static bool lets(enum audience audience, const struct event *event, const struct actor *who,
		 const struct groups *groups)
{
	if ((size_t)audience >= ARRAY_LEN(audiences))
		return false;
	if (audiences[audience].roles & (int)who->role)
		return true;
	if (audiences[audience].group)
		return groups_has(groups, &event->target_id, &who->user_id);
	return audiences[audience].target && !id_is_nil(&who->user_id) &&
	       id_equal(&event->target_id, &who->user_id);
}

bool audience_allows(const struct event *event, const struct actor *who, const struct groups *groups)
{
	/* only the table may say "the row decides"; a row that says it of itself decides nothing */
	if (event->audience == AUDIENCE_ROW)
		return false;
	return lets(event->audience, event, who, groups) &&
	       lets(event_type_audience(event->type), event, who, groups);
}

static bool only_staff(enum audience audience)
{
	return (size_t)audience < ARRAY_LEN(audiences) && audiences[audience].roles == ROLES_STAFF &&
	       !audiences[audience].target && !audiences[audience].group;
}

bool audience_is_staff(const struct event *event)
{
	return only_staff(event->audience) || only_staff(event_type_audience(event->type));
}

bool audience_allows_presence(const struct actor *whose, bool has_test, const struct actor *who)
{
	return !has_test || whose->role != ROLE_STUDENT || (who->role & ROLES_STAFF) ||
	       id_equal(&whose->user_id, &who->user_id);
}
