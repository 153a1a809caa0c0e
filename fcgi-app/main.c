/* invigil-app: the REST workers and the operator's tool, one program.
 *
 * Called with a subcommand it runs that. Called without one it finds out who called: a web server that gives
 * it a listening FastCGI socket on fd 0, or one that speaks plain CGI through the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "base/process.h"
#include "core/config.h"
#include "core/log_config.h"
#include "core/version.h"
#include "fcgi-app/admin/audit.h"
#include "fcgi-app/admin/bus_key.h"
#include "fcgi-app/admin/check_config.h"
#include "fcgi-app/admin/doctor.h"
#include "fcgi-app/admin/migrate.h"
#include "fcgi-app/admin/paper.h"
#include "fcgi-app/admin/purge.h"
#include "fcgi-app/admin/roster.h"
#include "fcgi-app/admin/token.h"
#include "fcgi-app/admin/user.h"
#include "fcgi-app/http/route.h"
#include "fcgi-app/master.h"
#include "fcgi-app/worker.h"

static int serve_command(const struct config *config, const char *config_path, int argc, char *argv[] UNUSED)
{
	if (argc > 1) {
		fprintf(stderr, "invigil-app: serve takes no arguments\n");
		return 2;
	}
	return master_run(config, config_path);
}

static int routes_command(const struct config *config UNUSED, const char *config_path UNUSED, int argc UNUSED,
			  char *argv[] UNUSED)
{
	routes_print(stdout);
	return 0;
}

static const struct command {
	const char *name;
	/* argv[0] is the subcommand's name; the result is the exit status */
	int (*run)(const struct config *config, const char *config_path, int argc, char *argv[]);
	bool configured;	     /* needs the configuration … */
	enum config_service service; /* … by whose rules it is checked */
	const char *arguments;
	const char *help;
} COMMANDS[] = {
    {"serve", serve_command, true, CONFIG_APP, "", "answer REST calls on app_socket, in the foreground"},
    {"migrate", migrate_command, true, CONFIG_APP, "[--force]",
     "bring the database to this version's schema"},
    {"user", user_command, true, CONFIG_APP, "ACTION [...]", "accounts; without more it tells how"},
    {"token", token_command, true, CONFIG_APP, "EMAIL [--hours N]", "print an access token for a user"},
    {"audit", audit_command, true, CONFIG_APP, "verify|export ID",
     "recompute, or print, a session's chain of events"},
    {"paper", paper_command, true, CONFIG_APP, "import|export",
     "bring a paper from another program, or into one"},
    {"roster", roster_command, true, CONFIG_APP, "import CLASS FILE",
     "enrol the students of a spreadsheet in a class"},
    {"purge", purge_command, true, CONFIG_APP, "--older-than 365d", "remove sessions that ended long ago"},
    {"bus-key", bus_key_command, false, CONFIG_APP, "",
     "make a key pair for a bus over tcp://, and print it"},
    {"check-config", check_config_command, true, CONFIG_BOTH, "[--quiet]",
     "check the settings and print them"},
    {"doctor", doctor_command, false, CONFIG_BOTH, "[--url URL]",
     "look at all of it, and say what isn't well"},
    {"routes", routes_command, false, CONFIG_APP, "", "print every REST route and who may call it"},
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
		if (strcmp(COMMANDS[i].name, name) == 0)
			return &COMMANDS[i];
	return NULL;
}

static void print_usage(FILE *out)
{
	fprintf(out, "usage: invigil-app [--config FILE] COMMAND\n"
		     "       invigil-app --help | --version\n\ncommands:\n");
	for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
		fprintf(out, "  %-12s %-18s %s\n", COMMANDS[i].name, COMMANDS[i].arguments, COMMANDS[i].help);
}

static int print_help(void)
{
	print_usage(stdout);
	printf("\nWithout a command it serves the FastCGI socket on its standard input, or one plain CGI "
	       "request.\n"
	       "\nSettings, from FILE (else INVIGIL_CONFIG's, else /etc/invigil/invigil.conf), each also in "
	       "the\n"
	       "environment as INVIGIL_NAME:\n\n");
	config_help(CONFIG_APP, stdout);
	return 0;
}

/* Spawned by a web server, one way or the other. */
static bool is_fastcgi(void)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

static int run_spawned(const struct config *config, const char *config_path UNUSED, int argc UNUSED,
		       char *argv[] UNUSED)
{
	return is_fastcgi() ? worker_run(config, 0) : worker_cgi(config);
}

static const struct command SPAWNED = {.run = run_spawned, .configured = true, .service = CONFIG_APP};

static int run(const struct command *command, const char *config_path, int argc, char *argv[])
{
	struct config *config = NULL;
	int status;

	if (command->configured) {
		if (config_load(config_path, command->service, stderr, &config) != OK)
			return 1;
		log_configure("app", config);
	}
	status = command->run(config, config_path, argc, argv);
	config_free(config);
	return status;
}

int main(int argc, char *argv[])
{
	const char *config_path = config_default_path();
	const struct command *command = NULL;
	int at = 1;

	process_seclude();
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return print_help();
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		VERSION_PRINT("invigil-app");
		return 0;
	}
	if (argc > at + 1 && strcmp(argv[at], "--config") == 0) {
		config_path = argv[at + 1];
		at += 2;
	} else if (argc > at && strncmp(argv[at], "--config=", 9) == 0) {
		config_path = argv[at++] + 9;
	}
	if (at < argc)
		command = command_find(argv[at]);
	else if (is_fastcgi() || getenv("GATEWAY_INTERFACE") || getenv("REQUEST_METHOD"))
		command = &SPAWNED;
	if (!command) {
		if (at < argc)
			fprintf(stderr, "invigil-app: unknown command %s\n", argv[at]);
		print_usage(stderr);
		return 2;
	}
	return run(command, config_path, argc - at, argv + at);
}
