/* Bodies through a table of fields: what lands in the struct, and what is said against the rest. */
#include "wire/json.h"

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

/* "field: message; field: message" */
static const char *told(const struct problems *problems)
{
	struct buf out;

	buf_init(&out, arena);
	buf_adds(&out, "");
	for (const struct problem *problem = problems->first; problem; problem = problem->next)
		buf_printf(&out, "%s%s: %s", out.len ? "; " : "", problem->field, problem->message);
	return out.data;
}

struct body {
	const char *name;
	struct id owner;
	int64_t size;
	bool open;
	int64_t at;
	const char *color;
	struct id_list members;
	json_value *extra;
	const char *note;
	bool has_note;
	int64_t count;
};

static const char *const COLORS[] = {"RED", "GREEN", "BLUE", NULL};

static const struct field NAME[] = {FIELD(struct body, name, FIELD_TEXT, true, 1, 5), FIELD_END};
static const struct field MAY_BE_EMPTY[] = {FIELD(struct body, name, FIELD_TEXT, false, 0, 5), FIELD_END};
static const struct field OWNER[] = {FIELD(struct body, owner, FIELD_ID, true, 0, 0), FIELD_END};
static const struct field SIZE[] = {FIELD(struct body, size, FIELD_INT, true, 0, 10), FIELD_END};
static const struct field COUNT[] = {FIELD(struct body, count, FIELD_INT, false, 1, INT64_MAX), FIELD_END};
static const struct field ANY[] = {FIELD(struct body, count, FIELD_INT, false, INT64_MIN, INT64_MAX),
				   FIELD_END};
static const struct field OPEN[] = {FIELD(struct body, open, FIELD_BOOL, true, 0, 0), FIELD_END};
static const struct field AT[] = {FIELD(struct body, at, FIELD_TIME, true, 0, 0), FIELD_END};
static const struct field COLOR[] = {FIELD_CHOICES(struct body, color, true, COLORS), FIELD_END};
static const struct field MEMBERS[] = {FIELD(struct body, members, FIELD_ID_LIST, true, 1, 2), FIELD_END};
static const struct field EXTRA[] = {FIELD(struct body, extra, FIELD_VALUE, true, 0, 0), FIELD_END};

#define U1 "\"00000000-0000-0000-0000-000000000001\""
#define U2 "\"00000000-0000-0000-0000-000000000002\""

