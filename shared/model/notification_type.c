#include "model/notification_type.h"

#include <string.h>

#include "base/compiler.h"

#define FIELDS(...)	  __VA_ARGS__
#define FIELD(name, kind) {#name, PAYLOAD_##kind},

/* The fields of each kind, … */
#define NOTIFICATION(name, category, priority, action_required, fields)                                      \
	static const struct payload_field fields_of_##name[] = {fields};
#include "model/notifications.def"
#undef NOTIFICATION

/* … and the kinds. */
static const struct notification_kind kinds[] = {
#define NOTIFICATION(name, category, priority, action_required, fields)                                      \
	[NOTIFICATION_##name] = {#name,                                                                      \
				 (category),                                                                 \
				 (priority),                                                                 \
				 (action_required),                                                          \
				 "{\"notification_type\":\"" #name "\",\"category\":\"" category             \
				 "\",\"priority\":\"" priority "\",\"action_required\":" #action_required    \
				 "}",                                                                        \
				 fields_of_##name,                                                           \
				 ARRAY_LEN(fields_of_##name)},
#include "model/notifications.def"
#undef NOTIFICATION
};

const struct notification_kind *notification_kind(enum notification_type type)
{
	return &kinds[type];
}

const struct notification_kind *notification_kind_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
