/* Socket.IO events: names in camelCase, acknowledgements, and offsets. */
#include "pushd/dialect/emit.h"

#include "texts.h"

#define OTHER "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static void test_camel(void **state)
{
	static const struct {
		const char *text, *camel;
	} rows[] = {
	    {"{}", "{}"},
	    {"{\"a_bc_d\":1}", "{\"aBcD\":1}"},
	    {"{\"a_b\" : {\"c_d\":[{\"e_f\":null}]}}", "{\"aB\" : {\"cD\":[{\"eF\":null}]}}"},
	    /* texts stay as they are, whatever is in them */
	    {"{\"a\":\"b_c\\\"d_e\\\":\",\"f_g\":\"h_i\"}", "{\"a\":\"b_c\\\"d_e\\\":\",\"fG\":\"h_i\"}"},
	    {"[\"a_b\",\"c_d\"]", "[\"a_b\",\"c_d\"]"},
	    {"\"a_b\"", "\"a_b\""},
	    {"6.50", "6.50"},
	    /* nothing joins these */
	    {"{\"_a\":1,\"b_\":2,\"c_1\":3,\"d__e\":4}", "{\"_a\":1,\"b_\":2,\"c_1\":3,\"d_E\":4}"},
	    /* what is no JSON is copied too */
	    {"{\"a_b", "{\"a_b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out;

		buf_init(&out, NULL);
		emit_camel(&out, rows[i].text, strlen(rows[i].text));
		assert_string_equal(out.data, rows[i].camel);
		buf_done(&out);
	}
}

static void test_members(void **state)
{
	static const char object[] = "{\"user_id\" : \"u\", \"group_id\" : null, \"a_list\" : [{\"b_c\":1}]}";
	static const struct {
		const char *names, *text;
	} rows[] = {
	    {"", "42[\"e\",{}]"},
	    {"user_id", "42[\"e\",{\"userId\":\"u\"}]"},
	    {"a_list user_id", "42[\"e\",{\"aList\":[{\"bC\":1}],\"userId\":\"u\"}]"},
	    {"group_id", "42[\"e\",{\"groupId\":null}]"},
	    {"group_id?", "42[\"e\",{}]"},
	    {"absent_one", "42[\"e\",{\"absentOne\":null}]"},
	    {"absent_one? user_id", "42[\"e\",{\"userId\":\"u\"}]"},
	};
	static const char *const bad[] = {"", "[]", "null", "\"x\"", "{", "{\"a\":}", "{\"a\" 1}"};
	struct emit emit;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		emit_begin(&emit, "e");
		assert_true(emit_members(&emit, object, strlen(object), rows[i].names));
		expect(emit_end(&emit, NULL), rows[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		emit_begin(&emit, "e");
		assert_false(emit_members(&emit, bad[i], strlen(bad[i]), "a"));
		emit_discard(&emit);
	}
}

static void test_errors(void **state)
{
	struct arena *arena = arena_new(0);
	struct complaint complaint = {.err = ERR_SESSION_NOT_FOUND};
	struct problems problems;

	(void)state;
	expect(emit_error("error", &complaint),
	       "42[\"error\",{\"code\":\"SESSION_NOT_FOUND\",\"message\":\"There is no such session.\"}]");
	problems_init(&problems, arena);
	problem_add(&problems, "question_id", "must be a UUID");
	complaint = (struct complaint){.err = ERR_VALIDATION, .problems = &problems};
	expect(emit_error("examError", &complaint),
	       "42[\"examError\",{\"code\":\"VALIDATION_ERROR\",\"message\":\"questionId must be a UUID\"}]");
	complaint.message = "\"so\"";
	expect(emit_error("examError", &complaint),
	       "42[\"examError\",{\"code\":\"VALIDATION_ERROR\",\"message\":\"\\\"so\\\"\"}]");
	arena_free(arena);
}

static struct message *message_of(const char *text)
{
	struct message *message = message_new(text, strlen(text));

	assert_non_null(message);
	return message;
}

static void test_acks(void **state)
{
	static const struct {
		const char *event;
		uint64_t ack;
		const char *answer;
	} rows[] = {
	    {"42[\"e\",{}]", 0, "430[{}]"},
	    {"42[\"e\",{\"a\":{\"b\":\"}\"}},\"x:y:1\"]", 12, "4312[{\"a\":{\"b\":\"}\"}}]"},
	    {"42[\"e\",{\"a\":[1,{}]},\"\"]", UINT64_MAX, "4318446744073709551615[{\"a\":[1,{}]}]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct message *event = message_of(rows[i].event);

		expect(emit_ack(event, rows[i].ack), rows[i].answer);
		message_unref(event);
	}
}

static void test_offsets(void **state)
{
	static const struct {
		const char *text;
		int count; /* that are read, before the end or what is none */
		const char *rest;
	} rows[] = {
	    {"", 0, ""},
	    {SESSION ":classroom:0", 1, ""},
	    {SESSION ":exam:7 " OTHER ":monitor:123456789012345678", 2, ""},
	    {SESSION ":exam:7\"]", 1, "\"]"},
	    {SESSION ":exam:7 ", 1, ""},
	    {SESSION ":exam:7  " OTHER ":exam:1", 1, " " OTHER ":exam:1"},
	    {SESSION ":exam:", 0, NULL},
	    {SESSION ":exam:x", 0, NULL},
	    {SESSION ":exam:-1", 0, NULL},
	    {SESSION ":exam:1234567890123456789", 0, NULL},
	    {SESSION ":exam:7x", 0, NULL},
	    {SESSION ":exam", 0, NULL},
	    {SESSION ":live:7", 0, NULL},
	    {SESSION ":socketio:7", 0, NULL},
	    {SESSION "::7", 0, NULL},
	    {SESSION "x:exam:7", 0, NULL},
	    {"00000000-0000-0000-0000-000000000000:exam:7", 0, NULL},
	    {"550e8400-e29b-41d4-a716-44665544000g:exam:7", 0, NULL},
	    {"exam:7", 0, NULL},
	    {":", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = rows[i].text;
		struct offset offset;
		int count = 0;

		while (*at && offset_read(&at, &offset))
			count++;
		assert_int_equal(count, rows[i].count);
		assert_string_equal(at, rows[i].rest ? rows[i].rest : rows[i].text);
	}
}

static void test_an_offset_is_read_as_written(void **state)
{
	const struct offset offset = {
	    .session_id = id_of(SESSION), .dialect = &dialect_monitor, .event_id = 999999999999999999};
	char text[OFFSET_TEXT];
	const char *at = offset_format(&offset, text);
	struct offset back;

	(void)state;
	assert_string_equal(text, SESSION ":monitor:999999999999999999");
	assert_true(offset_read(&at, &back));
	assert_true(id_equal(&back.session_id, &offset.session_id));
	assert_ptr_equal(back.dialect, &dialect_monitor);
	assert_true(back.event_id == offset.event_id);
}

static void test_another_offset(void **state)
{
	static const struct {
		const char *event, *offset, *copy; /* NULL: it has none */
	} rows[] = {
	    {"42[\"e\",{}]", NULL, NULL},
	    {"43[1]", NULL, NULL},
	    {"42[\"e\",{},\"\"]", "", "42[\"e\",{},\"new\"]"},
	    {"42[\"e\",{\"a\":\"},\\\"x\\\"]\"},\"old\"]", "old",
	     "42[\"e\",{\"a\":\"},\\\"x\\\"]\"},\"new\"]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct message *event = message_of(rows[i].event);
		const char *offset;
		size_t len;

		assert_int_equal(emit_offset(event, &offset, &len), rows[i].offset != NULL);
		if (rows[i].offset) {
			assert_int_equal(len, strlen(rows[i].offset));
			assert_memory_equal(offset, rows[i].offset, len);
			expect(emit_with_offset(event, "new"), rows[i].copy);
		}
		message_unref(event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_camel),	   cmocka_unit_test(test_members),
	    cmocka_unit_test(test_errors),	   cmocka_unit_test(test_acks),
	    cmocka_unit_test(test_offsets),	   cmocka_unit_test(test_an_offset_is_read_as_written),
	    cmocka_unit_test(test_another_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