static void test_fields(void **state)
{
	static const struct {
		const struct field *fields;
		const char *json;
		const char *problems;
	} rows[] = {
	    {NAME, "{\"name\":\"a\"}", ""},
	    {NAME, "{\"name\":\"abcde\"}", ""},
	    {NAME, "{\"name\":\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80zz\"}", ""},
	    {NAME, "{\"name\":\" a \",\"other\":5}", ""},
	    {NAME, "{}", "name: is required"},
	    {NAME, "{\"name\":null}", "name: is required"},
	    {NAME, "{\"Name\":\"a\"}", "name: is required"},
	    {NAME, "{\"name\":5}", "name: must be a string"},
	    {NAME, "{\"name\":[\"a\"]}", "name: must be a string"},
	    {NAME, "{\"name\":false}", "name: must be a string"},
	    {NAME, "{\"name\":\"\"}", "name: must be 1 to 5 characters long"},
	    {NAME, "{\"name\":\"abcdef\"}", "name: must be 1 to 5 characters long"},
	    {NAME, "{\"name\":\" \"}", "name: must not be only white space"},
	    {NAME, "{\"name\":\"\\t\\n\\r \"}", "name: must not be only white space"},
	    {NAME, "{\"name\":\"\\u00a0\\u3000\\u2003\\u0085\\u2029\"}",
	     "name: must not be only white space"},
	    {NAME, "{\"name\":\"\\u200b\"}", ""},
	    {MAY_BE_EMPTY, "{\"name\":\"\"}", ""},
	    {MAY_BE_EMPTY, "{\"name\":\"  \"}", ""},
	    {MAY_BE_EMPTY, "{}", ""},
	    {MAY_BE_EMPTY, "{\"name\":null}", ""},
	    {MAY_BE_EMPTY, "{\"name\":\"abcdef\"}", "name: must be at most 5 characters long"},

	    {OWNER, "{\"owner\":" U1 "}", ""},
	    {OWNER, "{\"owner\":\"me\"}", "owner: must be a UUID"},
	    {OWNER, "{\"owner\":\"\"}", "owner: must be a UUID"},
	    {OWNER, "{\"owner\":1}", "owner: must be a UUID"},
	    {OWNER, "{\"owner\":[" U1 "]}", "owner: must be a UUID"},
	    {OWNER, "{}", "owner: is required"},

	    {SIZE, "{\"size\":0}", ""},
	    {SIZE, "{\"size\":10}", ""},
	    {SIZE, "{\"size\":5.0}", ""},
	    {SIZE, "{\"size\":1e1}", ""},
	    {SIZE, "{\"size\":5.5}", "size: must be a whole number"},
	    {SIZE, "{\"size\":\"5\"}", "size: must be a whole number"},
	    {SIZE, "{\"size\":true}", "size: must be a whole number"},
	    {SIZE, "{\"size\":{}}", "size: must be a whole number"},
	    {SIZE, "{\"size\":-1}", "size: must be from 0 to 10"},
	    {SIZE, "{\"size\":11}", "size: must be from 0 to 10"},
	    {SIZE, "{\"size\":1e300}", "size: must be from 0 to 10"},
	    {SIZE, "{\"size\":-1e300}", "size: must be from 0 to 10"},
	    {SIZE, "{\"size\":9223372036854775807}", "size: must be from 0 to 10"},
	    {COUNT, "{\"count\":0}", "count: must be at least 1"},
	    {COUNT, "{\"count\":9223372036854775807}", ""},
	    {COUNT, "{\"count\":1e19}", "count: is too large a number"},
	    {ANY, "{\"count\":-1e19}", "count: is too large a number"},
	    {ANY, "{\"count\":-9223372036854775808}", ""},

	    {OPEN, "{\"open\":true}", ""},
	    {OPEN, "{\"open\":false}", ""},
	    {OPEN, "{\"open\":\"true\"}", "open: must be true or false"},
	    {OPEN, "{\"open\":1}", "open: must be true or false"},

	    {AT, "{\"at\":\"2026-01-18T10:30:00Z\"}", ""},
	    {AT, "{\"at\":\"2026-01-18T11:30:00+01:00\"}", ""},
	    {AT, "{\"at\":\"tomorrow\"}", "at: must be a time such as 2026-01-18T10:30:00.000Z"},
	    {AT, "{\"at\":1768732200}", "at: must be a time such as 2026-01-18T10:30:00.000Z"},

	    {COLOR, "{\"color\":\"GREEN\"}", ""},
	    {COLOR, "{\"color\":\"green\"}", "color: must be one of RED, GREEN, BLUE"},
	    {COLOR, "{\"color\":\"\"}", "color: must be one of RED, GREEN, BLUE"},
	    {COLOR, "{\"color\":2}", "color: must be a string"},
	    {COLOR, "{}", "color: is required"},

	    {MEMBERS, "{\"members\":[" U1 "]}", ""},
	    {MEMBERS, "{\"members\":[" U1 "," U2 "]}", ""},
	    {MEMBERS, "{\"members\":[]}", "members: must have at least 1 items"},
	    {MEMBERS, "{\"members\":[" U1 "," U2 "," U1 "]}", "members: must have at most 2 items"},
	    {MEMBERS, "{\"members\":[" U1 ",\"x\"]}", "members[1]: must be a UUID"},
	    {MEMBERS, "{\"members\":[null,5]}", "members[0]: must be a UUID; members[1]: must be a UUID"},
	    {MEMBERS, "{\"members\":" U1 "}", "members: must be an array of UUIDs"},
	    {MEMBERS, "{\"members\":{}}", "members: must be an array of UUIDs"},

	    {EXTRA, "{\"extra\":{\"x\":[1]}}", ""},
	    {EXTRA, "{\"extra\":false}", ""},
	    {EXTRA, "{\"extra\":null}", "extra: is required"},
	    {EXTRA, "[]", ": must be an object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct problems problems;
		struct body body, before;
		json_value *value;
		bool right;

		memset(&body, 0x5a, sizeof(body));
		memcpy(&before, &body, sizeof(before));
		problems_init(&problems, arena);
		assert_int_equal(json_parse(arena, rows[i].json, strlen(rows[i].json), &value), OK);
		right = json_read(value, rows[i].fields, &body, &problems, "");
		if (strcmp(told(&problems), rows[i].problems) != 0)
			fail_msg("%s: %s", rows[i].json, told(&problems));
		assert_int_equal(right, problems.count == 0);
		/* What is wrong leaves no trace. */
		if (!right)
			assert_memory_equal(&body, &before, sizeof(body));
	}
}

static void test_values(void **state)
{
	static const struct field fields[] = {
	    FIELD(struct body, name, FIELD_TEXT, true, 1, 100),
	    FIELD(struct body, owner, FIELD_ID, true, 0, 0),
	    FIELD(struct body, size, FIELD_INT, true, -10, 10),
	    FIELD(struct body, open, FIELD_BOOL, true, 0, 0),
	    FIELD(struct body, at, FIELD_TIME, true, 0, 0),
	    FIELD_CHOICES(struct body, color, true, COLORS),
	    FIELD(struct body, members, FIELD_ID_LIST, true, 0, 10),
	    FIELD(struct body, extra, FIELD_VALUE, true, 0, 0),
	    FIELD_OPT(struct body, note, FIELD_TEXT, 0, 10),
	    FIELD(struct body, count, FIELD_INT, false, 0, 10),
	    FIELD_END,
	};
	static const char json[] =
	    "{\"name\":\"caf\\u00e9\",\"owner\":" U1 ",\"size\":-3.0,\"open\":true,"
	    "\"at\":\"2026-01-18T10:30:00Z\",\"color\":\"BLUE\",\"members\":[" U2 "," U1 "],"
	    "\"extra\":[null],\"note\":\"\",\"unknown\":{}}";
	struct body body = {.count = 42};
	struct problems problems;
	json_value *value;

	(void)state;
	problems_init(&problems, arena);
	assert_int_equal(json_parse(arena, json, sizeof(json) - 1, &value), OK);
	assert_true(json_read(value, fields, &body, &problems, ""));
	assert_string_equal(body.name, "caf\xc3\xa9");
	assert_int_equal(body.owner.b[15], 1);
	assert_int_equal(body.size, -3);
	assert_true(body.open);
	assert_int_equal(body.at, INT64_C(1768732200000));
	assert_string_equal(body.color, "BLUE");
	assert_int_equal(body.members.count, 2);
	assert_int_equal(body.members.items[0].b[15], 2);
	assert_int_equal(json_kind(body.extra), JSON_KIND_ARRAY);
	assert_true(body.has_note);
	assert_string_equal(body.note, "");
	assert_int_equal(body.count, 42);
}

static void test_presence(void **state)
{
	static const struct field fields[] = {FIELD_OPT(struct body, note, FIELD_TEXT, 0, 10), FIELD_END};
	static const struct {
		const char *json;
		bool there;
	} rows[] = {
	    {"{}", false}, {"{\"note\":null}", false}, {"{\"note\":\"\"}", true}, {"{\"note\":\"x\"}", true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct body body = {.has_note = !rows[i].there};
		struct problems problems;
		json_value *value;

		problems_init(&problems, arena);
		assert_int_equal(json_parse(arena, rows[i].json, strlen(rows[i].json), &value), OK);
		assert_true(json_read(value, fields, &body, &problems, ""));
		assert_int_equal(body.has_note, rows[i].there);
		assert_int_equal(body.note != NULL, rows[i].there);
	}
}

static void test_prefixes(void **state)
{
	struct problems problems;
	struct body body;
	json_value *value;

	(void)state;
	problems_init(&problems, arena);
	assert_int_equal(json_parse(arena, "{\"members\":[5]}", 15, &value), OK);
	assert_false(json_read(value, NAME, &body, &problems, "passages[0]."));
	assert_false(json_read(value, MEMBERS, &body, &problems, "passages[0]."));
	assert_false(json_read(json_member(value, "members"), NAME, &body, &problems, "passages[1]."));
	assert_false(json_read(NULL, NAME, &body, &problems, "passages[2]."));
	assert_string_equal(told(&problems),
			    "passages[0].name: is required; passages[0].members[0]: must be a UUID; "
			    "passages[1]: must be an object; passages[2]: must be an object");
}

static void test_a_hundred_problems_are_kept(void **state)
{
	struct problems problems;
	int kept = 0;

	(void)state;
	problems_init(&problems, arena);
	for (int i = 0; i < 250; i++)
		problem_add(&problems, "field", "number %d of %s", i, "many");
	assert_int_equal(problems.count, 250);
	for (const struct problem *problem = problems.first; problem; problem = problem->next)
		kept++;
	assert_int_equal(kept, 100);
	assert_string_equal(problems.first->next->message, "number 1 of many");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_fields, begin, end),
	    cmocka_unit_test_setup_teardown(test_values, begin, end),
	    cmocka_unit_test_setup_teardown(test_presence, begin, end),
	    cmocka_unit_test_setup_teardown(test_prefixes, begin, end),
	    cmocka_unit_test_setup_teardown(test_a_hundred_problems_are_kept, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
