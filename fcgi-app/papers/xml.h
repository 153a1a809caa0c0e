/* XML in, and the only door to libxml2.
 *
 * It reads what people upload, so it trusts nothing: a document with a DTD is refused at the DTD's first
 * word, before an entity can be declared, and nothing is ever fetched. Only UTF-8, at most 256 levels deep,
 * at most 256 attributes of an element and as many namespaces around it, and a bounded number of elements and
 * attributes, in one document or in a package's together. */
#ifndef INVIGIL_APP_PAPERS_XML_H
#define INVIGIL_APP_PAPERS_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"

/* An element, or a piece of text; it lives as long as the arena it was parsed into. */
typedef struct _xmlNode xml_node;

/* The root. `nodes`: how many elements and attributes there have been, of all documents that are counted so.
 * ERR_VALIDATION: `ret_problem` says what is wrong where, the arena's. */
MUST_CHECK enum err xml_parse(struct arena *arena, const char *text, size_t len, size_t *nodes,
			      const xml_node **ret, const char **ret_problem);

const xml_node *xml_first(const xml_node *node);
const xml_node *xml_next(const xml_node *node);
/* The next node of the document in reading order, within `top`; NULL at its end. Start with `top` itself. */
const xml_node *xml_walk(const xml_node *top, const xml_node *node);
/* The text of a piece of text; NULL for an element. */
const char *xml_text(const xml_node *node);
/* The local name of an element; "" for text. */
const char *xml_name(const xml_node *node);
/* Whether it is that element, or has that attribute: names are compared without "qti-", hyphens and case, so
 * that "qti-item-body" is "itembody", and so is QTI 2's "itemBody". */
bool xml_is(const xml_node *node, const char *plain);
const char *xml_attribute(const xml_node *node, const char *plain);
/* The first child of that name, in the same spelling. NULL: none. */
const xml_node *xml_child(const xml_node *node, const char *plain);
/* The next of its siblings that has that name. */
const xml_node *xml_again(const xml_node *node, const char *plain);
int xml_line(const xml_node *node);

/* The character of an entity of HTML ("ndash"); 0: there is none. */
uint32_t xml_html_entity(const char *name);

#endif
