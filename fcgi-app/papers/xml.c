#include "fcgi-app/papers/xml.h"

#include <ctype.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/ballast.h"
#include "base/utf8.h"

/* Each takes a hundred bytes or two of memory, and four of the file. */
#define NODES_MOST ((size_t)400000)

/* libxml2 compares each attribute with all others of its element, and looks for each prefix among all that
 * are declared around it: a hundred thousand of either would take it minutes. */
#define ATTRIBUTES_MOST 256
#define PREFIXES_MOST	256
#define LEVELS_MOST	257 /* libxml2 goes no deeper */

/* What the hooks have to say. */
struct reading {
	size_t *nodes;
	const char *refusal;	   /* NULL: none */
	size_t level, prefixes;	   /* where it is, and how many are declared there … */
	int declared[LEVELS_MOST]; /* … by each element around */
};

/* --- memory: libxml2 reports a failed allocation as a parser's error, when it notices --- */

static _Thread_local bool starved;

static void *allocate(size_t size)
{
	void *block = ballast_malloc(size);
	starved |= !block;
	return block;
}

static void *reallocate(void *block, size_t size)
{
	void *larger = ballast_realloc(block, size);
	starved |= !larger;
	return larger;
}

static char *duplicate(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = allocate(size);
	return copy ? memcpy(copy, text, size) : NULL;
}

static void be_silent(void *context UNUSED, const char *format UNUSED, ...)
{
}

__attribute__((constructor)) static void set_up(void)
{
	xmlMemSetup(free, allocate, reallocate, duplicate);
	/* here, and not in the middle of the first request, where it might fail */
	xmlInitParser();
}

/* --- hooks --- */

static void refuse(xmlParserCtxtPtr parser, const char *why)
{
	((struct reading *)parser->_private)->refusal = why;
	xmlStopParser(parser);
}

static void refuse_dtd(void *context, const xmlChar *name UNUSED, const xmlChar *public_id UNUSED,
		       const xmlChar *system_id UNUSED)
{
	refuse(context, "has a DTD, which isn't read: take the DOCTYPE out");
}

static void count_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
			  int namespace_count, const xmlChar **namespaces, int attribute_count,
			  int defaulted_count, const xmlChar **attributes)
{
	xmlParserCtxtPtr parser = context;
	struct reading *reading = parser->_private;
	*reading->nodes += 1 + (size_t)attribute_count + (size_t)namespace_count;
	reading->prefixes += (size_t)namespace_count;
	if (*reading->nodes > NODES_MOST || reading->level == LEVELS_MOST) {
		refuse(parser, "has too many elements");
	} else if (reading->prefixes > PREFIXES_MOST) {
		refuse(parser, "has too many namespaces, one within the other");
	} else {
		reading->declared[reading->level++] = namespace_count;
		xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces,
				      attribute_count, defaulted_count, attributes);
	}
}

static void leave_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *reading = ((xmlParserCtxtPtr)context)->_private;
	if (reading->level > 0)
		reading->prefixes -= (size_t)reading->declared[--reading->level];
	xmlSAX2EndElementNs(context, name, prefix, uri);
}

static void set_hooks(xmlParserCtxtPtr parser, struct reading *reading)
{
	parser->_private = reading;
	parser->sax->internalSubset = refuse_dtd;
	parser->sax->startElementNs = count_element;
	parser->sax->endElementNs = leave_element;
	parser->sax->comment = NULL;
	parser->sax->processingInstruction = NULL;
	parser->sax->warning = be_silent;
	parser->sax->error = be_silent;
	parser->sax->serror = NULL;
}

/* --- before parsing: the hooks come when a tag has been read --- */

/* `at` is behind the "<" of what may be a tag, `end` where the next one is: no value has a "<" in it.
 * Whatever libxml2 takes for an attribute is counted; in a comment or in text other things may be, too. */
static bool is_crowded(const char *at, const char *end)
{
	size_t count = 0;
	while (at < end && *at != '>') {
		if (*at++ != '=')
			continue;
		while (at < end && strchr(" \t\r\n", *at))
			at++;
		const char *close =
		    at < end && strchr("\"'", *at) ? memchr(at + 1, *at, (size_t)(end - at - 1)) : NULL;
		count += close != NULL;
		at = close ? close + 1 : at;
	}
	return count > ATTRIBUTES_MOST;
}

static bool has_crowded_tag(const char *text, size_t len)
{
	const char *end = text + len, *at = memchr(text, '<', len);
	while (at) {
		const char *next = memchr(at + 1, '<', (size_t)(end - at - 1));
		if (is_crowded(at + 1, next ? next : end))
			return true;
		at = next;
	}
	return false;
}

/* --- parsing --- */

static void release(void *document)
{
	xmlFreeDoc(document);
}

