/* The readers: one for each format, from the bytes of a file to a draft. Whatever the file holds, each
 * question of it is in the draft or in its remarks. ERR_VALIDATION: the file as a whole can't be read
 * (draft->problem). */
#ifndef INVIGIL_APP_PAPERS_READERS_H
#define INVIGIL_APP_PAPERS_READERS_H

#include "fcgi-app/papers/draft.h"
#include "fcgi-app/papers/xml.h"
#include "fcgi-app/papers/zip.h"

/* `text` is UTF-8 with line ends of one character. */
MUST_CHECK enum err gift_read(struct draft *draft, const char *text);
MUST_CHECK enum err aiken_read(struct draft *draft, const char *text);
/* `root` is a <quiz>. */
MUST_CHECK enum err moodle_read(struct draft *draft, const xml_node *root);
/* `root` is an item or a test of QTI 2.x or 3.0; `zip` the package it comes from, under `path` there; NULL:
 * it came alone. */
MUST_CHECK enum err qti_read(struct draft *draft, const xml_node *root, struct zip *zip, const char *path);
/* A package by its imsmanifest.xml. */
MUST_CHECK enum err qti_read_package(struct draft *draft, struct zip *zip);

#endif
