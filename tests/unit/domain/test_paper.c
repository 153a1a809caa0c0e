/* What a paper may be: bodies in tests/data, each invalid one with the paths of its problems beside it;
 * and what becomes of a body that is right. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "domain/paper.h"
#include "domain/scoring.h"
#include "tests/support/domain.h"

#define VALID	"tests/data/valid/tests"
#define INVALID "tests/data/invalid/tests"
#define PAPERS	"tests/data/papers"

static char *read_file(const char *directory, const char *name)
{
	char path[512];
	static char text[1 << 20];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("%s can't be read", path);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	char *copy = arena_strdup(domain.arena, text);
	assert_non_null(copy);
	return copy;
}

static json_value *parse(const char *text)
{
	json_value *value = NULL;
	if (json_parse_object(domain.arena, text, strlen(text), &value) != OK)
		fail_msg("not JSON: %s", text);
	return value;
}

/* The normalised text, or NULL. */
static const char *normalise(const char *body)
{
	const char *text = NULL;
	problems_init(&domain.problems, domain.arena);
	bool right = paper_normalise(&domain, parse(body), &text);
	assert_int_equal(right, text != NULL);
	assert_int_equal(right, domain.problems.count == 0);
	return text;
}

static const char *problem_fields(void)
{
	struct buf fields;
	buf_init(&fields, domain.arena);
	for (const struct problem *problem = domain.problems.first; problem; problem = problem->next) {
		assert_true(strlen(problem->message) > 0);
		buf_printf(&fields, "%s\n", problem->field);
	}
	return fields.data ? fields.data : "";
}

/* Calls `check` with the name of every .json file there; returns how many. */
static int each_paper(const char *directory, void (*check)(const char *directory, const char *name))
{
	DIR *folder = opendir(directory);
	int count = 0;
	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		size_t len = strlen(entry->d_name);
		if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0) {
			check(directory, entry->d_name);
			count++;
		}
	}
	closedir(folder);
	return count;
}

static void check_invalid(const char *directory, const char *name)
{
	char expected_name[256];
	snprintf(expected_name, sizeof(expected_name), "%.*s.txt", (int)strlen(name) - 5, name);
	const char *expected = read_file(directory, expected_name);
	if (normalise(read_file(directory, name)))
		fail_msg("%s is let through", name);
	if (strcmp(problem_fields(), expected) != 0)
		fail_msg("%s: problems\n%snot\n%s", name, problem_fields(), expected);
}

static void invalid_papers_are_refused_by_path(void **state)
{
	(void)state;
	assert_true(each_paper(INVALID, check_invalid) >= 50);
}

/* Every question of a normalised paper, as mark_sheet_new takes them. */
static const char *sheet_of(const json_value *paper)
{
	struct buf sheet;
	buf_init(&sheet, domain.arena);
	buf_addc(&sheet, '[');
	for (size_t p = 0; p < json_count(json_member(paper, "passages")); p++) {
		json_value *questions =
		    json_member(json_item(json_member(paper, "passages"), p), "questions");
		for (size_t q = 0; q < json_count(questions); q++) {
			char *text = json_dump(domain.arena, json_item(questions, q));
			assert_non_null(text);
			buf_printf(&sheet, "%s%s", sheet.len > 1 ? "," : "", text);
		}
	}
	buf_addc(&sheet, ']');
	return sheet.data;
}

static void check_valid(const char *directory, const char *name)
{
	const char *text = normalise(read_file(directory, name));
	if (!text)
		fail_msg("%s is refused: %s", name, problem_fields());
	json_value *paper = parse(text);
	const char *bands = json_member(paper, "band_table")
				? json_dump(domain.arena, json_member(paper, "band_table"))
				: NULL;
	struct mark_sheet *sheet = NULL;
	if (mark_sheet_new(sheet_of(paper), json_text(json_member(paper, "scoring")), bands, &sheet) != OK)
		fail_msg("%s can't be marked", name);
	mark_sheet_free(sheet);
	const char *again = normalise(text);
	if (!again || strcmp(again, text) != 0)
		fail_msg("%s changes when it is normalised again", name);
}

