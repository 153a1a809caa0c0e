/* Papers of other programs: each file of tests/data/valid/papers becomes what is told beside it, question by
 * question and remark by remark; each of tests/data/invalid/papers is refused as told there. What is exported
 * is imported to the same paper. */
#include "fcgi-app/papers/papers.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "domain/paper.h"
#include "tests/support/domain.h"

#define VALID	"tests/data/valid/papers"
#define INVALID "tests/data/invalid/papers"
#define TOLD	".told"

static char *read_file(const char *path, size_t *ret_len)
{
	static char bytes[1 << 20];
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("%s can't be read", path);
	*ret_len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	/* of exactly that size, so that a byte read beyond it is seen */
	char *copy = malloc(*ret_len ? *ret_len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, *ret_len);
	return copy;
}

static json_value *parse(const char *text)
{
	json_value *value = NULL;
	if (json_parse(domain.arena, text, strlen(text), &value) != OK)
		fail_msg("not JSON: %s", text);
	return value;
}

/* --- what is told of a paper --- */

/* All members but the ids, which are made anew each time, and what has lines of its own. */
static void tell_members(struct buf *out, const json_value *object, const char *without)
{
	const char *name;
	json_value *value;
	void *at = NULL;
	while (json_next(object, &at, &name, &value))
		if (strcmp(name, "id") != 0 && strcmp(name, without) != 0)
			buf_printf(out, " %s=%s", name, json_dump(domain.arena, value));
	buf_addc(out, '\n');
}

static const char *tell(const struct paper_import *paper)
{
	struct buf out;
	buf_init(&out, domain.arena);
	const json_value *content = parse(paper->content), *report = parse(paper->report);
	const json_value *passages = json_member(content, "passages");
	buf_printf(&out, "%s", paper->format);
	tell_members(&out, content, "passages");
	for (size_t p = 0; p < json_count(passages); p++) {
		const json_value *questions = json_member(json_item(passages, p), "questions");
		buf_adds(&out, "passage");
		tell_members(&out, json_item(passages, p), "questions");
		for (size_t q = 0; q < json_count(questions); q++) {
			buf_adds(&out, "question");
			tell_members(&out, json_item(questions, q), "");
		}
	}
	for (size_t r = 0; r < json_count(report); r++) {
		buf_adds(&out, "remark");
		tell_members(&out, json_item(report, r), "");
	}
	return out.data;
}

static const char *tell_problems(void)
{
	struct buf out;
	buf_init(&out, domain.arena);
	for (const struct problem *problem = domain.problems.first; problem; problem = problem->next)
		buf_printf(&out, "%s %s\n", problem->field, problem->message);
	return out.data ? out.data : "";
}

static const char *told(const char *folder, const char *name)
{
	size_t len;
	char *text = read_file(arena_printf(domain.arena, "%s/%s%s", folder, name, TOLD), &len);
	const char *copy = arena_strndup(domain.arena, text, len);
	free(text);
	return copy;
}

static void check_file(const char *folder, const char *name, enum err expected)
{
	struct paper_import paper = {0};
	size_t len;
	char *bytes = read_file(arena_printf(domain.arena, "%s/%s", folder, name), &len);
	problems_init(&domain.problems, domain.arena);
	const enum err err = paper_import(&domain, NULL, NULL, bytes, len, &paper);
	const char *found = err == OK ? tell(&paper) : tell_problems();
	free(bytes);
	if (err != expected || strcmp(found, told(folder, name)) != 0) {
		/* longer than what cmocka prints at once */
		fprintf(stderr, "%s is told as\n%s", name, found);
		fail();
	}
}

/* How many files there are, at least one. */
static void check_folder(const char *folder, enum err expected)
{
	DIR *directory = opendir(folder);
	int count = 0;
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		const size_t len = strlen(entry->d_name), end = strlen(TOLD);
		if (entry->d_name[0] == '.' || (len > end && strcmp(entry->d_name + len - end, TOLD) == 0))
			continue;
		check_file(folder, entry->d_name, expected);
		count++;
	}
	closedir(directory);
	assert_true(count > 5);
}

