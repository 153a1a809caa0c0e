#include "model/event_type.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum audience audience;
	int version;
} rows[] = {
#define EVENT(symbol, name, audience, version) [symbol] = {name, audience, version},
#include "model/events.def"
#undef EVENT
};

/* AUDIENCE_ROW is no audience of a row: it has no name. */
static const char *const audiences[] = {
    [AUDIENCE_ALL] = "all",	[AUDIENCE_STAFF] = "staff",   [AUDIENCE_USER] = "user",
    [AUDIENCE_GROUP] = "group", [AUDIENCE_NOBODY] = "nobody",
};

const char *event_type_name(enum event_type type)
{
	return (size_t)type < ARRAY_LEN(rows) ? rows[type].name : "";
}

bool event_type_parse(const char *name, enum event_type *ret)
{
	for (size_t i = 0; name && i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*ret = (enum event_type)i;
			return true;
		}
	}
	return false;
}

enum audience event_type_audience(enum event_type type)
{
	return (size_t)type < ARRAY_LEN(rows) ? rows[type].audience : AUDIENCE_NOBODY;
}

int event_type_version(enum event_type type)
{
	return (size_t)type < ARRAY_LEN(rows) ? rows[type].version : 0;
}

const char *audience_name(enum audience audience)
{
	return (size_t)audience < ARRAY_LEN(audiences) ? audiences[audience] : "";
}

bool audience_parse(const char *name, enum audience *ret)
{
	for (size_t i = 0; name && i < ARRAY_LEN(audiences); i++) {
		if (strcmp(audiences[i], name) == 0) {
			*ret = (enum audience)i;
			return true;
		}
	}
	return false;
}
