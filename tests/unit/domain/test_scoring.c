/* Marking, rule by rule and table by table. A row is a question, an answer, and the points that it must get.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "domain/scoring.h"

#define QUESTION_ID "018f4e7c-0000-7000-8000-000000000001"

static struct id question_id(void)
{
	struct id id;
	assert_true(id_parse(QUESTION_ID, &id));
	return id;
}

/* A sheet of one question: `rest` is what stands behind its id. */
static struct mark_sheet *sheet_of(const char *rest)
{
	char json[4096];
	struct mark_sheet *sheet = NULL;
	snprintf(json, sizeof(json), "[{\"id\":\"" QUESTION_ID "\",%s}]", rest);
	if (mark_sheet_new(json, "points", NULL, &sheet) != OK)
		fail_msg("not compiled: %s", json);
	return sheet;
}

/* --- answers --- */

#define CHOICE		  "\"type\":\"multiple_choice\",\"key\":{\"any_of\":[\"B\"]}"
#define MATCHING	  "\"type\":\"matching\",\"points\":2,\"key\":{\"any_of\":[\"iv\",\"v\"]}"
#define SELECT		  "\"type\":\"multiple_select\",\"key\":{\"all_of\":[\"A\",\"C\"]}"
#define SELECT_ONE	  "\"type\":\"multiple_select\",\"points\":1,\"key\":{\"all_of\":[\"A\",\"C\"]}"
#define SELECT_3	  "\"type\":\"multiple_select\",\"points\":3,\"key\":{\"all_of\":[\"A\",\"C\",\"D\"]}"
#define TFNG_T		  "\"type\":\"true_false_not_given\",\"key\":{\"any_of\":[\"TRUE\"]}"
#define TFNG_F		  "\"type\":\"true_false_not_given\",\"key\":{\"any_of\":[\"F\"]}"
#define TFNG_NG		  "\"type\":\"true_false_not_given\",\"key\":{\"any_of\":[\"NOT GIVEN\"]}"
#define YNNG_Y		  "\"type\":\"yes_no_not_given\",\"key\":{\"any_of\":[\"YES\"]}"
#define YNNG_N		  "\"type\":\"yes_no_not_given\",\"key\":{\"any_of\":[\"no\"]}"
#define YNNG_NG		  "\"type\":\"yes_no_not_given\",\"key\":{\"any_of\":[\"not_given\"]}"
#define SHORT(key, words) "\"type\":\"short_answer\",\"key\":{\"any_of\":[" key "]},\"max_words\":" words

