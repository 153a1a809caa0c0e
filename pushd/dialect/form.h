/* What the live and the envelope dialect have in common: JSON text, flat or with the fields inside `data`,
 * under the names that the dialect gives. A form is a row; the encoders are the same. */
#ifndef INVIGIL_PUSHD_DIALECT_FORM_H
#define INVIGIL_PUSHD_DIALECT_FORM_H

#include "pushd/dialect/dialect.h"

struct form {
	/* What a type, by its live name, is called. */
	const char *(*name)(const char *type);
	bool wrapped; /* everything but type, event_id and ref stands inside `data` */
};

struct message *form_connected(const struct form *form, const struct greeting *greeting);
struct message *form_ack(const struct form *form, const char *ref, const struct doc *doc);
struct message *form_error(const struct form *form, const struct complaint *complaint);
struct message *form_pong(const struct form *form, const char *ref, uint64_t last_event_id, int64_t now);
struct message *form_snapshot(const struct form *form, const struct doc *doc, const struct scene *scene);
struct message *form_state(const struct form *form, const char *ref, const struct doc *doc, int64_t now);
struct message *form_stats(const struct form *form, const struct id *session_id, const char *stats,
			   int64_t now);
struct message *form_presence(const struct form *form, const struct doc *doc);
struct message *form_resync(const struct form *form, const struct id *session_id, uint64_t head, int64_t now);
enum err form_event(const struct form *form, const struct event *event, struct message **ret);
/* Flat or wrapped, whatever the dialect says itself. */
enum err form_decode(struct arena *arena, const char *text, size_t len, struct incoming *ret);

/* The encoders of the dialect `prefix`, which speaks in `form`; FORM_ENTRIES puts them into its table. */
#define FORM_DIALECT(prefix, form)                                                                           \
	static struct message *prefix##_connected(const struct greeting *greeting)                           \
	{                                                                                                    \
		return form_connected(&(form), greeting);                                                    \
	}                                                                                                    \
	static struct message *prefix##_ack(const char *ref, const struct doc *doc)                          \
	{                                                                                                    \
		return form_ack(&(form), ref, doc);                                                          \
	}                                                                                                    \
	static struct message *prefix##_error(const struct complaint *complaint)                             \
	{                                                                                                    \
		return form_error(&(form), complaint);                                                       \
	}                                                                                                    \
	static struct message *prefix##_pong(const char *ref, uint64_t last_event_id, int64_t now)           \
	{                                                                                                    \
		return form_pong(&(form), ref, last_event_id, now);                                          \
	}                                                                                                    \
	static struct message *prefix##_snapshot(const struct doc *doc, const struct scene *scene)           \
	{                                                                                                    \
		return form_snapshot(&(form), doc, scene);                                                   \
	}                                                                                                    \
	static struct message *prefix##_state(const char *ref, const struct doc *doc, int64_t now)           \
	{                                                                                                    \
		return form_state(&(form), ref, doc, now);                                                   \
	}                                                                                                    \
	static struct message *prefix##_stats(const struct id *session_id, const char *stats, int64_t now)   \
	{                                                                                                    \
		return form_stats(&(form), session_id, stats, now);                                          \
	}                                                                                                    \
	static struct message *prefix##_presence(const struct doc *doc, const struct scene *scene UNUSED)    \
	{                                                                                                    \
		return form_presence(&(form), doc);                                                          \
	}                                                                                                    \
	static struct message *prefix##_resync(const struct id *session_id, uint64_t head, int64_t now)      \
	{                                                                                                    \
		return form_resync(&(form), session_id, head, now);                                          \
	}                                                                                                    \
	static enum err prefix##_event(const struct event *event, const struct scene *scene UNUSED,          \
				       struct message **ret)                                                 \
	{                                                                                                    \
		return form_event(&(form), event, ret);                                                      \
	}

#define FORM_ENTRIES(prefix)                                                                                 \
	.staff_opening = OPENING_MONITOR, .connected = prefix##_connected, .ack = prefix##_ack,              \
	.error = prefix##_error, .pong = prefix##_pong, .snapshot = prefix##_snapshot,                       \
	.state = prefix##_state, .stats = prefix##_stats, .presence = prefix##_presence,                     \
	.resync = prefix##_resync, .event = prefix##_event, .decode = form_decode

#endif
