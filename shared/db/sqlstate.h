/* What PostgreSQL's SQLSTATEs mean to us ("PostgreSQL Error Codes", its manual's appendix A). */
#ifndef INVIGIL_DB_SQLSTATE_H
#define INVIGIL_DB_SQLSTATE_H

#include <stdbool.h>

#include "core/err.h"

/* What the callers can do something about; the rest is ERR_INTERNAL, our bug. NULL, an error that libpq has
 * made up: the connection is gone. */
enum err sqlstate_err(const char *state);
/* The server has refused to run what we thought prepared: it is gone (a pooler gave us another backend), or a
 * table's columns changed under it. */
bool sqlstate_unprepared(const char *state);

#endif
