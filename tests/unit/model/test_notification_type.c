/* The fourteen kinds, as document C has them. */
#include "model/notification_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static const struct {
	enum notification_type type;
	const char *name, *category, *priority;
	bool action_required;
	const char *fields; /* "name:kind …", kinds by their first letters: t i n T */
} rows[] = {
    {NOTIFICATION_batch_files_uploaded, "batch_files_uploaded", "file_operations", "standard", false,
     "batch_id:t user_id:t files_uploaded:i total_size_bytes:i "},
    {NOTIFICATION_batch_file_removed, "batch_file_removed", "file_operations", "standard", false,
     "batch_id:t file_id:t filename:t "},
    {NOTIFICATION_batch_validation_failed, "batch_validation_failed", "system_alerts", "immediate", true,
     "batch_id:t validation_errors:T error_message:t "},
    {NOTIFICATION_class_created, "class_created", "class_management", "standard", false,
     "class_id:t class_name:t teacher_id:t "},
    {NOTIFICATION_student_added_to_class, "student_added_to_class", "class_management", "low", false,
     "class_id:t student_id:t student_name:t "},
    {NOTIFICATION_validation_timeout_processed, "validation_timeout_processed", "student_workflow",
     "immediate", false, "batch_id:t timeout_duration_seconds:n processed_students:i "},
    {NOTIFICATION_student_associations_confirmed, "student_associations_confirmed", "student_workflow",
     "high", false, "batch_id:t confirmed_associations:i pending_associations:i "},
    {NOTIFICATION_batch_spellcheck_completed, "batch_spellcheck_completed", "batch_progress", "low", false,
     "batch_id:t essays_processed:i total_errors_found:i processing_duration_seconds:n "},
    {NOTIFICATION_batch_cj_assessment_completed, "batch_cj_assessment_completed", "batch_progress",
     "standard", false,
     "batch_id:t essays_assessed:i average_content_score:n processing_duration_seconds:n "},
    {NOTIFICATION_batch_processing_started, "batch_processing_started", "batch_progress", "low", false,
     "batch_id:t pipeline_phase:t estimated_duration_minutes:n "},
    {NOTIFICATION_batch_results_ready, "batch_results_ready", "processing_results", "high", false,
     "batch_id:t results_count:i download_url:t "},
    {NOTIFICATION_batch_assessment_completed, "batch_assessment_completed", "processing_results", "standard",
     false, "batch_id:t total_essays:i completed_assessments:i overall_completion_rate:n "},
    {NOTIFICATION_batch_pipeline_completed, "batch_pipeline_completed", "processing_results", "high", false,
     "batch_id:t completed_phases:T final_status:t processing_duration_seconds:n successful_essay_count:i "
     "failed_essay_count:i correlation_id:t "},
    {NOTIFICATION_phase_skipped, "phase_skipped", "batch_progress", "low", false,
     "batch_id:t phase_name:t skip_reason:t storage_id:t correlation_id:t "},
};

static void test_kinds(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(rows), NOTIFICATION_TYPE_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct notification_kind *kind = notification_kind(rows[i].type);

		assert_ptr_equal(kind, notification_kind_find(rows[i].name));
		assert_string_equal(kind->name, rows[i].name);
		assert_string_equal(kind->category, rows[i].category);
		assert_string_equal(kind->priority, rows[i].priority);
		assert_int_equal(kind->action_required, rows[i].action_required);
	}
}

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char json[256];

		snprintf(json, sizeof(json),
			 "{\"notification_type\":\"%s\",\"category\":\"%s\",\"priority\":\"%s\","
			 "\"action_required\":%s}",
			 rows[i].name, rows[i].category, rows[i].priority,
			 rows[i].action_required ? "true" : "false");
		assert_string_equal(notification_kind(rows[i].type)->json, json);
	}
}

static void test_fields(void **state)
{
	static const char letters[] = {
	    [PAYLOAD_TEXT] = 't', [PAYLOAD_INTEGER] = 'i', [PAYLOAD_NUMBER] = 'n', [PAYLOAD_TEXTS] = 'T'};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct notification_kind *kind = notification_kind(rows[i].type);
		char fields[256];
		size_t len = 0;

		for (size_t f = 0; f < kind->field_count; f++)
			len += (size_t)snprintf(fields + len, sizeof(fields) - len, "%s:%c ",
						kind->fields[f].name, letters[kind->fields[f].kind]);
		assert_string_equal(fields, rows[i].fields);
	}
}

static void test_strangers(void **state)
{
	static const char *const names[] = {"batch_exploded", "batch_file", "Class_Created", "class_created ",
					    ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_null(notification_kind_find(names[i]));
	assert_null(notification_kind_find(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests_name("notification_type", tests, NULL, NULL);
}
