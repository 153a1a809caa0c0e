#include "fcgi-app/admin/bus_key.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "bus/bus.h"

int bus_key_command(const struct config *config UNUSED, const char *config_path UNUSED, int argc,
		    char *argv[] UNUSED)
{
	char public_key[BUS_KEY_TEXT], secret_key[BUS_KEY_TEXT];

	if (argc > 1) {
		fprintf(stderr, "invigil-app: bus-key takes no arguments\n");
		return 2;
	}
	if (bus_key_make(public_key, secret_key) != OK) {
		fprintf(stderr, "invigil-app: bus-key: this libzmq was built without CURVE\n");
		return 1;
	}
	printf("# for this host's invigil.conf, and for no other eyes\n"
	       "bus_secret_key = \"%s\"\n"
	       "\n"
	       "# one of the keys in bus_peer_keys of each host that this one talks to\n"
	       "#bus_peer_keys = \"%s\"\n",
	       secret_key, public_key);
	explicit_bzero(secret_key, sizeof(secret_key));
	return 0;
}
