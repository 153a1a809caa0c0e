/* What QTI's reader and its writer share. */
#ifndef INVIGIL_APP_PAPERS_QTI_H
#define INVIGIL_APP_PAPERS_QTI_H

#include "base/buf.h"
#include "wire/json.h"

/* A class of ours on an interaction: "invigil-matching". */
#define QTI_OURS "invigil-"
/* The file of a package that holds what QTI has no words for. */
#define QTI_PAPER "invigil.json"

/* A package of QTI 3.0, zipped. `test` is a test as the API tells it, keys and all. */
void qti_write(struct buf *out, const json_value *test);

#endif
