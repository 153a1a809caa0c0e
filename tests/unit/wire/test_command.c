/* What a student sends, as the contract limits it. */
#include "wire/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static json_value *parsed(const char *text)
{
	json_value *value = NULL;

	if (json_parse(arena, text, strlen(text), &value))
		fail_msg("%s", text);
	return value;
}

static void assert_told(const struct problems *problems, const char *json, const char *expected)
{
	struct buf out;

	buf_init(&out, arena);
	buf_adds(&out, "");
	for (const struct problem *problem = problems->first; problem; problem = problem->next)
		buf_printf(&out, "%s%s: %s", out.len ? "; " : "", problem->field, problem->message);
	if (strcmp(out.data, expected) != 0)
		fail_msg("%.200s\nsays  %s\nnot   %s", json, out.data, expected);
}

#define Q1 "\"question_id\":\"00000000-0000-0000-0000-000000000001\""
#define Q2 "\"question_id\":\"00000000-0000-0000-0000-000000000002\""
#define P1 "\"passage_id\":\"00000000-0000-0000-0000-0000000000a1\""
#define C1 "\"client_id\":\"00000000-0000-0000-0000-0000000000c1\""

static void test_answers(void **state)
{
	static const char either[] = "answer: must be a string or an array of strings";
	static const struct {
		const char *json;
		const char *problems;
		const char *answers[3]; /* when there are none */
		int64_t seconds;	/* of the first */
	} rows[] = {
	    {"{" Q1 ",\"answer\":\"B\"}", "", {"\"B\""}, -1},
	    {"{" Q1 ",\"answer\":\"\"}", "", {"\"\""}, -1},
	    {"{" Q1 ",\"answer\":\"  \"}", "", {"\"  \""}, -1},
	    {"{" Q1 ",\"answer\":\"caf\\u00e9 \\\"x\\\"\\n\"}", "", {"\"caf\xc3\xa9 \\\"x\\\"\\n\""}, -1},
	    {"{" Q1 ",\"answer\":[\"A\" , \"C\"],\"time_spent_seconds\":12}", "", {"[\"A\",\"C\"]"}, 12},
	    {"{" Q1 ",\"answer\":[]}", "", {"[]"}, -1},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":null,\"other\":{}}", "", {"\"B\""}, -1},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":0}", "", {"\"B\""}, 0},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":604800}", "", {"\"B\""}, 604800},
	    {"{\"answers\":[{" Q1 ",\"answer\":\"A\"},{" Q2 ",\"answer\":[\"B\"]}]}",
	     "",
	     {"\"A\"", "[\"B\"]"},
	     -1},
	    {"{\"answers\":null," Q1 ",\"answer\":\"B\"}", "", {"\"B\""}, -1},

	    {"{}", "question_id: is required; answer: is required", {0}, 0},
	    {"{" Q1 "}", "answer: is required", {0}, 0},
	    {"{" Q1 ",\"answer\":null}", "answer: is required", {0}, 0},
	    {"{\"question_id\":\"q1\",\"answer\":5}",
	     "question_id: must be a UUID; answer: must be a string or an array of strings",
	     {0},
	     0},
	    {"{" Q1 ",\"answer\":true}", either, {0}, 0},
	    {"{" Q1 ",\"answer\":{\"A\":1}}", either, {0}, 0},
	    {"{" Q1 ",\"answer\":[\"A\",1]}", either, {0}, 0},
	    {"{" Q1 ",\"answer\":[[\"A\"]]}", either, {0}, 0},
	    {"{" Q1 ",\"answer\":[null]}", either, {0}, 0},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":-1}",
	     "time_spent_seconds: must be from 0 to 604800",
	     {0},
	     0},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":604801}",
	     "time_spent_seconds: must be from 0 to 604800",
	     {0},
	     0},
	    {"{" Q1 ",\"answer\":\"B\",\"time_spent_seconds\":1.5}",
	     "time_spent_seconds: must be a whole number",
	     {0},
	     0},
	    {"{\"answers\":[]}", "answers: must be an array of 1 to 200 answers", {0}, 0},
	    {"{\"answers\":{}}", "answers: must be an array of 1 to 200 answers", {0}, 0},
	    {"{\"answers\":\"B\"," Q1 ",\"answer\":\"B\"}",
	     "answers: must be an array of 1 to 200 answers",
	     {0},
	     0},
	    {"{\"answers\":[{" Q1 ",\"answer\":\"A\"},5,{\"answer\":\"A\"},{" Q1 ",\"answer\":[1]}]}",
	     "answers[1]: must be an object; answers[2].question_id: is required; "
	     "answers[3].answer: must be a string or an array of strings",
	     {0},
	     0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct answer_input *items = NULL;
		struct problems problems;
		size_t count = 77;
		bool right;

		problems_init(&problems, arena);
		right = command_read_answers(parsed(rows[i].json), &problems, &items, &count);
		assert_told(&problems, rows[i].json, rows[i].problems);
		assert_int_equal(right, problems.count == 0);
		if (!right) {
			assert_null(items);
			assert_int_equal(count, 77);
			continue;
		}
		for (size_t j = 0; j < count; j++) {
			assert_string_equal(items[j].answer, rows[i].answers[j]);
			assert_int_equal(items[j].question_id.b[15], j + 1);
		}
		assert_null(rows[i].answers[count]);
		assert_int_equal(items[0].time_spent_seconds, rows[i].seconds);
	}
}

