/* A load of the settings at work: what config.c, which reads them, and config_rules.c, which judges the
 * whole, share. */
#ifndef INVIGIL_CORE_CONFIG_LOADING_H
#define INVIGIL_CORE_CONFIG_LOADING_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "core/config.h"

enum config_source { CONFIG_FROM_DEFAULT, CONFIG_FROM_FILE, CONFIG_FROM_ENV };

struct config_origin {
	enum config_source source;
	int line; /* CONFIG_FROM_FILE: which */
};

struct config_loading {
	struct config *config;	       /* in the making */
	struct arena *arena;	       /* its owner */
	const char *path;	       /* of the file; NULL: none */
	FILE *problems;		       /* gets a line for each */
	int problem_count;	       /* lines written */
	struct config_origin *origins; /* of each key's value, in the table's order */
};

/* A problem of this key's value, named after the place that set it. The name must be one of config.def. */
void config_complain(struct config_loading *loading, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);
enum config_source config_source(const struct config_loading *loading, const char *name);

/* Complains about whatever makes the settings useless for `service`. */
void config_check(struct config_loading *loading, enum config_service service);

#endif