static void test_read(void **state)
{
	(void)state;
	check_folder(VALID, OK);
}

static void test_refused(void **state)
{
	(void)state;
	check_folder(INVALID, ERR_VALIDATION);
}

/* --- there and back --- */

/* Whatever a paper may hold that other formats have trouble with. */
static const char HARD[] =
    "{\"title\":\"A \\\"hard\\\" <paper> & more: {1} ~ 2\",\"description\":\"two\\nlines\","
    "\"time_limit_seconds\":61,\"scoring\":\"ielts_listening\",\"band_table\":[[20,9],[10.5,4.5],[0,0]],"
    "\"passages\":["
    "{\"title\":\"Without questions\",\"body\":\"first\\n\\nsecond\",\"questions\":[]},"
    "{\"title\":\"Only a title\",\"body\":\"\",\"questions\":[]},"
    "{\"title\":\"\",\"body\":\"\\n  a  text\\n\\n\\n\\twith //white\\nspace \\\\ and { = # : ~ }\\n\","
    "\"questions\":["
    "{\"type\":\"multiple_choice\",\"prompt\":\"::Not a name:: // no comment\\n\\n$CATEGORY: none\","
    "\"options\":[{\"id\":\"i\",\"text\":\"%50% of it\"},{\"id\":\"2nd choice\",\"text\":\"-> this\"},"
    "{\"id\":\"a<b>&\\\"\",\"text\":\"\"}],\"points\":0.25,\"key\":{\"any_of\":[\"i\",\"2nd choice\"]}},"
    "{\"type\":\"multiple_choice\",\"prompt\":\"All are right\",\"options\":[{\"id\":\"A\",\"text\":\"x\"},"
    "{\"id\":\"B\",\"text\":\"y\"}],\"key\":{\"any_of\":[\"A\",\"B\"]}},"
    "{\"type\":\"multiple_choice\",\"prompt\":\"Not of that "
    "type\",\"options\":[{\"id\":\"A\",\"text\":\"TRUE\"},"
    "{\"id\":\"B\",\"text\":\"FALSE\"},{\"id\":\"C\",\"text\":\"NOT GIVEN\"}],\"key\":{\"any_of\":[\"C\"]}},"
    "{\"type\":\"multiple_select\",\"prompt\":\"One of several "
    "_____\",\"options\":[{\"id\":\"A\",\"text\":\"x\"},"
    "{\"id\":\"B\",\"text\":\"50 % y\"},{\"id\":\"C\",\"text\":\"z\"},{\"id\":\"D\",\"text\":\"é\"}],"
    "\"points\":1,\"key\":{\"all_of\":[\"A\",\"B\",\"D\"]}},"
    "{\"type\":\"multiple_select\",\"prompt\":\"One\",\"options\":[{\"id\":\"A\",\"text\":\"x\"},"
    "{\"id\":\"B\",\"text\":\"y\"}],\"key\":{\"all_of\":[\"B\"]}},"
    "{\"type\":\"matching\",\"prompt\":\"Two may do\",\"options\":[{\"id\":\"A\",\"text\":\"TRUE\"},"
    "{\"id\":\"B\",\"text\":\"y\"}],\"key\":{\"any_of\":[\"A\",\"B\"]},\"points\":7},"
    "{\"type\":\"short_answer\",\"prompt\":\"The answer is _____\",\"key\":{\"any_of\":[\"=a -> "
    "b\",\"T\",\"#1\","
    "\"100%\",\"<i>\",\"wall*\"]},\"max_words\":3,\"points\":2},"
    "{\"type\":\"yes_no_not_given\",\"prompt\":\"Q\",\"key\":{\"any_of\":[\"YES\",\"NOT GIVEN\"]}}]},"
    "{\"title\":\"Last\",\"body\":\"\",\"questions\":["
    "{\"type\":\"true_false_not_given\",\"prompt\":\"Q\",\"key\":{\"any_of\":[\"FALSE\"]},\"points\":3}]}]}";