/* `{…, "answer": …}` with texts and arrays at their limits. */
static const char *answer_of(const char *letter, int letters, int items)
{
	struct buf out;

	buf_init(&out, arena);
	buf_adds(&out, "{" Q1 ",\"answer\":");
	buf_adds(&out, items < 0 ? "\"" : "[");
	for (int i = 0; i < (items < 0 ? 1 : items); i++) {
		if (items >= 0)
			buf_adds(&out, i ? ",\"" : "\"");
		for (int j = 0; j < letters; j++)
			buf_adds(&out, letter);
		if (items >= 0)
			buf_addc(&out, '"');
	}
	buf_adds(&out, items < 0 ? "\"}" : "]}");
	return out.data;
}

static void test_answer_limits(void **state)
{
	static const struct {
		const char *letter;
		int letters, items; /* -1: a text alone */
		const char *problems;
	} rows[] = {
	    {"a", 5000, -1, ""},
	    {"\xf0\x9f\x98\x80", 5000, -1, ""},
	    {"a", 5001, -1, "answer: must be at most 5000 characters long"},
	    {"\xf0\x9f\x98\x80", 5001, -1, "answer: must be at most 5000 characters long"},
	    {"a", 5000, 50, ""},
	    {"a", 1, 51, "answer: must have at most 50 items"},
	    {"a", 5001, 2, "answer: must be at most 5000 characters long"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *json = answer_of(rows[i].letter, rows[i].letters, rows[i].items);
		struct answer_input *items;
		struct problems problems;
		size_t count;

		problems_init(&problems, arena);
		assert_int_equal(command_read_answers(parsed(json), &problems, &items, &count),
				 !*rows[i].problems);
		assert_told(&problems, json, rows[i].problems);
	}
}

static void test_number_of_answers(void **state)
{
	(void)state;
	for (size_t many = ANSWERS_MAX; many <= ANSWERS_MAX + 1; many++) {
		struct answer_input *items;
		struct problems problems;
		struct buf json;
		size_t count;
		bool right;

		buf_init(&json, arena);
		buf_adds(&json, "{\"answers\":[");
		for (size_t i = 0; i < many; i++)
			buf_adds(&json, i ? ",{" Q1 ",\"answer\":\"A\"}" : "{" Q1 ",\"answer\":\"A\"}");
		buf_adds(&json, "]}");
		problems_init(&problems, arena);
		right = command_read_answers(parsed(json.data), &problems, &items, &count);
		assert_int_equal(right, many <= ANSWERS_MAX);
		if (right)
			assert_int_equal(count, many);
	}
}

static void test_progress(void **state)
{
	static const struct {
		const char *json;
		const char *problems;
		int64_t passage, question;
	} rows[] = {
	    {"{\"passage_index\":0,\"question_index\":0}", "", 0, 0},
	    {"{\"passage_index\":2,\"question_index\":10000}", "", 2, 10000},
	    {"{\"passage_index\":2.0,\"question_index\":7,\"x\":1}", "", 2, 7},
	    {"{}", "passage_index: is required; question_index: is required", 0, 0},
	    {"{\"passage_index\":-1,\"question_index\":10001}",
	     "passage_index: must be from 0 to 10000; question_index: must be from 0 to 10000", 0, 0},
	    {"{\"passage_index\":\"1\",\"question_index\":null}",
	     "passage_index: must be a whole number; question_index: is required", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct progress_input input = {.passage_index = 77, .question_index = 77};
		struct problems problems;
		bool right;

		problems_init(&problems, arena);
		right = command_read_progress(parsed(rows[i].json), &problems, &input);
		assert_told(&problems, rows[i].json, rows[i].problems);
		assert_int_equal(right, problems.count == 0);
		assert_int_equal(input.passage_index, right ? rows[i].passage : 77);
		assert_int_equal(input.question_index, right ? rows[i].question : 77);
	}
}

static void test_highlights(void **state)
{
	static const char order[] = "position_end: must be greater than position_start";
	static const struct {
		const char *json;
		const char *problems;
		int64_t start, end;
		bool client;
	} rows[] = {
	    {"{\"text\":\"x\"," P1 ",\"position_start\":0,\"position_end\":1}", "", 0, 1, false},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":5,\"position_end\":2147483647," C1 "}", "", 5,
	     2147483647, true},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":0,\"position_end\":1,\"client_id\":null}", "", 0, 1,
	     false},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":5,\"position_end\":5}", order, 0, 0, false},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":5,\"position_end\":4}", order, 0, 0, false},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":-1,\"position_end\":4}",
	     "position_start: must be from 0 to 2147483647", 0, 0, false},
	    {"{\"text\":\"x\"," P1 ",\"position_start\":1,\"position_end\":2147483648}",
	     "position_end: must be from 0 to 2147483647", 0, 0, false},
	    {"{\"text\":\"\"," P1 ",\"position_start\":0,\"position_end\":1}",
	     "text: must be 1 to 10000 characters long", 0, 0, false},
	    {"{\"text\":\"x\",\"passage_id\":\"p\",\"position_start\":0,\"position_end\":1,\"client_id\":"
	     "\"c\"}",
	     "passage_id: must be a UUID; client_id: must be a UUID", 0, 0, false},
	    {"{}",
	     "text: is required; passage_id: is required; position_start: is required; position_end: is "
	     "required",
	     0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct highlight_input input = {.position_start = 77};
		struct problems problems;
		bool right;

		problems_init(&problems, arena);
		right = command_read_highlight(parsed(rows[i].json), &problems, &input);
		assert_told(&problems, rows[i].json, rows[i].problems);
		assert_int_equal(right, problems.count == 0);
		if (!right) {
			assert_int_equal(input.position_start, 77);
			continue;
		}
		assert_string_equal(input.text, "x");
		assert_int_equal(input.passage_id.b[15], 0xa1);
		assert_int_equal(input.position_start, rows[i].start);
		assert_int_equal(input.position_end, rows[i].end);
		assert_int_equal(id_is_nil(&input.client_id), !rows[i].client);
	}
}

