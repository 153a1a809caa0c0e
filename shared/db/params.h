/* How the generated queries write their parameters: as text, in buffers of the caller. */
#ifndef INVIGIL_DB_PARAMS_H
#define INVIGIL_DB_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"

#define PARAM_INT_TEXT 21 /* "-9223372036854775808" and the terminator */

/* NULL or nil: SQL NULL. */
const char *param_id(const struct id *id, char text[ID_TEXT]);
const char *param_int(int64_t number, char text[PARAM_INT_TEXT]);
const char *param_bool(bool value);

#endif
