#include "fcgi-app/admin/roster.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/roster.h"
#include "fcgi-app/admin/files.h"
#include "fcgi-app/admin/operator.h"

static int usage(void)
{
	fprintf(stderr, "usage: invigil-app roster import CLASS-ID FILE.csv [--dry-run]\n"
			"FILE may be -. Accounts are found by their email address; none is made.\n");
	return 2;
}

static const char *text_of(const json_value *line, const char *name)
{
	const char *text = json_text(json_member(line, name));
	return text ? text : "-";
}

/* "3 ada@school.example added", a line for each of the file's. */
static enum err print_report(struct operator* op, const struct doc *report)
{
	json_value *value;
	int64_t number = 0, added = 0;
	enum err err = json_parse_object(op->arena, report->text, report->len, &value);
	const json_value *lines = err == OK ? json_member(value, "lines") : NULL;

	for (size_t i = 0; i < json_count(lines); i++) {
		const json_value *line = json_item(lines, i);

		if (!json_whole(json_member(line, "line"), &number))
			continue;
		printf("%" PRId64 " ", number);
		file_print(stdout, text_of(line, "email"));
		printf(" %s\n", text_of(line, "outcome"));
	}
	if (err == OK && json_whole(json_member(value, "added"), &added))
		printf("%" PRId64 " added\n", added);
	return err;
}

static int import(struct operator* op, const struct id *class_id, const char *path, bool dry_run)
{
	struct doc report;
	const char *bytes;
	size_t len;

	if (!file_read(op->arena, path, &bytes, &len))
		return 1;
	enum err err = class_roster(&op->domain, &OPERATOR, class_id, bytes, len, dry_run, &report);
	if (err == OK)
		err = print_report(op, &report);
	return operator_result(op, "roster import", err);
}

int roster_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	const bool dry_run = argc == 5 && strcmp(argv[4], "--dry-run") == 0;
	struct id class_id;
	struct operator op;
	int status = 1;

	if (argc != 4 + dry_run || strcmp(argv[1], "import") != 0 || !id_parse(argv[2], &class_id))
		return usage();
	if (operator_init(&op, config))
		status = import(&op, &class_id, argv[3], dry_run);
	operator_done(&op);
	return status;
}
