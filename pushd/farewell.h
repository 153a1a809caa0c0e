/* Tells a client why, then closes: whoever is refused or sent away hears an `error` first, so that a browser
 * sees both. */
#ifndef INVIGIL_PUSHD_FAREWELL_H
#define INVIGIL_PUSHD_FAREWELL_H

#include "core/err.h"
#include "pushd/conn.h"

/* Says it in the connection's dialect, and closes for cause, with the code that goes with the error. */
void farewell(struct conn *conn, enum err err);

#endif
