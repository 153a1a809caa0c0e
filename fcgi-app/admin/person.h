/* `invigil-app user export` and `user erase`: what is stored about one person. */
#ifndef INVIGIL_APP_ADMIN_PERSON_H
#define INVIGIL_APP_ADMIN_PERSON_H

#include "fcgi-app/admin/operator.h"

/* All that is stored about the owner of this address, as one JSON document on stdout; the exit status. */
int person_export(struct operator* op, const char *email);
/* Makes him unrecognisable, for good. Tells on stdout what was written anew and which seals changed; the exit
 * status. When it fails half-way the account stays closed, and it can be called again. */
int person_erase(struct operator* op, const char *email);

#endif
