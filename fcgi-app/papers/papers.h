/* Papers from other programs' files, and into them.
 *
 * paper_import turns a file into the body of POST /tests that domain/paper.h has let through, and a report of
 * what became of each item that isn't in it as it was. */
#ifndef INVIGIL_APP_PAPERS_PAPERS_H
#define INVIGIL_APP_PAPERS_PAPERS_H

#include "domain/domain.h"

/* Names, NULL-terminated: "gift" …; what the call's ?format= takes. */
extern const char *const IMPORT_FORMATS[];
extern const char *const EXPORT_FORMATS[];

struct paper_import {
	const char *content; /* for test_create */
	const char *report;  /* a JSON array */
	const char *format;  /* which one it was */
};

/* `format` NULL: what the file looks like. `title`: for a file that has none, NULL: "Imported paper".
 * ERR_VALIDATION: d->problems tells why there is no paper. */
MUST_CHECK enum err paper_import(struct domain *d, const char *format, const char *title, const char *bytes,
				 size_t len, struct paper_import *ret);

struct paper_export {
	const char *bytes;
	size_t len;
	const char *content_type;
	const char *file_name; /* of ASCII letters */
};

/* `format` is one of EXPORT_FORMATS; `test` is what test_get answered. */
MUST_CHECK enum err paper_export(struct domain *d, const char *format, const struct doc *test,
				 struct paper_export *ret);

#endif