static const char *normal_of(const char *text)
{
	const char *normal;
	problems_init(&domain.problems, domain.arena);
	if (!paper_normalise(&domain, parse(text), &normal))
		fail_msg("no paper:\n%s", tell_problems());
	return normal;
}

static void check_round(const char *normal, const char *format)
{
	const struct doc doc = {.text = normal, .len = strlen(normal)};
	struct paper_export file = {0};
	struct paper_import back = {0};
	assert_int_equal(paper_export(&domain, format, &doc, &file), OK);
	problems_init(&domain.problems, domain.arena);
	if (paper_import(&domain, NULL, NULL, file.bytes, file.len, &back) != OK)
		fail_msg("%s isn't read:\n%s", format, tell_problems());
	const struct paper_import there = {
	    .content = normal, .report = "[]", .format = strcmp(format, "gift") == 0 ? "gift" : "qti"};
	const char *expected = tell(&there), *found = tell(&back);
	if (strcmp(expected, found) != 0) {
		print_error("%s: there\n%sand back\n%s", format, expected, found);
		fail();
	}
}

static void test_round(void **state)
{
	static const char *const files[] = {"tests/data/papers/six-types.json",
					    "tests/data/papers/academic-reading-1.json"};
	(void)state;
	for (size_t f = 0; EXPORT_FORMATS[f]; f++) {
		check_round(normal_of(HARD), EXPORT_FORMATS[f]);
		for (size_t i = 0; i < ARRAY_LEN(files); i++) {
			size_t len;
			char *text = read_file(files[i], &len);
			check_round(normal_of(arena_strndup(domain.arena, text, len)), EXPORT_FORMATS[f]);
			free(text);
		}
	}
}

/* A text is as long as the call lets it be. */
static void test_long_text(void **state)
{
	struct buf text;
	(void)state;
	for (size_t f = 0; EXPORT_FORMATS[f]; f++) {
		buf_init(&text, domain.arena);
		buf_adds(&text, "{\"title\":\"T\",\"time_limit_seconds\":60,\"scoring\":\"points\","
				"\"passages\":[{\"title\":\"P\",\"body\":\"first");
		for (int i = 0; i < 20000; i++)
			buf_printf(&text, "\\n\\nParagraph %d", i);
		buf_adds(&text, "\",\"questions\":[{\"type\":\"short_answer\",\"prompt\":\"Q\","
				"\"key\":{\"any_of\":[\"a\"]}}]}]}");
		check_round(normal_of(text.data), EXPORT_FORMATS[f]);
	}
}

/* --- how much there may be --- */

static void import_gift(const struct buf *text, enum err expected, struct paper_import *ret)
{
	problems_init(&domain.problems, domain.arena);
	assert_int_equal(paper_import(&domain, "gift", "T", text->data, text->len, ret), expected);
}

static void test_many(void **state)
{
	struct paper_import paper;
	struct buf text;
	(void)state;
	buf_init(&text, domain.arena);
	for (int i = 0; i < 600; i++)
		buf_printf(&text, "Question %d? {=a ~b}\n\n", i);
	import_gift(&text, OK, &paper);
	const json_value *content = parse(paper.content), *passages = json_member(content, "passages");
	assert_string_equal(json_text(json_member(content, "title")), "T");
	assert_int_equal(json_count(passages), 3);
	assert_int_equal(json_count(json_member(json_item(passages, 2), "questions")), 100);
	assert_int_equal(json_count(parse(paper.report)), 101); /* and that there is no time limit */
}