static const struct {
	const char *question, *answer;
	double points;
} ANSWERS[] = {
    /* options: trimmed, without case */
    {CHOICE, "\"B\"", 1},
    {CHOICE, "\" b\\t\"", 1},
    {CHOICE, "\"A\"", 0},
    {CHOICE, "\"\"", 0},
    {CHOICE, "[\"B\"]", 0},
    {CHOICE, "null", 0},
    {CHOICE, "2", 0},
    {CHOICE, "\"B", 0},
    {CHOICE, "\"B\" \"B\"", 0},
    {CHOICE, "", 0},
    {MATCHING, "\"IV\"", 2},
    {MATCHING, "\"v\"", 2},
    {MATCHING, "\"i\"", 0},

    /* multiple_select: a share for each right one; none when more are chosen than the key has */
    {SELECT, "[\"A\",\"C\"]", 2},
    {SELECT, "[ \"c\" , \"a\" ] ", 2},
    {SELECT, "[\"A\"]", 1},
    {SELECT, "[\"A\",\"B\"]", 1},
    {SELECT, "[\"B\",\"D\"]", 0},
    {SELECT, "[\"A\",\"B\",\"C\"]", 0},
    {SELECT, "[\"A\",\"A\",\"a \"]", 1},
    {SELECT, "[\"A\",\"A\",\"C\"]", 2},
    {SELECT, "[\"A\",\"\",\" \",\"C\"]", 2},
    {SELECT, "\"C\"", 1},
    {SELECT, "\"A,C\"", 0},
    {SELECT, "[]", 0},
    {SELECT, "[\"A\",3]", 0},
    {SELECT, "[\"A\",]", 0},
    {SELECT, "[\"A\" \"C\"]", 0},
    {SELECT, "[\"A\",\"C\"", 0},
    {SELECT, "[\"A\"],", 0},
    {SELECT, "{\"A\":1}", 0},
    {SELECT_ONE, "[\"A\",\"C\"]", 1},
    {SELECT_ONE, "[\"A\",\"D\"]", 0.5},
    {SELECT_3, "[\"A\",\"D\"]", 2},
    {SELECT_3, "[\"A\",\"B\",\"C\",\"D\"]", 0},

    /* fixed words: case, space and underscore don't matter, letters count; each type knows its own only */
    {TFNG_T, "\"TRUE\"", 1},
    {TFNG_T, "\"true\"", 1},
    {TFNG_T, "\" t \"", 1},
    {TFNG_T, "\"FALSE\"", 0},
    {TFNG_T, "\"YES\"", 0},
    {TFNG_T, "\"Y\"", 0},
    {TFNG_T, "\"tru\"", 0},
    {TFNG_F, "\"False\"", 1},
    {TFNG_F, "\"f\"", 1},
    {TFNG_F, "\"N\"", 0},
    {TFNG_F, "\"NO\"", 0},
    {TFNG_NG, "\"NOT GIVEN\"", 1},
    {TFNG_NG, "\"not_given\"", 1},
    {TFNG_NG, "\"Not  Given\"", 1},
    {TFNG_NG, "\"NotGiven\"", 1},
    {TFNG_NG, "\"NOT\\u00a0GIVEN\"", 1},
    {TFNG_NG, "\"ng\"", 1},
    {TFNG_NG, "\"N\"", 0},
    {TFNG_NG, "\"not\"", 0},
    {YNNG_Y, "\"yes\"", 1},
    {YNNG_Y, "\"Y\"", 1},
    {YNNG_Y, "\"T\"", 0},
    {YNNG_Y, "\"TRUE\"", 0},
    {YNNG_N, "\"NO\"", 1},
    {YNNG_N, "\"n\"", 1},
    {YNNG_N, "\"NG\"", 0},
    {YNNG_N, "\"NOT GIVEN\"", 0},
    {YNNG_NG, "\"NOT GIVEN\"", 1},
    {YNNG_NG, "\"n_g\"", 1},
    {YNNG_NG, "\"NO\"", 0},

    /* short answers: trimmed, without case, inner white space is one space */
    {SHORT("\"leather jacket\"", "3"), "\"leather jacket\"", 1},
    {SHORT("\"leather jacket\"", "3"), "\"  LEATHER \\n\\t jacket \"", 1},
    {SHORT("\"leather jacket\"", "3"), "\"leather\\u00a0jacket\"", 1},
    {SHORT("\"leather jacket\"", "3"), "\"leather\xe2\x80\x83jacket\"", 1},
    {SHORT("\"leather jacket\"", "3"), "\"leatherjacket\"", 0},
    {SHORT("\"leather jacket\"", "3"), "\"leather jackets\"", 0},
    {SHORT("\"leather jacket\"", "3"), "[\"leather jacket\"]", 0},
    {SHORT("\"  Leather  JACKET \"", "3"), "\"leather jacket\"", 1},
    {SHORT("\"colour\",\"color\"", "1"), "\"Color\"", 1},
    {SHORT("\"colour\",\"color\"", "1"), "\"colur\"", 0},
    /* figures and words differ unless the key has both */
    {SHORT("\"7\"", "1"), "\"7\"", 1},
    {SHORT("\"7\"", "1"), "\"seven\"", 0},
    {SHORT("\"7\",\"seven\"", "1"), "\"Seven\"", 1},
    /* the word limit: hyphenated is one, a number is one, a lone dash is none */
    {SHORT("\"brown leather jacket\",\"jacket of brown leather\"", "3"), "\"brown leather jacket\"", 1},
    {SHORT("\"brown leather jacket\",\"jacket of brown leather\"", "3"), "\"jacket of brown leather\"", 0},
    {SHORT("\"well-known man\"", "2"), "\"well-known man\"", 1},
    {SHORT("\"well known man\"", "2"), "\"well known man\"", 0},
    {SHORT("\"19 days\"", "2"), "\"19 days\"", 1},
    {SHORT("\"1,000.50 m\"", "2"), "\"1,000.50 m\"", 1},
    {SHORT("\"north - south\"", "2"), "\"north - south\"", 1},
    {SHORT("\"caf\xc3\xa9 cr\xc3\xa8me\"", "1"), "\"caf\xc3\xa9 cr\xc3\xa8me\"", 0},
    /* Unicode: case beyond ASCII, escapes, typographic characters; accents stay */
    {SHORT("\"\xc3\x89"
	   "cole\"",
	   "1"),
     "\"\xc3\xa9"
     "COLE\"",
     1},
    {SHORT("\"\xc3\x89"
	   "cole\"",
	   "1"),
     "\"\\u00E9cole\"", 1},
    {SHORT("\"\xc3\x89"
	   "cole\"",
	   "1"),
     "\"ecole\"", 0},
    {SHORT("\"\xd0\x9c\xd0\xb8\xd1\x80\"", "1"), "\"\xd0\xbc\xd0\x98\xd0\xa0\"", 1},
    {SHORT("\"\xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1\"", "1"),
     "\"\xce\xb1\xce\x98\xce\x89\xce\x9d\xce\x91\"", 1},
    /* a sigma at the end and within, and in capitals */
    {SHORT("\"\xce\xbd\xcf\x8c\xce\xbc\xce\xbf\xcf\x82\"", "1"),
     "\"\xce\x9d\xce\x8c\xce\x9c\xce\x9f\xce\xa3\"", 1},
    {SHORT("\"\xce\x9d\xce\x8c\xce\x9c\xce\x9f\xce\xa3\"", "1"),
     "\"\xce\xbd\xcf\x8c\xce\xbc\xce\xbf\xcf\x82\"", 1},
    {SHORT("\"stra\xc3\x9f"
	   "e\"",
	   "1"),
     "\"STRA\xe1\xba\x9e"
     "E\"",
     1},
    {SHORT("\"ma\xc3\x9f"
	   "e\"",
	   "1"),
     "\"masse\"", 0},
    {SHORT("\"teacher's\"", "1"), "\"teacher\xe2\x80\x99s\"", 1},
    {SHORT("\"teacher\xe2\x80\x99s\"", "1"), "\"teacher\\u2018s\"", 1},
    {SHORT("\"\\\"so\\\"\"", "1"), "\"\xe2\x80\x9cso\xe2\x80\x9d\"", 1},
    {SHORT("\"well-known\"", "1"), "\"well\xe2\x80\x93known\"", 1},
    {SHORT("\"well-known\"", "1"), "\"well\\u2011known\"", 1},
    {SHORT("\"glass\"", "1"), "\"\\ufeffgl\\u00adass\"", 1},
    {SHORT("\"\xf0\x9f\x8c\x8d map\"", "1"), "\"\\uD83C\\uDF0D map\"", 1},
    {SHORT("\"a/b\"", "1"), "\"a\\/b\"", 1},
    {SHORT("\"glass\"", "1"), "\"gl\\uD83Cass\"", 0},
    {SHORT("\"glass\"", "1"), "\"gl\\uZZZZss\"", 0},
    {SHORT("\"glass\"", "1"), "\"gl\\qass\"", 0},
    {SHORT("\"glass\"", "1"), "\"glass\\", 0},
    {SHORT("\"glass\"", "1"), "\"gl\nass\"", 0},
    {SHORT("\"glass\"", "1"), "\"gl\xff\xc3\"", 0},
};

