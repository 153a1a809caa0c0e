/* `invigil-app purge`: removes sessions that ended long ago. */
#ifndef INVIGIL_APP_ADMIN_PURGE_H
#define INVIGIL_APP_ADMIN_PURGE_H

#include "core/config.h"

/* purge --older-than N`d` [--dry-run]: sessions that were completed or cancelled so many days ago, each whole
 * or not at all, in batches that are a transaction each. Tells its progress on stderr and the rows of each
 * table on stdout; the exit status. */
int purge_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
