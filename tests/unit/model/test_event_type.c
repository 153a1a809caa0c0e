/* Who may hear what, as the contract says it. */
#include "model/event_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_events(void **state)
{
	static const struct {
		const char *name;
		enum audience audience;
	} rows[] = {
	    {"session_status_changed", AUDIENCE_ALL}, {"waiting_room_opened", AUDIENCE_ALL},
	    {"session_started", AUDIENCE_ALL},	      {"session_completed", AUDIENCE_ALL},
	    {"participant_joined", AUDIENCE_ALL},     {"participant_disconnected", AUDIENCE_ALL},
	    {"student_progress", AUDIENCE_STAFF},     {"student_answer", AUDIENCE_STAFF},
	    {"student_highlight", AUDIENCE_STAFF},    {"violation", AUDIENCE_STAFF},
	    {"student_submitted", AUDIENCE_STAFF},    {"access_changed", AUDIENCE_NOBODY},
	    {"chat_message", AUDIENCE_ROW},	      {"group_updated", AUDIENCE_ALL},
	    {"transcription", AUDIENCE_ALL},	      {"notification", AUDIENCE_ROW},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum event_type type;

		assert_true(event_type_parse(rows[i].name, &type));
		assert_string_equal(event_type_name(type), rows[i].name);
		assert_int_equal(event_type_audience(type), rows[i].audience);
		assert_true(event_type_version(type) >= 1);
	}
}

/* Every row is found by its own name, so no two rows share one. */
static void test_every_row(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
		enum event_type type;

		assert_true(event_type_parse(event_type_name((enum event_type)i), &type));
		assert_int_equal(type, i);
	}
}

static void test_strangers(void **state)
{
	enum event_type type = EVENT_SESSION_STARTED;

	(void)state;
	assert_false(event_type_parse("session_begun", &type));
	assert_false(event_type_parse("", &type));
	assert_false(event_type_parse(NULL, &type));
	assert_int_equal(type, EVENT_SESSION_STARTED);
	assert_string_equal(event_type_name(EVENT_TYPE_COUNT), "");
	/* What nobody knows, nobody hears. */
	assert_int_equal(event_type_audience(EVENT_TYPE_COUNT), AUDIENCE_NOBODY);
}

static void test_audiences(void **state)
{
	static const char *const names[] = {"all", "staff", "user", "group", "nobody"};
	enum audience audience;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_true(audience_parse(names[i], &audience));
		assert_int_equal(audience, i);
		assert_string_equal(audience_name(audience), names[i]);
	}
	assert_false(audience_parse("row", &audience));
	assert_false(audience_parse("", &audience));
	assert_false(audience_parse(NULL, &audience));
	assert_string_equal(audience_name(AUDIENCE_ROW), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_every_row),
	    cmocka_unit_test(test_strangers),
	    cmocka_unit_test(test_audiences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
