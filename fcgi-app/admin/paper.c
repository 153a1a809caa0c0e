/* The same readers and writers as REST's, for files by the dozen. What became of each item that isn't in the
 * paper as it was goes to the standard output, a line each. */
#include "fcgi-app/admin/paper.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/account.h"
#include "domain/test.h"
#include "fcgi-app/admin/files.h"
#include "fcgi-app/admin/operator.h"
#include "fcgi-app/papers/papers.h"

static int usage(void)
{
	fprintf(stderr,
		"usage: invigil-app paper import FILE --teacher EMAIL [--format gift|aiken|moodle|qti]\n"
		"                                [--title T]\n"
		"       invigil-app paper import FILE --dry-run [...]\n"
		"       invigil-app paper export TEST-ID --format qti3|gift\n"
		"FILE may be -, and the format is found out unless it is said.\n");
	return 2;
}

struct arguments {
	const char *object, *format, *title, *teacher;
	bool dry_run;
};

static bool arguments_read(int argc, char *argv[], struct arguments *ret)
{
	static const struct option options[] = {
	    {"format", required_argument, NULL, 'f'},
	    {"title", required_argument, NULL, 't'},
	    {"teacher", required_argument, NULL, 'e'},
	    {"dry-run", no_argument, NULL, 'd'},
	    {0},
	};
	int option;

	memset(ret, 0, sizeof(*ret));
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return false;
		ret->format = option == 'f' ? optarg : ret->format;
		ret->title = option == 't' ? optarg : ret->title;
		ret->teacher = option == 'e' ? optarg : ret->teacher;
		ret->dry_run |= option == 'd';
	}
	if (optind < argc)
		ret->object = argv[optind++];
	return ret->object && optind == argc;
}

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* --- import --- */

/* "Question 3 (line 12): left out: an essay has no key to be marked by" */
static void print_remark(const json_value *remark)
{
	const char *item = json_text(json_member(remark, "item"));
	int64_t line;

	file_print(stdout, item ? item : "paper");
	if (json_whole(json_member(remark, "line"), &line))
		printf(" (line %" PRId64 ")", line);
	printf(": %s: ",
	       strcmp(json_text(json_member(remark, "outcome")), "left_out") == 0 ? "left out" : "changed");
	file_print(stdout, json_text(json_member(remark, "message")));
	putchar('\n');
}

static enum err print_report(struct operator* op, const struct paper_import *paper)
{
	json_value *report, *content;
	int64_t questions = 0;
	enum err err = json_parse(op->arena, paper->report, strlen(paper->report), &report);

	if (err == OK)
		err = json_parse_object(op->arena, paper->content, strlen(paper->content), &content);
	if (err != OK)
		return err;
	for (size_t i = 0; i < json_count(report); i++)
		print_remark(json_item(report, i));
	if (!json_whole(json_member(content, "total_questions"), &questions))
		return ERR_INTERNAL;
	file_print(stdout, json_text(json_member(content, "title")));
	printf(": %" PRId64 " question%s read as %s\n", questions, questions == 1 ? "" : "s", paper->format);
	return OK;
}

/* The paper is that teacher's then, and so must be somebody's who may have one. */
static enum err create(struct operator* op, const char *email, const struct paper_import *paper)
{
	struct doc user, test;
	struct actor actor;
	json_value *made;
	enum err err = account_find(&op->domain, email, &actor, &user);

	if (err == OK && !(actor.role & ROLES_STAFF))
		err = ERR_ACCESS_DENIED;
	if (err == OK)
		err = test_create(&op->domain, &actor, paper->content, &test);
	if (err == OK)
		err = json_parse_object(op->arena, test.text, test.len, &made);
	if (err == OK)
		printf("made test %s\n", json_text(json_member(made, "id")));
	return err;
}

static int import(struct operator* op, const struct arguments *args)
{
	struct paper_import paper = {0};
	const char *bytes;
	size_t len;

	if (!args->teacher == !args->dry_run || (args->format && !is_among(args->format, IMPORT_FORMATS)))
		return usage();
	if (!file_read(op->arena, args->object, &bytes, &len))
		return 1;
	enum err err = paper_import(&op->domain, args->format, args->title, bytes, len, &paper);
	if (err == OK)
		err = print_report(op, &paper);
	if (err == OK && args->teacher)
		err = create(op, args->teacher, &paper);
	return operator_result(op, "paper import", err);
}

/* --- export --- */

static int export(struct operator* op, const struct arguments *args)
{
	struct paper_export file = {0};
	struct id test_id;
	struct doc test;

	if (!args->format || !is_among(args->format, EXPORT_FORMATS) || !id_parse(args->object, &test_id))
		return usage();
	if (isatty(STDOUT_FILENO) && strcmp(args->format, "qti3") == 0) {
		fprintf(stderr, "invigil-app: a package is a .zip: direct it into a file\n");
		return 2;
	}
	enum err err = test_get(&op->domain, &OPERATOR, &test_id, &test);
	if (err == OK)
		err = paper_export(&op->domain, args->format, &test, &file);
	if (err == OK && (fwrite(file.bytes, 1, file.len, stdout) != file.len || fflush(stdout) != 0))
		err = ERR_INTERNAL;
	return operator_result(op, "paper export", err);
}

static const struct {
	const char *name;
	int (*run)(struct operator* op, const struct arguments *args);
} ACTIONS[] = {{"import", import}, {"export", export}};

int paper_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	struct arguments args;
	struct operator op;
	int status = 1;

	for (size_t i = 0; argc > 2 && i < ARRAY_LEN(ACTIONS); i++) {
		if (strcmp(argv[1], ACTIONS[i].name) != 0 || !arguments_read(argc - 1, argv + 1, &args))
			continue;
		if (operator_init(&op, config))
			status = ACTIONS[i].run(&op, &args);
		operator_done(&op);
		return status;
	}
	return usage();
}