static void valid_papers_can_be_marked_and_stay(void **state)
{
	(void)state;
	assert_true(each_paper(VALID, check_valid) >= 4);
	assert_true(each_paper(PAPERS, check_valid) >= 1);
}

/* Takes every "id" of a UUID's length out of a text: new ones differ each time. */
static const char *without_ids(const char *text)
{
	char *copy = arena_strdup(domain.arena, text);
	assert_non_null(copy);
	for (char *at = strstr(copy, "{\"id\":\""); at; at = strstr(at + 1, "{\"id\":\"")) {
		char *value = at + strlen("{\"id\":\"");
		struct id id;
		char uuid[ID_TEXT];
		snprintf(uuid, sizeof(uuid), "%s", value);
		if (id_parse(uuid, &id))
			memmove(value, value + ID_TEXT - 1, strlen(value + ID_TEXT - 1) + 1);
	}
	return copy;
}

#define PAPER(rest) "{\"title\":\"t\",\"time_limit_seconds\":60," rest "}"
#define OUT(rest)   "{\"title\":\"t\",\"description\":null,\"time_limit_seconds\":60," rest "}"
#define AB	    "[{\"id\":\"A\",\"text\":\"x\"},{\"id\":\"B\",\"text\":\"y\"}]"

static const struct {
	const char *body, *normalised;
} WRITTEN[] = {
    /* numbers across passages, defaults, order of members, what isn't kept */
    {PAPER("\"extra\":1,\"passages\":[{\"title\":\"p\",\"body\":\"\xc3\xa9\",\"questions\":[{\"number\":9,"
	   "\"type\":\"short_answer\",\"prompt\":\"?\",\"key\":{\"any_of\":[\"Sand "
	   "\"],\"x\":1},\"max_words\":2,"
	   "\"options\":" AB
	   "}]},{\"questions\":[]},{\"questions\":[{\"type\":\"multiple_select\",\"prompt\":\"!\","
	   "\"options\":" AB ",\"key\":{\"all_of\":[\"b\",\"A\"]}}]}]"),
     OUT("\"scoring\":\"points\",\"passages\":[{\"id\":\"\",\"title\":\"p\",\"body\":\"\xc3\xa9\","
	 "\"questions\":["
	 "{\"id\":\"\",\"number\":1,\"type\":\"short_answer\",\"prompt\":\"?\",\"key\":{\"any_of\":[\"Sand "
	 "\"]},"
	 "\"max_words\":2,\"points\":1}]},{\"id\":\"\",\"title\":\"\",\"body\":\"\",\"questions\":[]},{"
	 "\"id\":\"\","
	 "\"title\":\"\",\"body\":\"\",\"questions\":[{\"id\":\"\",\"number\":2,\"type\":\"multiple_select\","
	 "\"prompt\":\"!\",\"options\":" AB ",\"key\":{\"all_of\":[\"b\",\"A\"]},\"points\":2}]}],"
	 "\"total_questions\":2")},
    /* points and bands as numbers */
    {PAPER("\"scoring\":\"ielts_listening\",\"band_table\":[[39,9.0],[20.0,5.5],[0,0]],\"passages\":[{"
	   "\"questions\":["
	   "{\"type\":\"matching\",\"prompt\":\"?\",\"options\":" AB
	   ",\"points\":0.10,\"key\":{\"any_of\":[\"a\"]}}]}]"),
     OUT("\"scoring\":\"ielts_listening\",\"band_table\":[[39,9],[20,5.5],[0,0]],\"passages\":[{\"id\":\"\","
	 "\"title\":\"\",\"body\":\"\",\"questions\":[{\"id\":\"\",\"number\":1,\"type\":\"matching\","
	 "\"prompt\":\"?\","
	 "\"options\":" AB ",\"key\":{\"any_of\":[\"a\"]},\"points\":0.1}]}],\"total_questions\":1")},
};

