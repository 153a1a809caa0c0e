#include "fcgi-app/admin/operator.h"

#include <stdio.h>
#include <string.h>

#include "fcgi-app/admin/files.h"

const struct actor OPERATOR = {.role = ROLE_ADMIN};

#define PATIENT_MS (60 * 60 * 1000) /* what is done to a whole table takes its time */

static bool init(struct operator* op, const struct config *config, int timeout_ms)
{
	char problem[160] = "out of memory";

	memset(op, 0, sizeof(*op));
	if (token_keys_new(config, problem, &op->keys) != OK) {
		fprintf(stderr, "invigil-app: %s\n", problem);
		return false;
	}
	op->db = db_configured(config, "invigil-app operator", timeout_ms);
	op->arena = arena_new(0);
	if (!op->db || !op->arena) {
		fprintf(stderr, "invigil-app: out of memory\n");
		return false;
	}
	domain_init(&op->domain, op->db, op->arena, config, op->keys);
	return true;
}

bool operator_init(struct operator* op, const struct config *config)
{
	return init(op, config, (int)config->database_timeout_ms);
}

bool operator_init_patient(struct operator* op, const struct config *config)
{
	return init(op, config, PATIENT_MS);
}

void operator_done(struct operator* op)
{
	arena_free(op->arena);
	db_free(op->db);
	token_keys_free(op->keys);
}

int operator_result(const struct operator* op, const char *what, enum err err)
{
	if (err == OK)
		return 0;
	if (err == ERR_VALIDATION) {
		for (const struct problem *problem = op->domain.problems.first; problem;
		     problem = problem->next) {
			fprintf(stderr, "invigil-app: %s: %s ", what, problem->field);
			file_print(stderr, problem->message);
			putc('\n', stderr);
		}
		return 1;
	}
	fprintf(stderr, "invigil-app: %s: %s\n", what, err_sentence(err));
	if ((err == ERR_UNAVAILABLE || err == ERR_INTERNAL) && db_message(op->db)[0])
		fprintf(stderr, "invigil-app: the database says: %s\n", db_message(op->db));
	return 1;
}