/* Remarks are bounded, and say so; one too long question costs only itself. */
static void test_too_much(void **state)
{
	struct paper_import paper;
	struct buf text;
	(void)state;
	buf_init(&text, domain.arena);
	for (int i = 0; i < 700; i++)
		buf_adds(&text, "Essay {}\n\n");
	buf_adds(&text, "Which? {=a ~b}\n\n");
	for (int i = 0; i < 30000; i++)
		buf_adds(&text, "long ");
	buf_adds(&text, "{=a ~b}\n\n");
	import_gift(&text, OK, &paper);
	const json_value *report = parse(paper.report);
	assert_int_equal(json_count(report), 501);
	assert_string_equal(json_text(json_member(json_item(report, 500), "message")),
			    "and 202 more remarks");
	assert_int_equal(
	    json_count(json_member(json_item(json_member(parse(paper.content), "passages"), 0), "questions")),
	    1);
}

static void add_many(struct buf *out, const char *piece, int count)
{
	while (count-- > 0)
		buf_adds(out, piece);
}

/* How often the report has that remark. */
static size_t times_told(const char *report, const char *message)
{
	const json_value *remarks = parse(report);
	size_t times = 0;
	for (size_t i = 0; i < json_count(remarks); i++)
		times += strcmp(json_text(json_member(json_item(remarks, i), "message")), message) == 0;
	return times;
}

/* A file of QTI with one good item, and what stands before it. */
#define QTI_BEGIN "<assessmentTest title=\"T\"><testPart><assessmentSection title=\"S\">"
#define QTI_END                                                                                              \
	"<assessmentItem title=\"Good\"><responseDeclaration identifier=\"R\" cardinality=\"single\">"       \
	"<correctResponse><value>a</value></correctResponse></responseDeclaration><itemBody><p>Which?</p>"   \
	"<textEntryInteraction responseIdentifier=\"R\"/></itemBody></assessmentItem>"                       \
	"</assessmentSection></testPart></assessmentTest>"
#define QTI_ITEM(cardinality)                                                                                \
	QTI_BEGIN "<assessmentItem title=\"Q\">"                                                             \
		  "<responseDeclaration identifier=\"R\" cardinality=\"" cardinality "\">"
#define QTI_ENTRY                                                                                            \
	"</responseDeclaration><itemBody><p>Q</p><textEntryInteraction "                                     \
	"responseIdentifier=\"R\"/></itemBody>"                                                              \
	"</assessmentItem>" QTI_END

#define QTI_PAIRS                                                                                            \
	QTI_ITEM("multiple")                                                                                 \
	"<correctResponse><value>S M</value></correctResponse></responseDeclaration><itemBody>"              \
	"<matchInteraction responseIdentifier=\"R\"><simpleMatchSet>"
#define QTI_MATCHES                                                                                          \
	"</simpleMatchSet><simpleMatchSet>"                                                                  \
	"<simpleAssociableChoice identifier=\"M\">m</simpleAssociableChoice>"                                \
	"<simpleAssociableChoice identifier=\"N\">n</simpleAssociableChoice>"                                \
	"</simpleMatchSet></matchInteraction></itemBody></assessmentItem>" QTI_END

/* Likewise of Moodle. */
#define MOODLE_CHOICE "<quiz><question type=\"multichoice\"><questiontext><text>Q</text></questiontext>"
#define MOODLE_END                                                                                           \
	"</question><question type=\"shortanswer\"><questiontext><text>Which?</text></questiontext>"         \
	"<answer fraction=\"100\"><text>a</text></answer></question></quiz>"

