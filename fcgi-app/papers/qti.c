/* QTI 2.x and 3.0: tests, single items, and packages of them. They differ in how names are spelt, which
 * xml.h levels. A section that has items is a passage; its text is the items' shared stimulus (3.0), or the
 * section's rubric (2.x). */
#include "fcgi-app/papers/qti.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi-app/papers/qti_item.h"
#include "fcgi-app/papers/readers.h"

enum {
	DEPTH_MOST = 16,	/* of sections in sections, of files in files */
	FILES_MOST = 2000,	/* looked for, one file twice included */
	PARSED_MOST = 64 << 20, /* bytes of them together */
	PATH_LEN_MOST = 1000,	/* bytes of a file's name */
};

struct reader {
	struct draft *draft;
	struct zip *zip;	 /* NULL: one file, without a package */
	const char *stimulus;	 /* the file that the current passage's text is of; NULL: none */
	const char *title;	 /* of the section that is read */
	const xml_node *limited; /* whose time limit the paper's is; NULL: none */
	int depth;
	size_t files, parsed;
};

static const struct place WHOLE = {.item = ""};

/* --- files of the package --- */

/* `href` as it is seen from the file `from`; "" when it leads out, or is longer than names are. */
static const char *resolve(struct arena *arena, const char *from, const char *href)
{
	if (strlen(from) + strlen(href) > PATH_LEN_MOST)
		return "";
	const char *slash = strrchr(from, '/');
	size_t folder = slash ? (size_t)(slash - from) + 1 : 0;
	for (;; href += strspn(href, "/")) {
		if (strncmp(href, "./", 2) == 0) {
			href += 2;
		} else if (strncmp(href, "../", 3) == 0) {
			href += 3;
			if (folder == 0)
				return "";
			for (folder--; folder > 0 && from[folder - 1] != '/';)
				folder--;
		} else {
			break;
		}
	}
	const char *path = arena_printf(arena, "%.*s%s", (int)folder, from, href);
	return path ? path : "";
}

/* The root of a file; NULL: it can't be read, which is told. */
static const xml_node *load(struct reader *r, const char *path)
{
	const char *text, *problem = "";
	const xml_node *root;
	size_t len = 0;
	const struct place place = {.item = path};
	if (!r->zip) {
		draft_remark(r->draft, place, LEFT_OUT,
			     "it is another file: bring the whole package, as a .zip");
		return NULL;
	}
	const enum err err =
	    r->files++ < FILES_MOST ? zip_file(r->zip, path, &text, &len) : ERR_PAYLOAD_TOO_LARGE;
	r->parsed += len;
	if (err == ERR_PAYLOAD_TOO_LARGE || r->parsed > PARSED_MOST) {
		draft_remark(r->draft, place, LEFT_OUT, "the package has more to read than is read");
		return NULL;
	}
	if (err == OK && xml_parse(r->draft->arena, text, len, &r->draft->nodes, &root, &problem) == OK)
		return root;
	draft_remark(r->draft, place, LEFT_OUT, "%s",
		     err == OK		    ? problem
		     : err == ERR_NOT_FOUND ? "the package has no such file"
					    : "the file is broken, or too large");
	return NULL;
}

/* --- items --- */

/* The text that the item shares with others, when the passage isn't it already. */
static void take_stimulus(struct reader *r, const xml_node *item, const char *path)
{
	const xml_node *ref = xml_child(item, "assessmentstimulusref");
	const char *href = ref ? xml_attribute(ref, "href") : NULL;
	const char *file = href ? resolve(r->draft->arena, path, href) : NULL;
	struct passage *passage = r->draft->current;
	int lost = 0;
	if (ref && xml_again(ref, "assessmentstimulusref"))
		draft_remark(r->draft, (struct place){.item = path, .line = xml_line(item)}, CHANGED,
			     "only the first of its texts is read");
	if (file == r->stimulus || (file && r->stimulus && strcmp(file, r->stimulus) == 0))
		return;
	const bool fresh = passage && passage->count == 0 && !*passage->body;
	r->stimulus = file;
	const xml_node *root = file ? load(r, file) : NULL;
	const xml_node *body = root ? xml_child(root, "stimulusbody") : NULL;
	const char *text = body ? qti_text(r->draft->arena, body, &lost) : "";
	const char *title = root && !*r->title ? xml_attribute(root, "title") : r->title;
	if (fresh && file) {
		passage->body = text;
		if (title && !*passage->title)
			passage->title = title;
	} else if (!fresh) {
		draft_passage(r->draft, title, text);
	}
	draft_remark_lost(r->draft, (struct place){.item = file}, lost);
}

static void read_item(struct reader *r, const xml_node *item, const char *path)
{
	take_stimulus(r, item, path);
	qti_item_ask(r->draft, item, r->zip ? path : "");
}

/* --- tests --- */

