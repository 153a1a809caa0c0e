/* Tells a client why, then closes: whoever is refused or sent away hears an `error` first, so that a browser
 * sees both. */
#ifndef INVIGIL_PUSHD_FAREWELL_H
#define INVIGIL_PUSHD_FAREWELL_H

#include "core/err.h"
#include "pushd/conn.h"

/* The close code that goes with an error. */
int farewell_code(enum err err);
/* Says it in the connection's dialect, and closes for cause. */
void farewell(struct conn *conn, enum err err);

#endif