static void answers_get_their_points(void **state)
{
	(void)state;
	struct id id = question_id();
	for (size_t i = 0; i < ARRAY_LEN(ANSWERS); i++) {
		struct mark_sheet *sheet = sheet_of(ANSWERS[i].question);
		double points = mark_answer(sheet, &id, ANSWERS[i].answer);
		if (points < ANSWERS[i].points || points > ANSWERS[i].points)
			fail_msg("%s answered %s: %g points, not %g", ANSWERS[i].question, ANSWERS[i].answer,
				 points, ANSWERS[i].points);
		mark_sheet_free(sheet);
	}
}

static void long_answers_are_wrong(void **state)
{
	(void)state;
	static char answer[30000];
	struct id id = question_id();
	struct mark_sheet *sheet = sheet_of(SHORT("\"glass\"", "1"));
	memset(answer, 'g', sizeof(answer));
	answer[0] = answer[sizeof(answer) - 2] = '"';
	answer[sizeof(answer) - 1] = '\0';
	assert_true(mark_answer(sheet, &id, answer) <= 0);
	mark_sheet_free(sheet);

	/* a right one beside one that is no option; then too many */
	sheet = sheet_of(SELECT);
	answer[0] = '[';
	memcpy(answer + 1, "\"A\",\"", 5);
	memcpy(answer + sizeof(answer) - 3, "\"]", 3);
	assert_true(mark_answer(sheet, &id, answer) >= 1);
	memcpy(answer + 1, "\"A\",\"C\",\"", 9);
	assert_true(mark_answer(sheet, &id, answer) <= 0);
	mark_sheet_free(sheet);
}

