/* Between conn.c and rows.c only: a PGresult becomes rows. */
#ifndef INVIGIL_DB_RESULT_H
#define INVIGIL_DB_RESULT_H

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/err.h"
#include "db/rows.h"

/* Takes `result`, also on failure; the rows are the arena's. ERR_MEMORY. */
MUST_CHECK enum err rows_wrap(struct arena *arena, PGresult *result, struct rows **ret);

#endif
