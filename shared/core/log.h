/* Structured lines on stderr: logfmt or JSON, one event a line. `shared/` never logs: it returns; programs
 * log, once, where the error is handled. Never pass a token, a password or an answer key.
 *
 *   log_info("session completed", LOG_ID("session", &id), LOG_INT("attempts", n));
 *   -> time=2026-01-18T10:30:00.000Z level=info service=pushd msg="session completed" session=… attempts=3 */
#ifndef INVIGIL_CORE_LOG_H
#define INVIGIL_CORE_LOG_H

#include <stdint.h>

#include "base/id.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
	const char *key; /* NULL ends the list */
	enum { LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_ID } kind;
	const char *text; /* NULL is written as an empty value */
	int64_t number;
	struct id id;
};

#define LOG_TEXT(k, v)                                                                                       \
	(struct log_field)                                                                                   \
	{                                                                                                    \
		.key = (k), .kind = LOG_FIELD_TEXT, .text = (v)                                              \
	}
#define LOG_INT(k, v)                                                                                        \
	(struct log_field)                                                                                   \
	{                                                                                                    \
		.key = (k), .kind = LOG_FIELD_INT, .number = (int64_t)(v)                                    \
	}
#define LOG_ID(k, v)                                                                                         \
	(struct log_field)                                                                                   \
	{                                                                                                    \
		.key = (k), .kind = LOG_FIELD_ID, .id = *(v)                                                 \
	}

/* Once, before the first line. `service` is kept, not copied. */
void log_setup(const char *service, enum log_level least, enum log_format format);
/* A field that every later line of this thread carries (a request id); NULL takes it away. `value` is kept,
 * not copied. */
void log_context(const char *key, const char *value);

/* One line in one write(2), so lines of many processes never mix; longer than 4 KiB is cut. */
void log_write(enum log_level level, const char *msg, const struct log_field *fields);

#define LOG_FIELDS(...)                                                                                      \
	(const struct log_field[])                                                                           \
	{                                                                                                    \
		__VA_ARGS__ __VA_OPT__(, )(struct log_field)                                                 \
		{                                                                                            \
			.key = 0                                                                             \
		}                                                                                            \
	}
#define log_debug(msg, ...) log_write(LOG_DEBUG, msg, LOG_FIELDS(__VA_ARGS__))
#define log_info(msg, ...)  log_write(LOG_INFO, msg, LOG_FIELDS(__VA_ARGS__))
#define log_warn(msg, ...)  log_write(LOG_WARN, msg, LOG_FIELDS(__VA_ARGS__))
#define log_error(msg, ...) log_write(LOG_ERROR, msg, LOG_FIELDS(__VA_ARGS__))

#endif
