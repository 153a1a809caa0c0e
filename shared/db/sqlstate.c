#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

/* A row ending early stands for a whole class. */
static const struct {
	const char *state;
	enum err err;
} SQLSTATES[] = {
    {"08", ERR_UNAVAILABLE},	/* connection exceptions */
    {"25006", ERR_UNAVAILABLE}, /* read-only: a standby, after a failover */
    {"40001", ERR_RETRY},	/* serialization failure */
    {"40P01", ERR_RETRY},	/* deadlock */
    {"53", ERR_UNAVAILABLE},	/* out of connections, memory, disk */
    {"55P03", ERR_UNAVAILABLE}, /* lock not available in lock_timeout */
    {"57014", ERR_UNAVAILABLE}, /* statement_timeout */
    {"57P", ERR_UNAVAILABLE},	/* shutting down, crashed, starting */
    {"58", ERR_UNAVAILABLE},	/* the server's disk */
};

enum err sqlstate_err(const char *state)
{
	if (!state)
		return ERR_UNAVAILABLE;
	for (size_t i = 0; i < ARRAY_LEN(SQLSTATES); i++)
		if (strncmp(state, SQLSTATES[i].state, strlen(SQLSTATES[i].state)) == 0)
			return SQLSTATES[i].err;
	return ERR_INTERNAL;
}

bool sqlstate_unprepared(const char *state)
{
	return strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0;
}
