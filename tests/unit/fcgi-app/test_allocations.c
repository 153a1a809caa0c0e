/* Every allocation that a request makes fails once: its own, its handler's, the libraries'. Each time the
 * request is answered with 503 or 500, or as if nothing had been; the process goes on, and has lost no block.
 * An arena of blocks of one byte makes an allocation of each that is made from it. The requests are those
 * that the fuzzer begins with: one for every route. */
#include "fcgi-app/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "domain/sheets.h"
#include "tests/support/database.h"
#include "tests/support/failing.h"
#include "tests/support/request.h"

#define FOLDER "tests/fuzz/corpus/request"

static struct service service;
static struct config *config;
static struct token_keys *keys;
static struct tally *tally;
static struct arena *kept;
static const char *tokens[TOLD_ROLES];

static int set_up(void **state)
{
	char problem[160];

	(void)state;
	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_ALLOWED_ORIGINS", "https://school.example", 1);
	kept = arena_new(0);
	if (!kept || config_load(NULL, CONFIG_APP, stderr, &config) || token_keys_new(config, problem, &keys))
		return -1;
	tally = tally_new(1);
	service = (struct service){.config = config, .keys = keys, .db = db_new("", "", 0), .tally = tally};
	return service.db && tally && told_tokens(kept, keys, tokens) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	db_free(service.db);
	tally_free(tally);
	token_keys_free(keys);
	config_free(config);
	arena_free(kept);
	return 0;
}

static int wrongs;
static bool warming; /* and then nothing is */

/* All that is wrong is told, and then the test has failed. */
static void PRINTF_LIKE(1, 2) wrong(const char *format, ...)
{
	va_list args;

	if (warming)
		return;
	va_start(args, format);
	vprint_error(format, args);
	va_end(args);
	wrongs++;
}

/* A request, and what has come of it. */
struct trial {
	const char *name;
	char text[8192];
	size_t len;
	bool failed;  /* the allocation was made */
	bool refused; /* before there was a request */
	enum err err;
	int status;
	char reply[65536]; /* "" without memory for it */
};

static void read_text(struct trial *trial)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), FOLDER "/%s", trial->name);
	file = fopen(path, "rb");
	assert_non_null(file);
	trial->len = fread(trial->text, 1, sizeof(trial->text), file);
	fclose(file);
}

static void answer(struct trial *trial, struct arena *arena, const struct told *told)
{
	struct request request;
	struct outcome outcome;
	struct buf out;

	trial->refused = request_init(&request, arena, &told->exchange) != OK;
	if (trial->refused)
		return;
	dispatch(&service, &request, &outcome);
	trial->err = outcome.err;
	trial->status = outcome.response.status;
	buf_init(&out, arena);
	if (response_write(&outcome.response, &request, &out))
		snprintf(trial->reply, sizeof(trial->reply), "%s", out.data);
}

/* Answers it while the n-th allocation fails; 0: none does. */
static void run(struct trial *trial, long n)
{
	long before = failing_blocks();
	struct arena *small = arena_new(1), *large = arena_new(0);
	struct id version = id_make();
	struct told told;

	id_format(&version, database_version);
	told_request(large, tokens, trial->text, trial->len, &told);
	trial->reply[0] = '\0';
	failing_arm(n);
	answer(trial, small, &told);
	trial->failed = failing_disarm();
	arena_free(small);
	arena_free(large);
	if (failing_blocks() != before)
		wrong("%s: %ld blocks are lost with allocation %ld\n", trial->name, failing_blocks() - before,
		      n);
	if (database_transactions)
		wrong("%s: a transaction stays open with allocation %ld\n", trial->name, n);
}

/* What replies have in them that is new each time: ids, tokens, times. */
static bool same_reply(const struct trial *a, const struct trial *b, bool steady)
{
	return a->status == b->status && (!steady || strcmp(a->reply, b->reply) == 0);
}

static void check(const struct trial *good, const struct trial *trial, long n, bool steady)
{
	if (trial->refused || !*trial->reply || trial->status == 500 || trial->status == 503)
		return;
	if (!same_reply(good, trial, steady))
		wrong("%s: without allocation %ld the answer is %d %s instead of %d:\n%s\n", good->name, n,
		      trial->status, err_code(trial->err), good->status, trial->reply);
}

static long fail_each(const char *name)
{
	static struct trial good, again, trial;
	long n = 0;
	bool steady;

	good.name = trial.name = again.name = name;
	read_text(&good);
	read_text(&again);
	read_text(&trial);
	run(&again, 0);
	usleep(2000); /* a time that it tells is another now */
	run(&good, 0);
	steady = strcmp(good.reply, again.reply) == 0;
	assert_true(good.status >= 200 && good.status < 500);
	do {
		run(&trial, ++n);
		if (trial.failed)
			check(&good, &trial, n, steady);
	} while (trial.failed);
	assert_true(same_reply(&good, &trial, steady));
	return n - 1;
}

/* What is kept for the next time shall be kept before anything is counted: papers, as many as there is room
 * for. And OpenSSL remembers its last sixteen errors. */
static void warm_up(void)
{
	static struct trial trial = {.name = "attempt_submit"};

	read_text(&trial);
	for (int i = 0; i < SHEETS_MAX; i++) {
		struct id version = id_make();
		struct arena *arena = arena_new(0);
		struct told told;

		id_format(&version, database_version);
		told_request(arena, tokens, trial.text, trial.len, &told);
		answer(&trial, arena, &told);
		assert_int_equal(trial.status, 200);
		arena_free(arena);
	}
	warming = true;
	for (int i = 0; i < 2; i++)
		(void)fail_each("attempt_submit");
	warming = false;
}

static void test_requests(void **state)
{
	DIR *folder = opendir(FOLDER);
	long failed = 0;
	int count = 0;

	(void)state;
	assert_non_null(folder);
	warm_up();
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		failed += fail_each(entry->d_name);
		count++;
	}
	closedir(folder);
	assert_true(count >= ROUTE_COUNT);
	assert_int_equal(wrongs, 0);
	print_message("%ld allocations of %d requests failed\n", failed, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests_name("allocations", tests, set_up, tear_down);
}
