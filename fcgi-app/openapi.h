/* The description of the REST interface (OpenAPI 3.1), made from the route table, so that no route can be
 * missing from it; what a row doesn't say is in openapi.def, the documents' shapes are in schemas.def. */
#ifndef INVIGIL_APP_OPENAPI_H
#define INVIGIL_APP_OPENAPI_H

#include "base/buf.h"

void openapi_write(struct buf *out);

#endif