static void unknown_questions_are_worth_nothing(void **state)
{
	(void)state;
	struct id id = question_id(), other = ID_NIL;
	struct mark_sheet *sheet = sheet_of(SELECT_3);
	assert_true(mark_full(sheet, &id) >= 3 && mark_total(sheet) <= 3);
	assert_true(mark_full(sheet, &other) <= 0 && mark_answer(sheet, &other, "\"A\"") <= 0);
	assert_true(mark_answer(sheet, &id, NULL) <= 0);
	mark_sheet_free(sheet);
}

static const struct {
	const char *questions, *scoring, *band_table;
} NO_SHEETS[] = {
    {"", "points", NULL},
    {"{}", "points", NULL},
    {"[{}]", "points", NULL},
    {"[{\"id\":\"x\"," CHOICE "}]", "points", NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"type\":\"essay\",\"key\":{\"any_of\":[\"B\"]}}]", "points", NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"type\":\"matching\",\"key\":{\"any_of\":[]}}]", "points", NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"type\":\"matching\",\"key\":{\"any_of\":[1]}}]", "points", NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"type\":\"matching\"}]", "points", NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"type\":\"yes_no_not_given\",\"key\":{\"any_of\":[\"TRUE\"]}}]", "points",
     NULL},
    {"[{\"id\":\"" QUESTION_ID "\",\"points\":\"1\"," CHOICE "}]", "points", NULL},
    {"[]", "toefl", NULL},
    {"[]", "ielts_listening", "[]"},
    {"[]", "ielts_listening", "[[1]]"},
    {"[]", "ielts_listening", "[["},
};

static void broken_sheets_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(NO_SHEETS); i++) {
		struct mark_sheet *sheet = NULL;
		enum err err = mark_sheet_new(NO_SHEETS[i].questions, NO_SHEETS[i].scoring,
					      NO_SHEETS[i].band_table, &sheet);
		if (err != ERR_INTERNAL || sheet)
			fail_msg("compiled: %s", NO_SHEETS[i].questions);
	}
	mark_sheet_free(NULL);
}

/* --- bands --- */

