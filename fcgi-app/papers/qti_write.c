/* A paper as a package of QTI 3.0: a test, a file for each item, and one for each passage's text, which its
 * items share. */
#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "fcgi-app/papers/flow.h"
#include "fcgi-app/papers/qti.h"
#include "fcgi-app/papers/question.h"
#include "fcgi-app/papers/zip.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SCHEMA                                                                                               \
	" xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" "                                            \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "                                           \
	"xsi:schemaLocation=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0 "                                  \
	"https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd\""

/* --- text --- */

/* What XML can't hold becomes U+FFFD. */
static bool is_forbidden(const char *text, size_t len)
{
	const unsigned char c = (unsigned char)*text;
	return (c < 0x20 && !strchr("\t\n\r", c)) ||
	       (len == 3 && (!memcmp(text, "\xef\xbf\xbe", 3) || !memcmp(text, "\xef\xbf\xbf", 3)));
}

/* White space that a parser would change is written as what it is. */
static void add_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t step = utf8_step(text + i, len - i);
		step = step ? step : 1;
		if (is_forbidden(text + i, step))
			buf_adds(out, "\xef\xbf\xbd");
		else if (step == 1 && strchr("&<>\"\r\n\t", text[i]))
			buf_printf(out, "&#%d;", text[i]);
		else
			buf_add(out, text + i, step);
		i += step;
	}
}

static void add_all(struct buf *out, const char *text)
{
	add_escaped(out, text, strlen(text));
}

/* Whether paragraphs and breaks are all that the text has, so that a reader finds the same. */
static bool is_flowing(const char *text)
{
	int empty = 1; /* lines in a row that are; the text must not begin with one */
	for (const char *at = text;;) {
		const size_t len = strcspn(at, "\n");
		if (!flow_is_line(at, len))
			return false;
		empty = len == 0 ? empty + 1 : 0;
		if (empty > 1)
			return false;
		if (at[len] == '\0')
			return empty == 0;
		at += len + 1;
	}
}

/* Paragraphs; else as it stands. */
static void add_blocks(struct buf *out, const char *text)
{
	if (!is_flowing(text)) {
		buf_adds(out, "<pre>");
		add_all(out, text);
		buf_adds(out, "</pre>");
		return;
	}
	buf_adds(out, "<p>");
	for (const char *at = text;;) {
		const size_t len = strcspn(at, "\n");
		add_escaped(out, at, len);
		at += len;
		if (*at == '\0')
			break;
		const bool paragraph = at[1] == '\n';
		buf_adds(out, paragraph ? "</p>\n<p>" : "<br/>");
		at += 1 + paragraph;
	}
	buf_adds(out, "</p>");
}

static void add_text(struct buf *out, const char *text)
{
	if (flow_is_line(text, strlen(text)))
		add_all(out, text);
	else
		add_blocks(out, text);
}

/* --- items --- */

static bool is_identifier(const char *id)
{
	if (!isalpha((unsigned char)*id) && *id != '_')
		return false;
	for (; *id; id++)
		if (!isalnum((unsigned char)*id) && !strchr("_-.", *id))
			return false;
	return true;
}

/* Two options may have ids that differ in what identifiers can't say, so these go by number. */
static void add_identifier(struct buf *out, const struct question *q, size_t i)
{
	const char *id = question_option_id(q, i);
	if (is_identifier(id))
		buf_adds(out, id);
	else
		buf_printf(out, "choice-%zu", i + 1);
}

static void add_entry(struct buf *out, double points)
{
	buf_printf(out, "\" mapped-value=\"%.15g\"", points);
}

/* How many of the options are right, which a key may say twice. */
static size_t right_options(const struct question *q)
{
	size_t count = 0;
	for (size_t i = 0; i < q->option_count; i++)
		count += question_option_is_right(q, i);
	return count;
}

static void add_choice_declaration(struct buf *out, const struct question *q)
{
	const bool select = q->type == QUESTION_MULTIPLE_SELECT;
	const size_t rights = right_options(q);
	buf_printf(out,
		   "<qti-response-declaration identifier=\"RESPONSE\" cardinality=\"%s\" "
		   "base-type=\"identifier\">\n<qti-correct-response>",
		   select ? "multiple" : "single");
	for (size_t i = 0, told = 0; i < q->option_count && (select || told == 0); i++) {
		if (!question_option_is_right(q, i))
			continue;
		buf_adds(out, "<qti-value>");
		add_identifier(out, q, i);
		buf_adds(out, "</qti-value>");
		told++;
	}
	buf_adds(out, "</qti-correct-response>\n<qti-mapping default-value=\"0\">");
	for (size_t i = 0; i < q->option_count; i++) {
		if (!question_option_is_right(q, i))
			continue;
		buf_adds(out, "<qti-map-entry map-key=\"");
		add_identifier(out, q, i);
		add_entry(out, select ? q->points / (double)(rights ? rights : 1) : q->points);
		buf_adds(out, "/>");
	}
	buf_adds(out, "</qti-mapping>\n</qti-response-declaration>\n");
}

