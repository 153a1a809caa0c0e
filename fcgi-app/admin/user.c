/* Accounts from the command line. They go through the same domain functions as REST's. */
#include "fcgi-app/admin/user.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "domain/account.h"
#include "fcgi-app/admin/files.h"
#include "fcgi-app/admin/operator.h"
#include "fcgi-app/admin/person.h"
#include "queries.h"

static int usage(void)
{
	fprintf(
	    stderr,
	    "usage: invigil-app user add --email E --name N --role ADMIN|TEACHER|STUDENT|SERVICE\n"
	    "                            [--password-stdin] [--if-missing]\n"
	    "       invigil-app user passwd EMAIL [--password-stdin]\n"
	    "       invigil-app user list [--role R]\n"
	    "       invigil-app user export EMAIL\n"
	    "       invigil-app user erase EMAIL\n"
	    "Without --password-stdin the password is INVIGIL_PASSWORD's, or a new one that is printed.\n");
	return 2;
}

struct arguments {
	const char *email, *name, *role;
	bool from_stdin, if_missing;
};

static bool arguments_read(int argc, char *argv[], struct arguments *ret)
{
	static const struct option options[] = {
	    {"email", required_argument, NULL, 'e'}, {"name", required_argument, NULL, 'n'},
	    {"role", required_argument, NULL, 'r'},  {"password-stdin", no_argument, NULL, 'p'},
	    {"if-missing", no_argument, NULL, 'm'},  {0},
	};
	int option;

	memset(ret, 0, sizeof(*ret));
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return false;
		ret->email = option == 'e' ? optarg : ret->email;
		ret->name = option == 'n' ? optarg : ret->name;
		ret->role = option == 'r' ? optarg : ret->role;
		ret->from_stdin |= option == 'p';
		ret->if_missing |= option == 'm';
	}
	if (optind < argc && !ret->email)
		ret->email = argv[optind++];
	return optind == argc;
}

/* --- passwords --- */

struct password {
	char text[1024];
	bool made; /* by us: the operator has to be told */
};

/* One line of stdin, without its end. */
static bool password_from_stdin(struct password *password)
{
	size_t len;

	if (!fgets(password->text, sizeof(password->text), stdin)) {
		fprintf(stderr, "invigil-app: no password on stdin\n");
		return false;
	}
	len = strcspn(password->text, "\r\n");
	password->text[len] = '\0';
	return true;
}

static bool password_get(const struct arguments *args, struct password *password)
{
	const char *given = getenv("INVIGIL_PASSWORD");

	password->made = false;
	if (args->from_stdin)
		return password_from_stdin(password);
	if (given && *given) {
		snprintf(password->text, sizeof(password->text), "%s", given);
		return true;
	}
	_Static_assert(sizeof(password->text) >= REFRESH_TOKEN_TEXT, "a random text fits");
	refresh_token_make(password->text);
	password->text[20] = '\0';
	password->made = true;
	return true;
}

static void password_tell(const struct password *password)
{
	if (password->made)
		printf("password: %s\n", password->text);
}

/* --- the commands --- */

static int user_add(struct operator* op, const struct arguments *args)
{
	struct account_input in = {.email = args->email, .full_name = args->name, .role = args->role};
	struct password password;
	struct doc user;
	enum err err;

	if (!args->email || !args->name || !args->role)
		return usage();
	if (!password_get(args, &password))
		return 1;
	in.password = password.text;
	err = account_create(&op->domain, &OPERATOR, &in, &user);
	if (err == ERR_EMAIL_TAKEN && args->if_missing)
		return 0;
	if (err == OK) {
		printf("%s\n", user.text);
		password_tell(&password);
	}
	return operator_result(op, "user add", err);
}

static int user_passwd(struct operator* op, const struct arguments *args)
{
	struct account_change change = {.has_password = true};
	struct password password;
	struct actor actor;
	struct doc user;
	enum err err;

	if (!args->email)
		return usage();
	if (!password_get(args, &password))
		return 1;
	change.password = password.text;
	err = account_find(&op->domain, args->email, &actor, &user);
	if (err == OK)
		err = account_update(&op->domain, &OPERATOR, &actor.user_id, &change, &user);
	if (err == OK)
		password_tell(&password);
	return operator_result(op, "user passwd", err);
}

/* People choose their own names. */
static void print_account(const struct rows *rows, int row)
{
	printf("%s  %-7s  %-8s  ", rows_text(rows, row, "id"), rows_text(rows, row, "role"),
	       rows_bool(rows, row, "active") ? "active" : "inactive");
	file_print(stdout, rows_text(rows, row, "email"));
	fputs("  ", stdout);
	file_print(stdout, rows_text(rows, row, "full_name"));
	putchar('\n');
}

static int user_list(struct operator* op, const struct arguments *args)
{
	struct rows *rows;
	enum role role;
	enum err err;

	if (args->role && !role_parse(args->role, &role))
		return usage();
	err = q_admin_users(op->db, op->arena, args->role, &rows);
	for (int i = 0; err == OK && i < rows_count(rows); i++)
		print_account(rows, i);
	return operator_result(op, "user list", err);
}

static int user_export(struct operator* op, const struct arguments *args)
{
	return args->email ? person_export(op, args->email) : usage();
}

static int user_erase(struct operator* op, const struct arguments *args)
{
	return args->email ? person_erase(op, args->email) : usage();
}

static const struct {
	const char *name;
	int (*run)(struct operator* op, const struct arguments *args);
	bool patient; /* it reads every event there is */
} COMMANDS[] = {
    {"add", user_add, false},	   {"passwd", user_passwd, false}, {"list", user_list, false},
    {"export", user_export, true}, {"erase", user_erase, true},
};

int user_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	struct arguments args;
	struct operator op;
	int status = 1;

	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(COMMANDS); i++) {
		if (strcmp(argv[1], COMMANDS[i].name) != 0)
			continue;
		if (!arguments_read(argc - 1, argv + 1, &args))
			return usage();
		if (COMMANDS[i].patient ? operator_init_patient(&op, config) : operator_init(&op, config))
			status = COMMANDS[i].run(&op, &args);
		operator_done(&op);
		return status;
	}
	return usage();
}