/* What is too long, or too much, is told once, before the rules are asked, and costs one question at most. */
static void test_bounds(void **state)
{
	static const struct {
		const char *before, *piece;
		int count;
		const char *after, *message;
	} rows[] = {
	    {"Q ", "long ", 5000, "{=a ~b}", "prompt is far too long"},
	    {"Q {=a ~", "long ", 1000, "}", "an option is far too long"},
	    {"Q {=a ", "~b ", 60, "}", "it has far too many options or answers"},
	    {"Q {", "=a -> b ", 101, "}", "more than 100 pairs aren't read"},
	    {"//invigil {\"paper\":{\"title\":\"", "T", 201, "\"}}\nQ {=a ~b}",
	     "a title is cut to its first 200 characters"},
	    {QTI_ITEM("single") "<mapping><mapEntry mapKey=\"a\" mappedValue=\"1\"/>",
	     "<mapEntry mapKey=\"b\" mappedValue=\"1\"/>", 500, "</mapping>" QTI_ENTRY,
	     "only the first 500 entries of its mapping are read"},
	    {QTI_ITEM("single") "<correctResponse>", "<value>a</value>", 201, "</correctResponse>" QTI_ENTRY,
	     "only the first 200 values of its key are read"},
	    {QTI_PAIRS, "<simpleAssociableChoice identifier=\"S\">s</simpleAssociableChoice>", 61,
	     QTI_MATCHES, "more pairs than a paper holds"},
	    {MOODLE_CHOICE, "<answer fraction=\"100\"><text>a</text></answer>", 70, MOODLE_END,
	     "it has far too many options or answers"},
	    {MOODLE_CHOICE "<answer fraction=\"100\"><text>", "long ", 1000,
	     "</text></answer><answer fraction=\"0\"><text>b</text></answer>" MOODLE_END,
	     "an option is far too long"},
	    {QTI_ITEM("single") "</responseDeclaration><itemBody>",
	     "<extendedTextInteraction responseIdentifier=\"R\"/>", 201,
	     "</itemBody></assessmentItem>" QTI_END, "it has more interactions than are read"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct paper_import paper;
		struct buf text;
		const bool gift = *rows[i].before != '<';
		buf_init(&text, domain.arena);
		buf_adds(&text, rows[i].before);
		add_many(&text, rows[i].piece, rows[i].count);
		buf_adds(&text, rows[i].after);
		buf_adds(&text, gift ? "\n\nWhich? {=a ~b}\n\n" : "");
		problems_init(&domain.problems, domain.arena);
		assert_int_equal(paper_import(&domain, NULL, "T", text.data, text.len, &paper), OK);
		if (times_told(paper.report, rows[i].message) != 1)
			fail_msg("%s: %s", rows[i].message, paper.report);
	}
}

/* A question beyond what is read is told by itself, before those that a paper can't hold. */
static void test_too_many(void **state)
{
	struct paper_import paper;
	struct buf text;
	(void)state;
	buf_init(&text, domain.arena);
	add_many(&text, "Q {=a ~b}\n\n", 1001);
	import_gift(&text, OK, &paper);
	const json_value *report = parse(paper.report);
	assert_string_equal(json_text(json_member(json_item(report, 0), "item")), "Question 1001");
	assert_string_equal(json_text(json_member(json_item(report, 0), "message")),
			    "a paper has at most 500 questions");
	assert_string_equal(json_text(json_member(json_item(report, 500), "message")), "and 2 more remarks");
}

/* What would take hours if anything were looked for from each of its places to the end. */
static void test_hostile(void **state)
{
	static const char *const pieces[] = {"<!--", "<a x=\"", "<a x='", "&", "\\", "::", "####", "%", "->"};
	struct paper_import paper;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct buf text;
		buf_init(&text, domain.arena);
		buf_adds(&text, "[html]");
		add_many(&text, pieces[i], 300000);
		buf_adds(&text, "{=a ~b}\n\nQ{=");
		add_many(&text, pieces[i], 300000);
		buf_adds(&text, "}\n\nWhich? {=a ~b}\n\n");
		import_gift(&text, OK, &paper);
	}
}

/* A sanitizer of threads keeps several times as much about each byte. */
#ifdef __SANITIZE_THREAD__
#define SHADOW 10
#else
#define SHADOW 1
#endif

