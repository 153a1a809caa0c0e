/* The kinds of events and who may hear them; rows in events.def. */
#ifndef INVIGIL_MODEL_EVENT_TYPE_H
#define INVIGIL_MODEL_EVENT_TYPE_H

#include <stdbool.h>

#include "base/compiler.h"

enum audience {
	AUDIENCE_ALL,	 /* everybody in the session */
	AUDIENCE_STAFF,	 /* its teachers and administrators */
	AUDIENCE_USER,	 /* one user: the row's target */
	AUDIENCE_GROUP,	 /* one group of the session (the row's target) and the staff */
	AUDIENCE_NOBODY, /* no client, ever */
	AUDIENCE_ROW,	 /* only in the table: the row decides */
};

enum event_type {
#define EVENT(symbol, name, audience, version) symbol,
#include "model/events.def"
#undef EVENT
	EVENT_TYPE_COUNT
};

const char *event_type_name(enum event_type type);
MUST_CHECK bool event_type_parse(const char *name, enum event_type *ret);
/* What the table says. */
enum audience event_type_audience(enum event_type type);
int event_type_version(enum event_type type);

/* "all", "staff", "user", "group", "nobody": the events table's column. */
const char *audience_name(enum audience audience);
MUST_CHECK bool audience_parse(const char *name, enum audience *ret);

#endif
