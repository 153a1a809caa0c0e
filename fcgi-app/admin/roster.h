/* `invigil-app roster`: a class's roster from a spreadsheet; the exit status. */
#ifndef INVIGIL_APP_ADMIN_ROSTER_H
#define INVIGIL_APP_ADMIN_ROSTER_H

#include "core/config.h"

int roster_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