/* A sheet of one question that is worth `total`. */
static struct mark_sheet *sheet_worth(double total, const char *scoring, const char *band_table)
{
	char json[256];
	struct mark_sheet *sheet = NULL;
	snprintf(json, sizeof(json), "[{\"id\":\"" QUESTION_ID "\",\"points\":%g," CHOICE "}]", total);
	assert_int_equal(mark_sheet_new(json, scoring, band_table, &sheet), OK);
	return sheet;
}

/* The published tables again, from the page and not from bands.def: the lowest raw mark of each band. */
static const struct {
	double band;
	int listening, academic, general;
} BANDS[] = {
    {9.0, 39, 39, 40}, {8.5, 37, 37, 39}, {8.0, 35, 35, 37}, {7.5, 32, 33, 36}, {7.0, 30, 30, 34},
    {6.5, 26, 27, 32}, {6.0, 23, 23, 30}, {5.5, 18, 19, 27}, {5.0, 16, 15, 23}, {4.5, 13, 13, 19},
    {4.0, 10, 10, 15}, {3.5, 8, 8, 12},	  {3.0, 6, 6, 9},    {2.5, 4, 4, 6},	{2.0, 2, 2, 3},
    {1.0, 1, 1, 1},    {0.0, 0, 0, 0},
};

static int lowest(size_t row, int table)
{
	return table == 0 ? BANDS[row].listening : table == 1 ? BANDS[row].academic : BANDS[row].general;
}

static void every_mark_has_its_band(void **state)
{
	(void)state;
	static const char *const scorings[] = {"ielts_listening", "ielts_academic_reading",
					       "ielts_general_reading"};
	for (int table = 0; table < 3; table++) {
		struct mark_sheet *sheet = sheet_worth(40, scorings[table], NULL);
		size_t row = 0;
		for (int raw = 40; raw >= 0; raw--) {
			while (raw < lowest(row, table))
				row++;
			struct score score = mark_score(sheet, raw);
			char name[64];
			snprintf(name, sizeof(name), "%s/1", scorings[table]);
			assert_string_equal(score.table, name);
			assert_false(score.band_scaled);
			if (score.score < BANDS[row].band || score.score > BANDS[row].band)
				fail_msg("%s: raw %d is band %g, not %g", scorings[table], raw, score.score,
					 BANDS[row].band);
		}
		mark_sheet_free(sheet);
	}
}

#define OWN "[[39, 9.0], [20, 5.5], [0, 1.0]]"

static const struct {
	const char *scoring, *own;
	double total, raw; /* what the paper is worth, what was gained */
	double score;
	bool scaled;
	const char *table;
} SCORES[] = {
    {"points", NULL, 13, 7.5, 7.5, false, "points"},
    {"points", NULL, 40, 39, 39, false, "points"},
    {"points", NULL, 3, 0.1 + 0.1 + 0.1, 0.3, false, "points"},
    {"ielts_listening", NULL, 40, 29.5, 6.5, false, "ielts_listening/1"},
    {"ielts_listening", NULL, 40, 30, 7.0, false, "ielts_listening/1"},
    /* 13 of 20 is 26, 12.5 is 25; 11.25 is 22.5, rounded up to 23, and 11.2 is 22.4 */
    {"ielts_listening", NULL, 20, 13, 6.5, true, "ielts_listening/1"},
    {"ielts_listening", NULL, 20, 12.5, 6.0, true, "ielts_listening/1"},
    {"ielts_listening", NULL, 20, 11.25, 6.0, true, "ielts_listening/1"},
    {"ielts_listening", NULL, 20, 11.2, 5.5, true, "ielts_listening/1"},
    /* 31 of 80 is 15.5: 16; 77 of 80 is 38.5: 39 */
    {"ielts_listening", NULL, 80, 31, 5.0, true, "ielts_listening/1"},
    {"ielts_academic_reading", NULL, 80, 77, 9.0, true, "ielts_academic_reading/1"},
    {"ielts_academic_reading", NULL, 80, 76, 8.5, true, "ielts_academic_reading/1"},
    {"ielts_academic_reading", NULL, 39, 39, 9.0, true, "ielts_academic_reading/1"},
    {"ielts_academic_reading", NULL, 3, 0, 0.0, true, "ielts_academic_reading/1"},
    {"ielts_academic_reading", NULL, 3, 1, 4.5, true, "ielts_academic_reading/1"},
    {"ielts_general_reading", NULL, 41, 41, 9.0, true, "ielts_general_reading/1"},
    {"ielts_academic_reading", OWN, 40, 38, 5.5, false, "own"},
    {"ielts_academic_reading", OWN, 40, 39, 9.0, false, "own"},
    {"ielts_academic_reading", OWN, 40, 19, 1.0, false, "own"},
    {"ielts_academic_reading", OWN, 20, 10, 5.5, true, "own"},
    {"ielts_academic_reading", "null", 40, 38, 8.5, false, "ielts_academic_reading/1"},
};

