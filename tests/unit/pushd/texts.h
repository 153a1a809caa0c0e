/* What the dialects' tests have in common: names, a moment, and the check of one message's text. */
#ifndef INVIGIL_TESTS_PUSHD_TEXTS_H
#define INVIGIL_TESTS_PUSHD_TEXTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pushd/dialect/dialect.h"

#define SESSION "550e8400-e29b-41d4-a716-446655440000"
#define STUDENT "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
#define NOW	1768732200000 /* 2026-01-18T10:30:00.000Z */
#define WHO	"\"student_id\":\"" STUDENT "\",\"student_name\":\"John Doe\""

static inline struct id id_of(const char *text)
{
	struct id id;

	assert_true(id_parse(text, &id));
	return id;
}

static inline void expect(struct message *message, const char *text)
{
	assert_non_null(message);
	assert_string_equal(message->text, text);
	assert_int_equal(message->len, strlen(text));
	message_unref(message);
}

#endif
