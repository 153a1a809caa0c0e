/* Checking what starting would stumble over, without starting. Nothing is connected to: a configuration may
 * be checked on a machine that reaches neither the database nor pushd. */
#include "fcgi-app/admin/check_config.h"

#include <stdio.h>

#include "auth/token.h"
#include "base/compiler.h"

int check_config_command(const struct config *config, const char *config_path, int argc, char *argv[] UNUSED)
{
	struct token_keys *keys = NULL;
	char problem[160] = "out of memory";

	if (argc > 1) {
		fprintf(stderr, "invigil-app: check-config takes no arguments\n");
		return 2;
	}
	if (token_keys_new(config, problem, &keys) != OK) {
		fprintf(stderr, "%s: %s\n", config_path ? config_path : "environment", problem);
		return 1;
	}
	token_keys_free(keys);
	config_print(config, stdout);
	return 0;
}