static void add_text_declaration(struct buf *out, const struct question *q)
{
	buf_adds(out, "<qti-response-declaration identifier=\"RESPONSE\" cardinality=\"single\" "
		      "base-type=\"string\">\n<qti-correct-response><qti-value>");
	add_all(out, question_right(q, 0));
	buf_adds(out, "</qti-value></qti-correct-response>\n<qti-mapping default-value=\"0\">");
	for (size_t i = 0; i < q->right_count; i++) {
		buf_adds(out, "<qti-map-entry map-key=\"");
		add_all(out, question_right(q, i));
		add_entry(out, q->points);
		buf_adds(out, " case-sensitive=\"false\"/>");
	}
	buf_adds(out, "</qti-mapping>\n</qti-response-declaration>\n");
}

static void add_choices(struct buf *out, const struct question *q)
{
	buf_printf(out,
		   "<qti-choice-interaction class=\"" QTI_OURS "%s\" response-identifier=\"RESPONSE\" "
		   "shuffle=\"false\" max-choices=\"%zu\">\n",
		   question_type_name(q->type),
		   q->type == QUESTION_MULTIPLE_SELECT ? right_options(q) : (size_t)1);
	for (size_t i = 0; i < q->option_count; i++) {
		const char *id = question_option_id(q, i);
		buf_adds(out, "<qti-simple-choice identifier=\"");
		add_identifier(out, q, i);
		buf_addc(out, '"');
		if (!is_identifier(id)) {
			buf_adds(out, " data-invigil-id=\"");
			add_all(out, id);
			buf_addc(out, '"');
		}
		buf_addc(out, '>');
		add_text(out, question_option_text(q, i));
		buf_adds(out, "</qti-simple-choice>\n");
	}
	buf_adds(out, "</qti-choice-interaction>\n");
}

static void add_entry_field(struct buf *out, const struct question *q)
{
	buf_printf(out,
		   "<p><qti-text-entry-interaction class=\"" QTI_OURS "%s\" response-identifier=\"RESPONSE\"",
		   question_type_name(q->type));
	if (q->max_words > 0)
		buf_printf(out, " data-invigil-max-words=\"%lld\"", (long long)q->max_words);
	buf_adds(out, "/></p>\n");
}

static void add_item(struct buf *out, const struct question *q, size_t passage)
{
	const bool text = q->type == QUESTION_SHORT_ANSWER;
	buf_printf(out,
		   HEAD "<qti-assessment-item" SCHEMA " identifier=\"q%lld\" title=\"Question %lld\" "
			"adaptive=\"false\" time-dependent=\"false\">\n",
		   (long long)q->number, (long long)q->number);
	if (text)
		add_text_declaration(out, q);
	else
		add_choice_declaration(out, q);
	buf_printf(out,
		   "<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\" "
		   "normal-maximum=\"%.15g\"/>\n",
		   q->points);
	if (passage > 0)
		buf_printf(
		    out, "<qti-assessment-stimulus-ref identifier=\"p%zu\" href=\"../passages/p%zu.xml\"/>\n",
		    passage, passage);
	buf_adds(out, "<qti-item-body>\n");
	add_blocks(out, q->prompt);
	buf_addc(out, '\n');
	if (text)
		add_entry_field(out, q);
	else
		add_choices(out, q);
	buf_adds(out,
		 "</qti-item-body>\n<qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/"
		 "v3p0/rptemplates/map_response.xml\"/>\n</qti-assessment-item>\n");
}

/* --- the package --- */

struct package {
	struct zip_writer zip;
	struct buf file;      /* the one at work */
	struct buf test;      /* the sections so far */
	struct buf resources; /* of the manifest */
	struct arena *arena;
	const json_value *paper;
};

static const char *member(const json_value *value, const char *name)
{
	const char *text = json_text(json_member(value, name));
	return text ? text : "";
}

static void put_file(struct package *package, const char *name)
{
	if (name && package->file.data)
		zip_add(&package->zip, name, package->file.data, package->file.len);
	buf_clear(&package->file);
}

static void put_item(struct package *package, const json_value *value, size_t passage)
{
	struct question q;
	question_read(&q, value);
	add_item(&package->file, &q, passage);
	put_file(package, arena_printf(package->arena, "items/q%lld.xml", (long long)q.number));
	buf_printf(&package->test,
		   "<qti-assessment-item-ref identifier=\"q%lld\" href=\"items/q%lld.xml\"/>\n",
		   (long long)q.number, (long long)q.number);
	buf_printf(&package->resources,
		   "<resource identifier=\"q%lld\" type=\"imsqti_item_xmlv3p0\" href=\"items/q%lld.xml\">"
		   "<file href=\"items/q%lld.xml\"/>",
		   (long long)q.number, (long long)q.number, (long long)q.number);
	if (passage > 0)
		buf_printf(&package->resources, "<dependency identifierref=\"p%zu\"/>", passage);
	buf_adds(&package->resources, "</resource>\n");
}

