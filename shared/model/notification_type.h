/* The kinds of notifications, what all of a kind have in common, and the fields of their payloads; rows in
 * notifications.def. */
#ifndef INVIGIL_MODEL_NOTIFICATION_TYPE_H
#define INVIGIL_MODEL_NOTIFICATION_TYPE_H

#include <stdbool.h>
#include <stddef.h>

/* By the name of its row. */
enum notification_type {
#define NOTIFICATION(name, category, priority, action_required, fields) NOTIFICATION_##name,
#include "model/notifications.def"
#undef NOTIFICATION
	NOTIFICATION_TYPE_COUNT
};

enum payload_kind {
	PAYLOAD_TEXT,	 /* a string */
	PAYLOAD_INTEGER, /* a whole number */
	PAYLOAD_NUMBER,	 /* any number */
	PAYLOAD_TEXTS,	 /* an array of strings */
};

struct payload_field {
	const char *name;
	enum payload_kind kind;
};

struct notification_kind {
	const char *name;
	const char *category;
	const char *priority;
	bool action_required;
	const char *json; /* all of the above as the members that every one has, in one object */
	const struct payload_field *fields; /* all are required */
	size_t field_count;
};

/* The row. */
const struct notification_kind *notification_kind(enum notification_type type);
/* The row of that name, or NULL. */
const struct notification_kind *notification_kind_find(const char *name);

#endif