static void marks_become_scores(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(SCORES); i++) {
		struct mark_sheet *sheet = sheet_worth(SCORES[i].total, SCORES[i].scoring, SCORES[i].own);
		struct score score = mark_score(sheet, SCORES[i].raw);
		if (score.score < SCORES[i].score || score.score > SCORES[i].score)
			fail_msg("%s: %g of %g is %g, not %g", SCORES[i].scoring, SCORES[i].raw,
				 SCORES[i].total, score.score, SCORES[i].score);
		assert_int_equal(score.band_scaled, SCORES[i].scaled);
		assert_string_equal(score.table, SCORES[i].table);
		mark_sheet_free(sheet);
	}
}

static void scorings_are_listed(void **state)
{
	(void)state;
	static const char *const names[] = {"points", "ielts_listening", "ielts_academic_reading",
					    "ielts_general_reading"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(SCORINGS[i], names[i]);
	assert_null(SCORINGS[ARRAY_LEN(names)]);
}

static void types_have_names(void **state)
{
	(void)state;
	enum question_type type = QUESTION_MATCHING;
	for (int i = 0; i < QUESTION_TYPE_COUNT; i++) {
		assert_true(question_type_parse(question_type_name((enum question_type)i), &type));
		assert_int_equal(type, i);
	}
	type = QUESTION_MATCHING;
	assert_false(question_type_parse("essay", &type));
	assert_false(question_type_parse(NULL, &type));
	assert_int_equal(type, QUESTION_MATCHING);
}

/* --- speed --- */

/* The aim is 100,000 answers a second on one core; a tenth of it still passes, for slow and sanitized builds.
 */
static void marking_is_quick(void **state)
{
	(void)state;
	enum { ROUNDS = 20000 };
	struct id id = question_id();
	struct mark_sheet *sheet =
	    sheet_of(SHORT("\"by clockwork\",\"a clockwork motor\",\"clockwork\"", "3"));
	clock_t begin = clock();
	double points = 0;
	for (int i = 0; i < ROUNDS; i++)
		points += mark_answer(sheet, &id, "\"  A Clockwork\\u00a0Motor \"");
	double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	mark_sheet_free(sheet);
	assert_true(points >= ROUNDS);
	print_message("%.0f answers a second\n", ROUNDS / seconds);
	assert_true(seconds < 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_get_their_points),
	    cmocka_unit_test(long_answers_are_wrong),
	    cmocka_unit_test(unknown_questions_are_worth_nothing),
	    cmocka_unit_test(broken_sheets_are_refused),
	    cmocka_unit_test(every_mark_has_its_band),
	    cmocka_unit_test(marks_become_scores),
	    cmocka_unit_test(scorings_are_listed),
	    cmocka_unit_test(types_have_names),
	    cmocka_unit_test(marking_is_quick),
	};
	return cmocka_run_group_tests_name("scoring", tests, NULL, NULL);
}