static void read_part(struct reader *r, const xml_node *part, const char *path);

/* Programs write limits without a time, and weights of 1. */
static bool is_limited(const xml_node *part)
{
	const xml_node *limits = xml_child(part, "timelimits");
	return limits && (xml_attribute(limits, "maxtime") || xml_attribute(limits, "mintime"));
}

static bool is_weighted(const xml_node *part)
{
	bool weighted = false;
	for (const xml_node *at = xml_child(part, "weight"); at; at = xml_again(at, "weight")) {
		const char *value = xml_attribute(at, "value");
		const double weight = value ? strtod(value, NULL) : 1;
		weighted |= weight < 1 || weight > 1;
	}
	return weighted;
}

/* What may stand at any part of a test, and what a paper has no place for. */
static void look_for_rules(struct reader *r, const xml_node *part, const char *name)
{
	const struct place place = {.item = name ? name : "", .line = xml_line(part)};
	if (xml_child(part, "branchrule") || xml_child(part, "precondition"))
		draft_remark(r->draft, place, CHANGED, "everything is asked: branches aren't followed");
	if (is_limited(part) && part != r->limited)
		draft_remark(r->draft, place, CHANGED, "this time limit isn't kept");
	if (is_weighted(part))
		draft_remark(r->draft, place, CHANGED, "weights aren't read: the item's own points count");
}

static void read_ref(struct reader *r, const xml_node *ref, const char *path)
{
	const char *href = xml_attribute(ref, "href");
	const char *file = resolve(r->draft->arena, path, href ? href : "");
	look_for_rules(r, ref, href);
	if (!*file) {
		draft_remark(r->draft, (struct place){.item = href ? href : "", .line = xml_line(ref)},
			     LEFT_OUT, "it isn't in the package");
		return;
	}
	const xml_node *root = load(r, file);
	if (!root)
		return;
	if (xml_is(root, "assessmentitem"))
		read_item(r, root, file);
	else if (xml_is(root, "assessmentsection"))
		read_part(r, root, file);
	else
		draft_remark(r->draft, (struct place){.item = file}, LEFT_OUT,
			     "it is neither an item nor a section");
}

static bool has_items(const xml_node *section)
{
	return xml_child(section, "assessmentitemref") || xml_child(section, "assessmentitem");
}

static bool has_sections(const xml_node *section)
{
	return xml_child(section, "assessmentsectionref") || xml_child(section, "assessmentsection");
}

static bool is_for_candidates(const xml_node *rubric)
{
	const char *view = xml_attribute(rubric, "view");
	return !view || strstr(view, "candidate");
}

/* What candidates read of the section's rubrics; NULL: there is none for them. */
static const char *rubric_of(struct reader *r, const xml_node *section, struct place place)
{
	struct buf out;
	bool any = false, others = false;
	int lost = 0;
	buf_init(&out, r->draft->arena);
	for (const xml_node *at = xml_child(section, "rubricblock"); at; at = xml_again(at, "rubricblock")) {
		if (!is_for_candidates(at)) {
			others = true;
			continue;
		}
		const char *text = qti_text(r->draft->arena, at, &lost);
		buf_adds(&out, out.len > 0 && *text ? "\n\n" : "");
		buf_adds(&out, text);
		any = true;
	}
	if (others)
		draft_remark(r->draft, place, CHANGED, "what candidates don't see is left out");
	draft_remark_lost(r->draft, place, lost);
	return !any ? NULL : out.data ? out.data : "";
}

/* The section as a passage. */
static void begin_section(struct reader *r, const xml_node *section)
{
	const char *title = xml_attribute(section, "title");
	r->stimulus = NULL;
	r->title = title ? title : "";
	const struct place place = {.item = r->title, .line = xml_line(section)};
	const char *rubric = rubric_of(r, section, place), *text = rubric ? rubric : "";
	if (xml_child(section, "selection"))
		draft_remark(r->draft, place, CHANGED, "all its items are asked, not a choice of them");
	/* one that has a text, if an empty one, and nothing else is there for its own sake */
	if (!has_items(section) && !*text && (!rubric || has_sections(section)))
		return;
	struct passage *passage = draft_passage(r->draft, r->title, text);
	if (passage)
		passage->kept = rubric != NULL;
}

/* A section, a part or the whole test: what is in it, in order. */
static void read_part(struct reader *r, const xml_node *part, const char *path)
{
	if (++r->depth > DEPTH_MOST) {
		draft_remark(r->draft, WHOLE, LEFT_OUT, "sections are nested too deep");
		r->depth--;
		return;
	}
	look_for_rules(r, part, xml_attribute(part, "title"));
	if (xml_is(part, "assessmentsection"))
		begin_section(r, part);
	else if (xml_child(part, "rubricblock"))
		draft_remark(r->draft, WHOLE, LEFT_OUT, "a text outside of the sections isn't read");
	for (const xml_node *at = xml_first(part); at; at = xml_next(at)) {
		if (xml_is(at, "assessmentitemref") || xml_is(at, "assessmentsectionref"))
			read_ref(r, at, path);
		else if (xml_is(at, "assessmentitem"))
			read_item(r, at, path);
		else if (xml_is(at, "assessmentsection") || xml_is(at, "testpart"))
			read_part(r, at, path);
	}
	r->depth--;
}