static void put_stimulus(struct package *package, const json_value *passage, size_t index)
{
	buf_printf(&package->file, HEAD "<qti-assessment-stimulus" SCHEMA " identifier=\"p%zu\" title=\"",
		   index);
	add_all(&package->file, member(passage, "title"));
	buf_adds(&package->file, "\">\n<qti-stimulus-body>\n");
	add_blocks(&package->file, member(passage, "body"));
	buf_adds(&package->file, "\n</qti-stimulus-body>\n</qti-assessment-stimulus>\n");
	put_file(package, arena_printf(package->arena, "passages/p%zu.xml", index));
	buf_printf(
	    &package->resources,
	    "<resource identifier=\"p%zu\" type=\"imsqti_stimulus_xmlv3p0\" href=\"passages/p%zu.xml\">"
	    "<file href=\"passages/p%zu.xml\"/></resource>\n",
	    index, index, index);
}

/* Without items nothing refers to a text, so the section itself says it. */
static void put_rubric(struct package *package, const char *body)
{
	buf_adds(&package->test,
		 "<qti-rubric-block use=\"instructions\" view=\"candidate\"><qti-content-body>");
	if (*body)
		add_blocks(&package->test, body);
	buf_adds(&package->test, "</qti-content-body></qti-rubric-block>\n");
}

static void put_passage(struct package *package, const json_value *passage, size_t index)
{
	const json_value *questions = json_member(passage, "questions");
	const char *body = member(passage, "body");
	const bool shared = *body && json_count(questions) > 0;
	buf_printf(&package->test, "<qti-assessment-section identifier=\"s%zu\" title=\"", index);
	add_all(&package->test, member(passage, "title"));
	buf_adds(&package->test, "\" visible=\"true\">\n");
	if (json_count(questions) == 0)
		put_rubric(package, body);
	for (size_t i = 0; i < json_count(questions); i++)
		put_item(package, json_item(questions, i), shared ? index : 0);
	buf_adds(&package->test, "</qti-assessment-section>\n");
	if (shared)
		put_stimulus(package, passage, index);
}

static void put_test(struct package *package)
{
	buf_adds(&package->file, HEAD "<qti-assessment-test" SCHEMA " identifier=\"paper\" title=\"");
	add_all(&package->file, member(package->paper, "title"));
	buf_printf(&package->file,
		   "\">\n<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" "
		   "base-type=\"float\"/>\n"
		   "<qti-time-limits max-time=\"%lld\"/>\n<qti-test-part identifier=\"all\" "
		   "navigation-mode=\"nonlinear\" submission-mode=\"simultaneous\">\n",
		   (long long)number_of(package->paper, "time_limit_seconds"));
	buf_add(&package->file, package->test.data, package->test.len);
	buf_adds(
	    &package->file,
	    "</qti-test-part>\n<qti-outcome-processing><qti-set-outcome-value identifier=\"SCORE\"><qti-sum>"
	    "<qti-test-variables variable-identifier=\"SCORE\"/></qti-sum></qti-set-outcome-value>"
	    "</qti-outcome-processing>\n</qti-assessment-test>\n");
	put_file(package, "test.xml");
}

static void put_manifest(struct package *package)
{
	buf_adds(
	    &package->file, HEAD
	    "<manifest xmlns=\"http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1\" identifier=\"paper\">\n"
	    "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n"
	    "<organizations/>\n<resources>\n"
	    "<resource identifier=\"test\" type=\"imsqti_test_xmlv3p0\" href=\"test.xml\">"
	    "<file href=\"test.xml\"/><file href=\"" QTI_PAPER "\"/></resource>\n");
	buf_add(&package->file, package->resources.data, package->resources.len);
	buf_adds(&package->file, "</resources>\n</manifest>\n");
	put_file(package, "imsmanifest.xml");
}

void qti_write(struct buf *out, const json_value *test)
{
	struct package package = {.arena = out->arena, .paper = test};
	const json_value *passages = json_member(test, "passages");
	zip_begin(&package.zip, out);
	buf_init(&package.file, out->arena);
	buf_init(&package.test, out->arena);
	buf_init(&package.resources, out->arena);
	for (size_t i = 0; i < json_count(passages); i++)
		put_passage(&package, json_item(passages, i), i + 1);
	put_test(&package);
	buf_addc(&package.file, '{');
	paper_add_head(&package.file, test);
	buf_adds(&package.file, "}\n");
	put_file(&package, QTI_PAPER);
	put_manifest(&package);
	zip_end(&package.zip);
	out->failed |= package.file.failed || package.test.failed || package.resources.failed;
}
