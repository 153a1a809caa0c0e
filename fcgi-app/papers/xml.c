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

/* What the hooks have to say. */
struct reading {
	size_t *nodes;
	bool has_dtd, too_many;
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

static void refuse_dtd(void *context, const xmlChar *name UNUSED, const xmlChar *public_id UNUSED,
		       const xmlChar *system_id UNUSED)
{
	xmlParserCtxtPtr parser = context;
	((struct reading *)parser->_private)->has_dtd = true;
	xmlStopParser(parser);
}

static void count_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
			  int namespace_count, const xmlChar **namespaces, int attribute_count,
			  int defaulted_count, const xmlChar **attributes)
{
	xmlParserCtxtPtr parser = context;
	struct reading *reading = parser->_private;
	*reading->nodes += 1 + (size_t)attribute_count + (size_t)namespace_count;
	reading->too_many |= *reading->nodes > NODES_MOST;
	if (reading->too_many)
		xmlStopParser(parser);
	else
		xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces,
				      attribute_count, defaulted_count, attributes);
}

static void set_hooks(xmlParserCtxtPtr parser, struct reading *reading)
{
	parser->_private = reading;
	parser->sax->internalSubset = refuse_dtd;
	parser->sax->startElementNs = count_element;
	parser->sax->comment = NULL;
	parser->sax->processingInstruction = NULL;
	parser->sax->warning = be_silent;
	parser->sax->error = be_silent;
	parser->sax->serror = NULL;
}

/* --- parsing --- */

static void release(void *document)
{
	xmlFreeDoc(document);
}

static const char *problem_of(struct arena *arena, xmlParserCtxtPtr parser, const struct reading *reading)
{
	const xmlError *error = xmlCtxtGetLastError(parser);
	if (reading->has_dtd)
		return "has a DTD, which isn't read: take the DOCTYPE out";
	if (reading->too_many)
		return "has too many elements";
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
	if (document && xmlDocGetRootElement(document) && !reading.has_dtd && !reading.too_many) {
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
