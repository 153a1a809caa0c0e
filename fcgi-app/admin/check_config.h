/* `invigil-app check-config`: the settings as both services understand them. */
#ifndef INVIGIL_APP_ADMIN_CHECK_CONFIG_H
#define INVIGIL_APP_ADMIN_CHECK_CONFIG_H

#include "core/config.h"

/* `config` has been read and checked as a whole; what remains are the keys and the endpoints. Prints the
 * effective settings, secrets hidden; the exit status. */
int check_config_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