static const char *problem_of(struct arena *arena, xmlParserCtxtPtr parser, const struct reading *reading)
{
	const xmlError *error = xmlCtxtGetLastError(parser);
	if (reading->refusal)
		return reading->refusal;
	const char *message = error && error->message ? error->message : "isn't XML";
	return arena_printf(arena, "line %d: %.*s", error ? error->line : 0, (int)strcspn(message, "\n"),
			    message);
}

static bool is_memory(xmlParserCtxtPtr parser)
{
	return starved || parser->errNo == XML_ERR_NO_MEMORY;
}

static enum err parse(struct arena *arena, xmlParserCtxtPtr parser, const char *text, size_t len,
		      size_t *nodes, xmlDocPtr *ret, const char **ret_problem)
{
	struct reading reading = {.nodes = nodes};
	set_hooks(parser, &reading);
	xmlDocPtr document = xmlCtxtReadMemory(parser, text, (int)len, NULL, "UTF-8",
					       XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT |
						   XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES);
	if (is_memory(parser)) {
		xmlFreeDoc(document);
		arena_fail(arena);
		return ERR_MEMORY;
	}
	if (document && xmlDocGetRootElement(document) && !reading.refusal) {
		*ret = document;
		return OK;
	}
	xmlFreeDoc(document);
	const char *problem = problem_of(arena, parser, &reading);
	if (!problem)
		return ERR_MEMORY;
	*ret_problem = problem;
	return ERR_VALIDATION;
}

enum err xml_parse(struct arena *arena, const char *text, size_t len, size_t *nodes, const xml_node **ret,
		   const char **ret_problem)
{
	xmlDocPtr document;
	if (len == 0 || len > (size_t)INT32_MAX || memchr(text, '\0', len) || !utf8_valid(text, len)) {
		*ret_problem = "isn't text in UTF-8";
		return ERR_VALIDATION;
	}
	if (has_crowded_tag(text, len)) {
		*ret_problem = "has an element with too many attributes";
		return ERR_VALIDATION;
	}
	starved = false;
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	if (!parser) {
		arena_fail(arena);
		return ERR_MEMORY;
	}
	const enum err err = parse(arena, parser, text, len, nodes, &document, ret_problem);
	xmlFreeParserCtxt(parser);
	if (err)
		return err;
	if (!arena_defer(arena, release, document))
		return ERR_MEMORY;
	*ret = xmlDocGetRootElement(document);
	return OK;
}

/* --- the tree: elements and text, nothing else --- */

static const xml_node *shown(const xml_node *node)
{
	while (node && node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE &&
	       node->type != XML_CDATA_SECTION_NODE)
		node = node->next;
	return node;
}

const xml_node *xml_first(const xml_node *node)
{
	return node->type == XML_ELEMENT_NODE ? shown(node->children) : NULL;
}

const xml_node *xml_next(const xml_node *node)
{
	return shown(node->next);
}

const xml_node *xml_walk(const xml_node *top, const xml_node *node)
{
	const xml_node *next = xml_first(node);
	while (!next && node != top) {
		next = xml_next(node);
		node = node->parent;
	}
	return next;
}

const char *xml_text(const xml_node *node)
{
	if (node->type == XML_ELEMENT_NODE)
		return NULL;
	return node->content ? (const char *)node->content : "";
}

const char *xml_name(const xml_node *node)
{
	return node->type == XML_ELEMENT_NODE ? (const char *)node->name : "";
}

static bool is_plain(const xmlChar *name, const char *plain)
{
	const char *at = (const char *)name;
	if (strncmp(at, "qti-", 4) == 0)
		at += 4;
	for (; *at; at++) {
		if (*at == '-')
			continue;
		if (tolower((unsigned char)*at) != *plain++)
			return false;
	}
	return *plain == '\0';
}

bool xml_is(const xml_node *node, const char *plain)
{
	return node->type == XML_ELEMENT_NODE && is_plain(node->name, plain);
}

const char *xml_attribute(const xml_node *node, const char *plain)
{
	if (node->type != XML_ELEMENT_NODE)
		return NULL;
	for (const xmlAttr *at = node->properties; at; at = at->next)
		if (is_plain(at->name, plain))
			return at->children && at->children->content ? (const char *)at->children->content
								     : "";
	return NULL;
}

const xml_node *xml_again(const xml_node *node, const char *plain)
{
	do
		node = xml_next(node);
	while (node && !xml_is(node, plain));
	return node;
}

const xml_node *xml_child(const xml_node *node, const char *plain)
{
	const xml_node *child = xml_first(node);
	return !child || xml_is(child, plain) ? child : xml_again(child, plain);
}

int xml_line(const xml_node *node)
{
	const long line = xmlGetLineNo(node);
	return line > 0 ? (int)line : 0;
}

uint32_t xml_html_entity(const char *name)
{
	const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)name);
	return entity ? entity->value : 0;
}
