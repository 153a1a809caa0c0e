/* The master: opens the FastCGI socket, keeps N workers alive on it, and does nothing else. It takes no
 * request and no database connection, so there is little in it that could die.
 *
 * SIGTERM and SIGINT drain and leave, SIGHUP reads the configuration again and replaces the workers one by
 * one. */
#ifndef INVIGIL_APP_MASTER_H
#define INVIGIL_APP_MASTER_H

#include "core/config.h"

/* In the foreground until told to stop; the exit status. `config_path` is what SIGHUP reads again (NULL: the
 * environment only). */
int master_run(const struct config *config, const char *config_path);

#endif