static long kilobytes(void)
{
	struct rusage usage;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* An item whose long words stand once in the file, and which many interactions ask for. */
static void add_item(struct buf *out, const char *body, const char *value, const char *piece, int count)
{
	buf_adds(out,
		 "<assessmentItem title=\"Q\"><responseDeclaration identifier=\"R\" cardinality=\"single\">"
		 "<correctResponse><value>");
	buf_adds(out, value);
	buf_adds(out, "</value></correctResponse></responseDeclaration><itemBody><p>");
	buf_adds(out, body);
	buf_adds(out, "</p>");
	add_many(out, piece, count);
	buf_adds(out, "</itemBody></assessmentItem>");
}

/* What is asked for again and again isn't copied as often: each of these would be 400 MB. */
static void test_copies(void **state)
{
	static const char entry[] = "<textEntryInteraction responseIdentifier=\"R\"/>";
	struct paper_import paper;
	struct buf words, files[4];
	const long before = kilobytes();
	(void)state;
	buf_init(&words, domain.arena);
	add_many(&words, "nothing but words ", 120000);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		buf_init(&files[i], domain.arena);
	add_item(&files[0], words.data, "x", entry, 200);
	add_item(&files[1], "Q", words.data, entry, 200);
	buf_adds(&files[2], "<matchInteraction responseIdentifier=\"R\"><simpleMatchSet>");
	add_many(&files[2], "<simpleAssociableChoice identifier=\"s\">S</simpleAssociableChoice>", 60);
	buf_adds(&files[2], "</simpleMatchSet><simpleMatchSet><simpleAssociableChoice identifier=\"t\">");
	buf_add(&files[2], words.data, words.len);
	buf_adds(&files[2], "</simpleAssociableChoice></simpleMatchSet></matchInteraction>");
	const char *match = files[2].data;
	buf_init(&files[2], domain.arena);
	add_item(&files[2], "Q", "s t", match, 3);
	for (int i = 0; i < 200; i++) {
		buf_add(&files[3], words.data, 15000);
		buf_adds(&files[3], "{");
		add_many(&files[3], "=a -> b ", 100);
		buf_adds(&files[3], "}\n\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_int_equal(paper_import(&domain, NULL, NULL, files[i].data, files[i].len, &paper),
				 ERR_VALIDATION);
	assert_true(kilobytes() - before < SHADOW * 250 * 1024);
}

/* A text in many pieces isn't put together for each of many interactions, and the report says that some are
 * missing. */
static void test_pieces(void **state)
{
	struct paper_import paper;
	struct buf text, pieces;
	size_t left_out = 0;
	(void)state;
	buf_init(&pieces, domain.arena);
	add_many(&pieces, "<b/>", 35000);
	buf_init(&text, domain.arena);
	buf_adds(&text, "<assessmentTest title=\"T\"><testPart><assessmentSection title=\"S\">");
	for (int i = 0; i < 10; i++)
		add_item(&text, pieces.data, "x", "<textEntryInteraction responseIdentifier=\"R\"/>", 200);
	buf_adds(&text, "</assessmentSection></testPart></assessmentTest>");
	problems_init(&domain.problems, domain.arena);
	assert_int_equal(paper_import(&domain, NULL, NULL, text.data, text.len, &paper), OK);
	const json_value *report = parse(paper.report);
	for (size_t i = 0; i < json_count(report); i++)
		left_out += strcmp(json_text(json_member(json_item(report, i), "outcome")), "left_out") == 0;
	assert_int_equal(left_out, 10);
}

/* Each thing that the rules refuse is one question less, and the others stay. */
static void test_refused_questions(void **state)
{
	struct paper_import paper;
	struct buf text;
	(void)state;
	buf_init(&text, domain.arena);
	for (int i = 0; i < 250; i++)
		buf_adds(&text, i % 2 ? "::good:: Q {=a ~b}\n\n" : "::bad:: Q {~a ~b}\n\n");
	import_gift(&text, OK, &paper);
	const json_value *report = parse(paper.report),
			 *passages = json_member(parse(paper.content), "passages");
	size_t questions = 0;
	for (size_t i = 0; i < json_count(passages); i++)
		questions += json_count(json_member(json_item(passages, i), "questions"));
	assert_int_equal(questions, 125);
	assert_int_equal(json_count(report), 126);
	for (size_t i = 1; i < json_count(report); i++)
		assert_string_equal(json_text(json_member(json_item(report, i), "item")), "bad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_round, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_long_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_too_much, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_refused_questions, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