static void right_bodies_are_written_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(WRITTEN); i++) {
		const char *text = normalise(WRITTEN[i].body);
		if (!text)
			fail_msg("refused: %s\n%s", WRITTEN[i].body, problem_fields());
		assert_string_equal(without_ids(text), WRITTEN[i].normalised);
	}
}

#define ONE   "018f4e7c-0000-7000-8000-000000000001"
#define TWO   "018f4e7c-0000-7000-8000-000000000002"
#define UPPER "018F4E7C-0000-7000-8000-000000000001"

static const struct {
	const char *passage, *question; /* the ids of the body */
	bool passage_kept, question_kept;
} IDS[] = {
    {ONE, TWO, true, true},
    {ONE, ONE, true, false},
    {ONE, UPPER, true, false},
    {"one", TWO, false, true},
    {ONE, "00000000-0000-0000-0000-000000000000", true, false},
    {"", "", false, false},
};

static void known_ids_are_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(IDS); i++) {
		char body[1024];
		snprintf(body, sizeof(body),
			 PAPER("\"passages\":[{\"id\":\"%s\",\"questions\":[{\"id\":\"%s\",\"type\":\"short_"
			       "answer\","
			       "\"prompt\":\"?\",\"key\":{\"any_of\":[\"x\"]}}]}]"),
			 IDS[i].passage, IDS[i].question);
		const char *text = normalise(body);
		assert_non_null(text);
		json_value *passage = json_item(json_member(parse(text), "passages"), 0);
		json_value *question = json_item(json_member(passage, "questions"), 0);
		const char *passage_id = json_text(json_member(passage, "id"));
		const char *question_id = json_text(json_member(question, "id"));
		assert_int_equal(strcmp(passage_id, IDS[i].passage) == 0, IDS[i].passage_kept);
		assert_int_equal(strcmp(question_id, IDS[i].question) == 0, IDS[i].question_kept);
		assert_string_not_equal(passage_id, question_id);
	}
}

/* A body of `passages` with `questions` each. */
static const char *body_of(int passages, int questions)
{
	struct buf body;
	buf_init(&body, domain.arena);
	buf_adds(&body, "{\"title\":\"t\",\"time_limit_seconds\":60,\"passages\":[");
	for (int p = 0; p < passages; p++) {
		buf_adds(&body, p == 0 ? "{\"questions\":[" : ",{\"questions\":[");
		for (int q = 0; q < questions; q++)
			buf_printf(
			    &body,
			    "%s{\"type\":\"short_answer\",\"prompt\":\"?\",\"key\":{\"any_of\":[\"x\"]}}",
			    q == 0 ? "" : ",");
		buf_adds(&body, "]}");
	}
	buf_adds(&body, "]}");
	return body.data;
}

static const struct {
	int passages, questions;
	const char *problem; /* NULL: none */
} SIZES[] = {
    {1, 200, NULL},	   {1, 201, "passages[0].questions\n"},
    {50, 10, NULL},	   {50, 11, "passages\n"},
    {51, 1, "passages\n"}, {1, 0, "passages\n"},
};

static void sizes_are_limited(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
		bool right = normalise(body_of(SIZES[i].passages, SIZES[i].questions)) != NULL;
		assert_int_equal(right, SIZES[i].problem == NULL);
		if (!right)
			assert_string_equal(problem_fields(), SIZES[i].problem);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(invalid_papers_are_refused_by_path),
	    TEST(valid_papers_can_be_marked_and_stay),
	    TEST(right_bodies_are_written_whole),
	    TEST(known_ids_are_kept),
	    TEST(sizes_are_limited),
	};
	return cmocka_run_group_tests_name("paper", tests, NULL, NULL);
}
