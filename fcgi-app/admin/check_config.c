/* Checking what starting would stumble over, without starting. Nothing is connected to: a configuration may
 * be checked on a machine that reaches neither the database nor pushd. */
#include "fcgi-app/admin/check_config.h"

#include <stdio.h>
#include <string.h>

#include "auth/token.h"
#include "base/compiler.h"
#include "bus/bus.h"

/* What the other hosts need, and nobody should have to look up where the pair was made. */
static void print_bus_key(const struct config *config)
{
	char public_key[BUS_KEY_TEXT];

	if (bus_key_public(config->bus_secret_key, public_key) == OK)
		printf("# the public key of bus_secret_key: %s\n", public_key);
}

int check_config_command(const struct config *config, const char *config_path, int argc, char *argv[])
{
	const bool quiet = argc == 2 && strcmp(argv[1], "--quiet") == 0;
	struct token_keys *keys = NULL;
	char problem[BUS_PROBLEM] = "out of memory";

	if (argc > 2 || (argc == 2 && !quiet)) {
		fprintf(stderr, "usage: invigil-app check-config [--quiet]\n");
		return 2;
	}
	if (token_keys_new(config, problem, &keys) != OK || bus_check(config, problem) != OK) {
		token_keys_free(keys);
		fprintf(stderr, "%s: %s\n", config_path ? config_path : "environment", problem);
		return 1;
	}
	token_keys_free(keys);
	if (!quiet) {
		config_print(config, stdout);
		print_bus_key(config);
	}
	return 0;
}