static void test_violations(void **state)
{
	static const char one_of[] =
	    "violation_type: must be one of TAB_SWITCH, COPY_ATTEMPT, PASTE_ATTEMPT, "
	    "RIGHT_CLICK, DEV_TOOLS, FULL_SCREEN_EXIT";
	static const struct {
		const char *json;
		const char *dflt;
		const char *problems;
		const char *type;
		bool client;
	} rows[] = {
	    {"{\"violation_type\":\"TAB_SWITCH\"}", NULL, "", "TAB_SWITCH", false},
	    {"{\"violation_type\":\"FULL_SCREEN_EXIT\"," C1 "}", NULL, "", "FULL_SCREEN_EXIT", true},
	    {"{}", "TAB_SWITCH", "", "TAB_SWITCH", false},
	    {"{\"violation_type\":null," C1 "}", "TAB_SWITCH", "", "TAB_SWITCH", true},
	    {"{\"violation_type\":\"DEV_TOOLS\"}", "TAB_SWITCH", "", "DEV_TOOLS", false},
	    {"{}", NULL, "violation_type: is required", NULL, false},
	    {"{\"violation_type\":\"tab_switch\"}", NULL, one_of, NULL, false},
	    {"{\"violation_type\":\"SNEEZE\"}", "TAB_SWITCH", one_of, NULL, false},
	    {"{\"violation_type\":1}", "TAB_SWITCH", "violation_type: must be a string", NULL, false},
	    {"{\"violation_type\":\"TAB_SWITCH\",\"client_id\":5}", NULL, "client_id: must be a UUID", NULL,
	     false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct violation_input input = {.violation_type = NULL};
		struct problems problems;
		bool right;

		problems_init(&problems, arena);
		right = command_read_violation(parsed(rows[i].json), rows[i].dflt, &problems, &input);
		assert_told(&problems, rows[i].json, rows[i].problems);
		assert_int_equal(right, problems.count == 0);
		if (right)
			assert_string_equal(input.violation_type, rows[i].type);
		else
			assert_null(input.violation_type);
		assert_int_equal(id_is_nil(&input.client_id), !rows[i].client);
	}
}

/* Bodies that aren't objects are refused by each, not read. */
static void test_not_objects(void **state)
{
	static const char *const rows[] = {"[]", "null", "5", "\"x\"", "[{" Q1 ",\"answer\":\"A\"}]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_value *value = parsed(rows[i]);
		struct answer_input *items;
		struct progress_input progress;
		struct highlight_input highlight;
		struct violation_input violation;
		struct problems problems;
		size_t count;

		problems_init(&problems, arena);
		assert_false(command_read_answers(value, &problems, &items, &count));
		assert_false(command_read_progress(value, &problems, &progress));
		assert_false(command_read_highlight(value, &problems, &highlight));
		assert_false(command_read_violation(value, "TAB_SWITCH", &problems, &violation));
		assert_int_equal(problems.count, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_answers, begin, end),
	    cmocka_unit_test_setup_teardown(test_answer_limits, begin, end),
	    cmocka_unit_test_setup_teardown(test_number_of_answers, begin, end),
	    cmocka_unit_test_setup_teardown(test_progress, begin, end),
	    cmocka_unit_test_setup_teardown(test_highlights, begin, end),
	    cmocka_unit_test_setup_teardown(test_violations, begin, end),
	    cmocka_unit_test_setup_teardown(test_not_objects, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
