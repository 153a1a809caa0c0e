/* `invigil-app bus-key`: keys for a bus between hosts. */
#ifndef INVIGIL_APP_ADMIN_BUS_KEY_H
#define INVIGIL_APP_ADMIN_BUS_KEY_H

#include "core/config.h"

/* Makes a pair, keeps nothing of it, and prints the lines of invigil.conf that hold it; needs no
 * configuration. The exit status. */
int bus_key_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
