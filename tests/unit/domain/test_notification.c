/* What a notification's payload may be: rows of a type, a payload and what is wrong with it. */
#include "domain/notification.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "model/notification_type.h"

/* The fields of the problems, in their order, a blank after each; "" when there are none. */
static const char *check(struct arena *arena, const char *type, const char *payload, enum err *ret)
{
	const struct notification_kind *kind = NULL;
	struct notification_input in = {.notification_type = type};
	const char *text = NULL;
	struct problems problems;
	struct buf fields;

	problems_init(&problems, arena);
	assert_int_equal(json_parse(arena, payload, strlen(payload), &in.payload), OK);
	*ret = notification_check(arena, &in, &problems, &kind, &text);
	assert_int_equal(*ret == OK, problems.count == 0);
	assert_int_equal(*ret == OK, kind && text && strcmp(kind->name, type) == 0);
	buf_init(&fields, arena);
	buf_adds(&fields, "");
	for (const struct problem *problem = problems.first; problem; problem = problem->next) {
		assert_true(strlen(problem->message) > 3);
		buf_printf(&fields, "%s ", problem->field);
	}
	assert_false(fields.failed);
	return fields.len ? fields.data : "";
}

static void test_payloads(void **state)
{
	static const struct {
		const char *type, *payload, *problems;
	} rows[] = {
	    {"class_created", "{\"class_id\":\"c\",\"class_name\":\"n\",\"teacher_id\":\"t\"}", ""},
	    {"class_created", "{\"class_id\":\"\",\"class_name\":\"\",\"teacher_id\":\"\",\"more\":[null]}",
	     ""},
	    {"class_created", "{\"class_id\":\"c\",\"class_name\":\"n\"}", "payload.teacher_id "},
	    {"class_created", "{\"class_id\":\"c\",\"class_name\":null,\"teacher_id\":\"t\"}",
	     "payload.class_name "},
	    {"class_created", "{\"class_id\":7,\"class_name\":[\"n\"],\"teacher_id\":{}}",
	     "payload.class_id payload.class_name payload.teacher_id "},
	    {"class_created", "{\"Class_id\":\"c\",\"class_name\":\"n\",\"teacher_id\":\"t\"}",
	     "payload.class_id "},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":15,\"download_url\":\"/x\"}", ""},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":15.0,\"download_url\":\"/x\"}",
	     ""},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":-1,\"download_url\":\"/x\"}", ""},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":1.5,\"download_url\":\"/x\"}",
	     "payload.results_count "},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":\"15\",\"download_url\":\"/x\"}",
	     "payload.results_count "},
	    {"batch_results_ready", "{\"batch_id\":\"b\",\"results_count\":true,\"download_url\":\"/x\"}",
	     "payload.results_count "},
	    {"batch_processing_started",
	     "{\"batch_id\":\"b\",\"pipeline_phase\":\"p\",\"estimated_duration_minutes\":8}", ""},
	    {"batch_processing_started",
	     "{\"batch_id\":\"b\",\"pipeline_phase\":\"p\",\"estimated_duration_minutes\":0.5}", ""},
	    {"batch_processing_started",
	     "{\"batch_id\":\"b\",\"pipeline_phase\":\"p\",\"estimated_duration_minutes\":false}",
	     "payload.estimated_duration_minutes "},
	    {"batch_validation_failed",
	     "{\"batch_id\":\"b\",\"validation_errors\":[],\"error_message\":\"e\"}", ""},
	    {"batch_validation_failed",
	     "{\"batch_id\":\"b\",\"validation_errors\":[\"a\",\"b\"],\"error_message\":\"e\"}", ""},
	    {"batch_validation_failed",
	     "{\"batch_id\":\"b\",\"validation_errors\":[\"a\",null],\"error_message\":\"e\"}",
	     "payload.validation_errors "},
	    {"batch_validation_failed",
	     "{\"batch_id\":\"b\",\"validation_errors\":\"a\",\"error_message\":\"e\"}",
	     "payload.validation_errors "},
	    {"class_created", "[]", "payload "},
	    {"class_created", "\"{}\"", "payload "},
	    {"class_created", "null", "payload "},
	    {"class_destroyed", "{}", "notification_type "},
	    {"", "[]", "notification_type payload "},
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum err err;
		const char *problems = check(arena, rows[i].type, rows[i].payload, &err);

		assert_string_equal(problems, rows[i].problems);
		assert_int_equal(err, *problems ? ERR_VALIDATION : OK);
	}
	arena_free(arena);
}

/* 64 KiB of JSON text: {"class_id":"c","class_name":"…","teacher_id":"t"}. */
static void test_size(void **state)
{
	static const struct {
		size_t more; /* bytes beyond the limit */
		const char *problems;
	} rows[] = {{0, ""}, {1, "payload "}};
	const char *frame = "{\"class_id\":\"c\",\"class_name\":\"%s\",\"teacher_id\":\"t\"}";
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = 64 * 1024 - (strlen(frame) - 2) + rows[i].more;
		char *name = arena_alloc(arena, len + 1), *payload;
		enum err err;

		assert_non_null(name);
		memset(name, 'x', len);
		payload = arena_printf(
		    arena, "{\"class_id\":\"c\",\"class_name\":\"%s\",\"teacher_id\":\"t\"}", name);
		assert_non_null(payload);
		assert_string_equal(check(arena, "class_created", payload, &err), rows[i].problems);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_payloads),
	    cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
