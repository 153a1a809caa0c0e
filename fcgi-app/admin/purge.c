/* A purge in batches: it can be ended at any moment, and goes on where it was when it is called again. */
#include "fcgi-app/admin/purge.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-app/admin/operator.h"
#include "queries.h"

enum { DAYS_MOST = 36500, TABLES_MOST = 32 };

#define BATCH_EVENTS 20000 /* locks nobody out for long; a larger session is a batch of its own */

struct purge {
	struct operator op;
	int64_t days;
	bool dry;
	struct id after; /* the last session that was looked at */
	struct {
		char name[64];
		int64_t total;
	} tables[TABLES_MOST];
	int count;
};

static int usage(void)
{
	fprintf(stderr,
		"usage: invigil-app purge --older-than DAYSd [--dry-run]\n"
		"DAYS: 1 to %d, for example 365d; sessions that ended longer ago are removed for good.\n",
		DAYS_MOST);
	return 2;
}

/* "365d". What is meant by anything else could be guessed, and the guess would be paid with evidence. */
static bool days_parse(const char *text, int64_t *ret)
{
	char *end;
	long days;

	if (*text < '0' || *text > '9')
		return false;
	days = strtol(text, &end, 10);
	if (strcmp(end, "d") != 0 || days < 1 || days > DAYS_MOST)
		return false;
	*ret = days;
	return true;
}

static bool arguments_read(int argc, char *argv[], struct purge *ret)
{
	static const struct option options[] = {
	    {"older-than", required_argument, NULL, 'o'}, {"dry-run", no_argument, NULL, 'n'}, {0}};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?' || (option == 'o' && !days_parse(optarg, &ret->days)))
			return false;
		ret->dry |= option == 'n';
	}
	return ret->days > 0 && optind == argc;
}

/* Adds a batch to the sums. */
static void add(struct purge *purge, const struct rows *rows)
{
	for (int row = 0; row < rows_count(rows) && row < TABLES_MOST; row++) {
		snprintf(purge->tables[row].name, sizeof(purge->tables[row].name), "%s",
			 rows_text(rows, row, "name"));
		purge->tables[row].total += rows_int(rows, row, "total");
		purge->count = row + 1;
	}
}

static enum err run(struct purge *purge, const char *before)
{
	struct operator* op = & purge->op;
	struct arena *memory = arena_new(0);
	enum err err = memory ? OK : ERR_MEMORY;
	struct rows *rows;

	while (err == OK) {
		arena_reset(memory);
		err =
		    q_purge_sessions(op->db, memory, before, &purge->after, BATCH_EVENTS, purge->dry, &rows);
		if (err != OK || rows_count(rows) == 0)
			break;
		add(purge, rows);
		purge->after = rows_id(rows, 0, "last_id");
		fprintf(stderr, "%" PRId64 " sessions %s\n", purge->tables[0].total,
			purge->dry ? "found" : "removed");
	}
	arena_free(memory);
	return err;
}

static void print_sheet(const struct purge *purge, const char *before)
{
	printf("%s what ended before %s:\n", purge->dry ? "to be removed, were this no dry run:" : "removed",
	       before);
	for (int i = 0; i < purge->count; i++)
		printf("  %-24s %12" PRId64 "\n", purge->tables[i].name, purge->tables[i].total);
	if (purge->count == 0)
		printf("  nothing\n");
}

int purge_command(const struct config *config, const char *config_path UNUSED, int argc, char *argv[])
{
	struct purge purge = {0};
	int status = 1;

	if (!arguments_read(argc, argv, &purge))
		return usage();
	if (operator_init_patient(&purge.op, config)) {
		struct rows *rows;
		enum err err = q_purge_before(purge.op.db, purge.op.arena, purge.days, &rows);

		if (err == OK) {
			err = run(&purge, rows_text(rows, 0, "before"));
			/* also after a failure: what is gone is gone, and has to be told */
			print_sheet(&purge, rows_text(rows, 0, "told"));
		}
		status = operator_result(&purge.op, "purge", err);
	}
	operator_done(&purge.op);
	return status;
}
