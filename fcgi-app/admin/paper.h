/* `invigil-app paper`: papers from other programs' files and into them; the exit status. */
#ifndef INVIGIL_APP_ADMIN_PAPER_H
#define INVIGIL_APP_ADMIN_PAPER_H

#include "core/config.h"

int paper_command(const struct config *config, const char *config_path, int argc, char *argv[]);

#endif
