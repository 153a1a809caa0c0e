/* `invigil-app user`: accounts from the command line; how the first administrator comes to be. */
#ifndef INVIGIL_APP_ADMIN_USER_H
#define INVIGIL_APP_ADMIN_USER_H

#include "core/config.h"

/* user add | passwd | list | export | erase; the exit status. A password is read from stdin or
 * INVIGIL_PASSWORD, never from an argument, which everybody on the machine could see; without one it is made
 * and printed. */
int user_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
