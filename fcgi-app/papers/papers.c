#define _GNU_SOURCE /* memmem */
#include "fcgi-app/papers/papers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "fcgi-app/papers/gift.h"
#include "fcgi-app/papers/qti.h"
#include "fcgi-app/papers/readers.h"
#include "fcgi-app/papers/settle.h"

/* A file and the draft that it becomes. */
struct source {
	struct draft *draft;
	const char *bytes;
	size_t len;
	bool is_zip, is_xml;
};

/* --- text --- */

/* The file as text: UTF-8 without its mark, with line ends of one character. */
static enum err text_of(const struct source *source, const char **ret)
{
	const char *bytes = source->bytes, *end = bytes + source->len;
	if (source->len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		bytes += 3;
	if (memchr(source->bytes, '\0', source->len) || !utf8_valid(source->bytes, source->len))
		return draft_refuse(source->draft, "isn't text in UTF-8");
	char *text = arena_alloc(source->draft->arena, source->len + 1);
	if (!text)
		return ERR_MEMORY;
	char *out = text;
	for (; bytes < end; bytes++)
		if (*bytes != '\r')
			*out++ = *bytes;
		else if (bytes + 1 == end || bytes[1] != '\n')
			*out++ = '\n';
	*ret = text;
	return OK;
}

static enum err read_gift(const struct source *source)
{
	const char *text = "";
	const enum err err = text_of(source, &text);
	return err ? err : gift_read(source->draft, text);
}

static enum err read_aiken(const struct source *source)
{
	const char *text = "";
	const enum err err = text_of(source, &text);
	return err ? err : aiken_read(source->draft, text);
}

/* --- XML and packages --- */

static enum err root_of(const struct source *source, const xml_node **ret)
{
	const char *problem = "";
	enum err err = source->is_zip ? draft_refuse(source->draft, "is a zip archive")
				      : xml_parse(source->draft->arena, source->bytes, source->len,
						  &source->draft->nodes, ret, &problem);
	if (err == ERR_VALIDATION && !source->draft->problem)
		err = draft_refuse(source->draft, "%s", problem);
	return err;
}

static enum err read_moodle(const struct source *source)
{
	const xml_node *root = NULL;
	const enum err err = root_of(source, &root);
	if (err)
		return err;
	if (!xml_is(root, "quiz"))
		return draft_refuse(source->draft, "isn't Moodle XML: its root is <%.60s>, not <quiz>",
				    xml_name(root));
	return moodle_read(source->draft, root);
}

static enum err read_package(const struct source *source)
{
	struct zip *zip;
	const char *problem = "";
	const enum err err = zip_open(source->draft->arena, source->bytes, source->len, &zip, &problem);
	if (err == ERR_VALIDATION)
		return draft_refuse(source->draft, "%s", problem);
	return err ? err : qti_read_package(source->draft, zip);
}

static enum err read_qti(const struct source *source)
{
	const xml_node *root = NULL;
	if (source->is_zip)
		return read_package(source);
	const enum err err = root_of(source, &root);
	return err ? err : qti_read(source->draft, root, NULL, "");
}

/* --- formats --- */

enum format { GIFT, AIKEN, MOODLE, QTI, FORMAT_COUNT };

const char *const IMPORT_FORMATS[] = {
    [GIFT] = "gift", [AIKEN] = "aiken", [MOODLE] = "moodle", [QTI] = "qti", [FORMAT_COUNT] = NULL};

static enum err (*const READERS[])(const struct source *source) = {
    [GIFT] = read_gift, [AIKEN] = read_aiken, [MOODLE] = read_moodle, [QTI] = read_qti};

/* Whether a line of the text begins with "ANSWER:", which no question of GIFT does. */
static bool has_answer_line(const char *bytes, size_t len)
{
	static const char word[] = "ANSWER:";
	bool begin = true;
	for (size_t i = 0; i + sizeof(word) - 1 <= len; i++) {
		if (begin && strncasecmp(bytes + i, word, sizeof(word) - 1) == 0)
			return true;
		begin = bytes[i] == '\n' || bytes[i] == '\r';
	}
	return false;
}

static bool contains(const char *bytes, size_t len, const char *word)
{
	return len > 0 && memmem(bytes, len, word, strlen(word)) != NULL;
}

static enum format format_of(const struct source *source)
{
	if (source->is_zip)
		return QTI;
	if (source->is_xml) /* the root is near the beginning, behind comments */
		return contains(source->bytes, source->len < 4096 ? source->len : 4096, "<quiz") ? MOODLE
												 : QTI;
	return has_answer_line(source->bytes, source->len) && !contains(source->bytes, source->len, "{")
		   ? AIKEN
		   : GIFT;
}

static enum format format_named(const char *name)
{
	enum format format = 0;
	while (format < FORMAT_COUNT - 1 && strcmp(IMPORT_FORMATS[format], name) != 0)
		format++;
	return format;
}

static bool looks_like_xml(const char *bytes, size_t len)
{
	size_t at = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < len && isspace((unsigned char)bytes[at]))
		at++;
	return at < len && bytes[at] == '<';
}

static enum err report_of(const struct draft *draft, const char **ret)
{
	struct buf out;
	buf_init(&out, draft->arena);
	draft_report(draft, &out);
	*ret = out.data;
	return out.failed ? ERR_MEMORY : OK;
}

enum err paper_import(struct domain *d, const char *format, const char *title, const char *bytes, size_t len,
		      struct paper_import *ret)
{
	struct draft *draft = draft_new(d->arena);
	if (!draft)
		return ERR_MEMORY;
	const struct source source = {.draft = draft,
				      .bytes = bytes,
				      .len = len,
				      .is_zip = zip_looks_so(bytes, len),
				      .is_xml = looks_like_xml(bytes, len)};
	const enum format which = format ? format_named(format) : format_of(&source);
	enum err err = READERS[which](&source);
	if (err == ERR_VALIDATION)
		problem_add(&d->problems, "body", "%s", draft->problem ? draft->problem : "can't be read");
	if (err == OK)
		err = draft_settle(d, draft, title ? title : "Imported paper", &ret->content);
	if (err == OK)
		err = report_of(draft, &ret->report);
	ret->format = IMPORT_FORMATS[which];
	return err;
}

/* --- export --- */

static const struct {
	void (*write)(struct buf *out, const json_value *test);
	const char *content_type, *file_name;
} WRITERS[] = {
    {qti_write, "application/zip", "paper.qti3.zip"},
    {gift_write, "text/plain; charset=utf-8", "paper.gift.txt"},
};

const char *const EXPORT_FORMATS[] = {"qti3", "gift", NULL};

enum err paper_export(struct domain *d, const char *format, const struct doc *test, struct paper_export *ret)
{
	struct buf out;
	json_value *value;
	size_t which = 0;
	while (EXPORT_FORMATS[which + 1] && strcmp(EXPORT_FORMATS[which], format) != 0)
		which++;
	const enum err err = json_parse_object(d->arena, test->text, test->len, &value);
	if (err)
		return err == ERR_MEMORY ? err : ERR_INTERNAL;
	buf_init(&out, d->arena);
	WRITERS[which].write(&out, value);
	if (out.failed || arena_failed(d->arena))
		return ERR_MEMORY;
	*ret = (struct paper_export){.bytes = out.data,
				     .len = out.len,
				     .content_type = WRITERS[which].content_type,
				     .file_name = WRITERS[which].file_name};
	return OK;
}
