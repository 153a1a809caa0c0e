/* Entity tags that a client has already (RFC 9110, 13.1.2). */
#ifndef INVIGIL_DOMAIN_ETAG_H
#define INVIGIL_DOMAIN_ETAG_H

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"

/* The opaque tags of an If-None-Match header, unquoted, as text[]: weak ones too, since a weak comparison is
 * what it asks for, and `*` as it is. NULL or malformed: what could be read of it, at worst '{}', which
 * matches nothing. */
MUST_CHECK enum err etag_list(struct arena *arena, const char *header, const char **ret);

#endif
