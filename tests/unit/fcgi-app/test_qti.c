/* Packages of QTI: what can't be read of their files is told by file. */
#define _GNU_SOURCE /* memmem */
#include "fcgi-app/papers/papers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-app/papers/zip.h"
#include "wire/json.h"
#include "tests/support/domain.h"

/* Whether the report has that remark; NULL: of whatever item. */
static bool is_told(const char *report, const char *item, const char *message)
{
	json_value *remarks = NULL;
	assert_int_equal(json_parse(domain.arena, report, strlen(report), &remarks), OK);
	for (size_t i = 0; i < json_count(remarks); i++) {
		const json_value *remark = json_item(remarks, i);
		const char *of = json_text(json_member(remark, "item"));
		if (strcmp(json_text(json_member(remark, "message")), message) == 0 &&
		    (!item || (of && strcmp(of, item) == 0)))
			return true;
	}
	return false;
}

#define ITEM(ref)                                                                                            \
	"<assessmentItem title=\"Q\">" ref                                                                   \
	"<responseDeclaration identifier=\"R\" cardinality=\"single\"><correctResponse><value>a</value>"     \
	"</correctResponse></responseDeclaration><itemBody><p>Q</p><textEntryInteraction "                   \
	"responseIdentifier=\"R\"/></itemBody></assessmentItem>"
#define STIMULUS(href) "<assessmentStimulusRef href=\"" href "\"/>"

/* Files of one package, and what is told of each; a test asks for those that are marked so. */
static const struct {
	const char *name, *text;    /* NULL: the package hasn't got it */
	const char *item, *message; /* NULL: nothing */
	bool asked;
} FILES[] = {
    {"good.xml", ITEM(""), NULL, NULL, true},
    {"gone.xml", NULL, "gone.xml", "the package has no such file", true},
    {"other.xml", "<learning/>", "other.xml", "it is neither an item nor a section", true},
    {"dtd.xml", "<!DOCTYPE a><assessmentItem/>", "dtd.xml",
     "has a DTD, which isn't read: take the DOCTYPE out", true},
    {"torn.xml", "<assessmentItem torn=\"\"/>", "torn.xml", "the file is broken, or too large", true},
    {"round.xml", "<assessmentSection><assessmentSectionRef href=\"round.xml\"/></assessmentSection>", NULL,
     "sections are nested too deep", true},
    {"seen.xml", ITEM(STIMULUS("picture.xml")), "picture.xml", "a picture or a recording is left out", true},
    {"picture.xml", "<assessmentStimulus><stimulusBody><img src=\"a\"/></stimulusBody></assessmentStimulus>",
     NULL, NULL, false},
    {"blind.xml", ITEM(STIMULUS("no.xml")), "no.xml", "the package has no such file", true},
    {"two.xml", ITEM(STIMULUS("picture.xml") STIMULUS("no.xml")), "two.xml",
     "only the first of its texts is read", true},
};

/* The test asks for what `refs` say; `empty` is another file, a section. */
static void add_package(struct buf *out, const char *tests, const char *refs, const char *empty)
{
	struct zip_writer writer;
	const char *manifest =
	    arena_printf(domain.arena, "<manifest><resources>%s</resources></manifest>", tests);
	const char *test =
	    arena_printf(domain.arena,
			 "<assessmentTest title=\"T\"><testPart><assessmentSection title=\"S\">%s"
			 "</assessmentSection></testPart></assessmentTest>",
			 refs);
	buf_init(out, domain.arena);
	zip_begin(&writer, out);
	zip_add(&writer, "imsmanifest.xml", manifest, strlen(manifest));
	zip_add(&writer, "test.xml", test, strlen(test));
	zip_add(&writer, "empty.xml", empty, strlen(empty));
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		if (FILES[i].text)
			zip_add(&writer, FILES[i].name, FILES[i].text, strlen(FILES[i].text));
	zip_end(&writer);
	/* after its checksum was taken */
	char *torn = memmem(out->data, out->len, "torn=", strlen("torn="));
	assert_non_null(torn);
	*torn = 'T';
}

#define RESOURCE(href) "<resource type=\"imsqti_test_xmlv2p1\" href=\"" href "\"/>"

static void test_package(void **state)
{
	struct paper_import paper;
	struct buf refs, zip;
	(void)state;
	buf_init(&refs, domain.arena);
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		if (FILES[i].asked)
			buf_printf(&refs, "<assessmentItemRef href=\"%s\"/>", FILES[i].name);
	add_package(&zip, RESOURCE("test.xml") RESOURCE("second.xml"), refs.data, "");
	assert_int_equal(paper_import(&domain, NULL, NULL, zip.data, zip.len, &paper), OK);
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		if (FILES[i].message && !is_told(paper.report, FILES[i].item, FILES[i].message))
			fail_msg("%s: %s", FILES[i].name, paper.report);
	assert_true(is_told(paper.report, "second.xml", "only the first test of a package is read"));
}

/* However often a package's files are asked for, so much of them is read: of files, and of bytes. */
static void test_much_to_read(void **state)
{
	static const struct {
		int bytes, refs;
	} rows[] = {{0, 2000}, {1 << 20, 64}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct paper_import paper;
		struct buf empty, refs, zip;
		buf_init(&empty, domain.arena);
		buf_init(&refs, domain.arena);
		buf_adds(&empty, "<assessmentSection>");
		for (int b = 0; b < rows[i].bytes; b++)
			buf_addc(&empty, ' ');
		buf_adds(&empty, "</assessmentSection>");
		buf_adds(&refs, "<assessmentItemRef href=\"good.xml\"/>");
		for (int r = 0; r < rows[i].refs; r++)
			buf_adds(&refs, "<assessmentSectionRef href=\"empty.xml\"/>");
		add_package(&zip, RESOURCE("test.xml"), refs.data, empty.data);
		assert_int_equal(paper_import(&domain, NULL, NULL, zip.data, zip.len, &paper), OK);
		assert_true(is_told(paper.report, "empty.xml", "the package has more to read than is read"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_package, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_much_to_read, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
