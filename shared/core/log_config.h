/* The log as the settings want it: log.h itself knows no settings. */
#ifndef INVIGIL_CORE_LOG_CONFIG_H
#define INVIGIL_CORE_LOG_CONFIG_H

#include "core/config.h"

/* log_setup by log_level and log_format; again after a reload. `service` is kept, not copied. */
void log_configure(const char *service, const struct config *config);

#endif
