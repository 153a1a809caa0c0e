/* invigil-app audit: a session's evidence, verified and exported. */
#ifndef INVIGIL_APP_ADMIN_AUDIT_H
#define INVIGIL_APP_ADMIN_AUDIT_H

#include "core/config.h"

/* `audit verify SESSION [SEAL]`: exit status 0 when every event is as it was written (and the seal is SEAL,
 * which the log told when the session ended); 1 when not, naming the first row that is wrong, or when it
 * can't be told. `audit export SESSION`: JSON Lines on stdout. */
int audit_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
