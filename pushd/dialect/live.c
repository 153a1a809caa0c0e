/* The live dialect: flat JSON, message for message the documented WebSocket API. Its names are those that the
 * events and everything else are known by. */
#include "pushd/dialect/form.h"

static const char *own_name(const char *type)
{
	return type;
}

static const struct form flat = {.name = own_name};

FORM_DIALECT(live, flat)

const struct dialect dialect_live = {
    .id = DIALECT_LIVE,
    .name = "live",
    FORM_ENTRIES(live),
};