static void take_limit(struct reader *r, const xml_node *holder)
{
	const xml_node *limits = xml_child(holder, "timelimits");
	const char *most = limits ? xml_attribute(limits, "maxtime") : NULL;
	const double seconds = most ? strtod(most, NULL) : 0;
	if (!(seconds >= 1 && seconds < 1e9))
		return;
	r->draft->time_limit_seconds = (int64_t)seconds;
	r->limited = holder;
}

static enum err read_root(struct reader *r, const xml_node *root, const char *path)
{
	const char *title = xml_attribute(root, "title");
	if (title && *title && !r->draft->title)
		r->draft->title = title;
	if (xml_is(root, "assessmentitem")) {
		read_item(r, root, path);
	} else if (xml_is(root, "assessmenttest")) {
		const xml_node *part = xml_child(root, "testpart");
		if (part)
			take_limit(r, part);
		take_limit(r, root);
		read_part(r, root, path);
	} else if (xml_is(root, "assessmentsection")) {
		read_part(r, root, path);
	} else {
		return draft_refuse(r->draft,
				    "is neither a test nor an item of QTI 2 or 3: its root is <%.60s>",
				    xml_name(root));
	}
	return arena_failed(r->draft->arena) ? ERR_MEMORY : OK;
}

enum err qti_read(struct draft *draft, const xml_node *root, struct zip *zip, const char *path)
{
	struct reader r = {.draft = draft, .zip = zip, .title = ""};
	return read_root(&r, root, path);
}

/* --- packages --- */

/* What our own exports say besides. */
static void take_paper(struct draft *draft, struct zip *zip)
{
	const char *text;
	size_t len;
	json_value *paper;
	if (zip_file(zip, QTI_PAPER, &text, &len) != OK ||
	    json_parse_object(draft->arena, text, len, &paper) != OK)
		return;
	const json_value *bands = json_member(paper, "band_table");
	draft->description = json_text(json_member(paper, "description"));
	draft->scoring = json_text(json_member(paper, "scoring"));
	if (json_kind(bands) == JSON_KIND_ARRAY)
		draft->band_table = json_dump(draft->arena, bands);
}

/* "imsqti_test_xmlv2p1", "imsqti_item_xmlv3p0" … */
static bool is_resource(const xml_node *resource, const char *kind)
{
	const char *type = xml_attribute(resource, "type");
	return type && strncmp(type, "imsqti_", 7) == 0 && strncmp(type + 7, kind, strlen(kind)) == 0;
}

/* The first test of the package, or, when it has none, its items one after the other. */
static enum err read_resources(struct reader *r, const xml_node *resources)
{
	const char *kinds[] = {"test", "assessment", "item"};
	size_t tests = 0;
	for (size_t kind = 0; kind < ARRAY_LEN(kinds) && tests == 0; kind++)
		for (const xml_node *at = xml_child(resources, "resource"); at;
		     at = xml_again(at, "resource")) {
			const char *href = xml_attribute(at, "href");
			if (!is_resource(at, kinds[kind]) || !href)
				continue;
			if (tests > 0) {
				draft_remark(r->draft, (struct place){.item = href}, LEFT_OUT,
					     "only the first test of a package is read");
				continue;
			}
			tests += kind < 2;
			const xml_node *root = load(r, resolve(r->draft->arena, "", href));
			const enum err err =
			    root ? read_root(r, root, resolve(r->draft->arena, "", href)) : OK;
			if (err)
				return err;
		}
	return arena_failed(r->draft->arena) ? ERR_MEMORY : OK;
}

enum err qti_read_package(struct draft *draft, struct zip *zip)
{
	struct reader r = {.draft = draft, .zip = zip, .title = ""};
	const xml_node *manifest, *resources;
	const char *text, *problem = "has no imsmanifest.xml";
	size_t len;
	enum err err = zip_file(zip, "imsmanifest.xml", &text, &len);
	const bool unread = err == ERR_VALIDATION;
	if (err == OK)
		err = xml_parse(draft->arena, text, len, &draft->nodes, &manifest, &problem);
	if (err == ERR_MEMORY)
		return err;
	if (err)
		return draft_refuse(draft, "is no package of QTI: %s",
				    unread ? "its imsmanifest.xml is broken" : problem);
	resources = xml_child(manifest, "resources");
	take_paper(draft, zip);
	return resources ? read_resources(&r, resources)
			 : draft_refuse(draft, "its imsmanifest.xml has no resources");
}
