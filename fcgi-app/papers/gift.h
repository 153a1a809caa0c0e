/* What GIFT's reader and its writer share: a line of ours, which other programs skip as a comment, holds what
 * GIFT has no words for. */
#ifndef INVIGIL_APP_PAPERS_GIFT_H
#define INVIGIL_APP_PAPERS_GIFT_H

#include "base/buf.h"
#include "core/err.h"
#include "wire/json.h"

#define GIFT_OURS     "//invigil "
#define GIFT_SPECIALS "~=#{}:"

/* `test` is a test as the API tells it, keys and all. */
void gift_write(struct buf *out, const json_value *test);

#endif
