/* `invigil-app token`: an access token for a user, for scripts and for trying things out. */
#ifndef INVIGIL_APP_ADMIN_TOKEN_H
#define INVIGIL_APP_ADMIN_TOKEN_H

#include "core/config.h"

/* token EMAIL [--hours N]: the token alone on stdout; the exit status. */
int token_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
