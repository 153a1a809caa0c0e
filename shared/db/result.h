/* Between conn.c and rows.c only: a PGresult becomes rows. */
#ifndef INVIGIL_DB_RESULT_H
#define INVIGIL_DB_RESULT_H

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"
#include "db/rows.h"

/* Rows that belong to the arena, and wait for their result; NULL: no memory. They are made before a statement
 * is sent, so that none that was committed fails for want of them. */
MUST_CHECK struct rows *rows_new(struct arena *arena);
/* Takes `result`. */
void rows_fill(struct rows *rows, PGresult *result);

#endif
