#include "fcgi-app/admin/token.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/token.h"
#include "domain/account.h"
#include "fcgi-app/admin/operator.h"

enum { HOURS_MOST = 24 * 366 };

static int usage(void)
{
	fprintf(stderr, "usage: invigil-app token EMAIL [--hours 1..%d]\n", HOURS_MOST);
	return 2;
}

/* A token for an account that may not sign in would be refused wherever it is shown: so it isn't made. */
static enum err issue(struct operator* op, const char *email, int64_t seconds, const char **ret)
{
	struct actor actor;
	struct doc user;
	enum err err = account_find(&op->domain, email, &actor, &user);

	if (err == OK)
		err = account_check(&op->domain, &actor);
	return err == OK ? token_issue(op->keys, op->arena, &actor, seconds, ret) : err;
}

static int print_token(const struct config *config, const char *email, int64_t seconds)
{
	const char *token = NULL;
	struct operator op;
	int status = 1;

	if (operator_init(&op, config)) {
		enum err err = issue(&op, email, seconds, &token);

		if (err == OK)
			printf("%s\n", token);
		else if (err == ERR_AUTH_FAILED)
			fprintf(stderr, "invigil-app: token: the account %s is not active\n", email);
		else if (err == ERR_CONFIG)
			fprintf(stderr,
				"invigil-app: token: there is no jwt_private_key_file to sign with\n");
		else
			(void)operator_result(&op, "token", err);
		status = err == OK ? 0 : 1;
	}
	operator_done(&op);
	return status;
}

int token_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	static const struct option options[] = {{"hours", required_argument, NULL, 'h'}, {0}};
	int64_t seconds = config->access_token_seconds;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		char *end = "?";
		long hours = option == 'h' ? strtol(optarg, &end, 10) : 0;

		if (*end || hours < 1 || hours > HOURS_MOST)
			return usage();
		seconds = hours * 3600;
	}
	return argc - optind == 1 ? print_token(config, argv[optind], seconds) : usage();
}
