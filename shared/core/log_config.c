#include "core/log_config.h"

#include <string.h>

#include "core/log.h"

void log_configure(const char *service, const struct config *config)
{
	static const char *const levels[] = {
	    [LOG_DEBUG] = "debug",
	    [LOG_INFO] = "info",
	    [LOG_WARN] = "warn",
	    [LOG_ERROR] = "error",
	};
	enum log_level least = LOG_INFO;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(config->log_level, levels[i]) == 0)
			least = (enum log_level)i;
	log_setup(service, least, strcmp(config->log_format, "json") == 0 ? LOG_JSON : LOG_LOGFMT);
}
