#include "core/err.h"

#include <stddef.h>
#include <string.h>

static const struct {
	int status;
	const char *code;
	const char *sentence;
} rows[] = {
    [OK] = {200, "", ""},
#define ERR(symbol, status, code, sentence) [symbol] = {status, code, sentence},
#include "core/err.def"
#undef ERR
};

/* A number that is no error is a bug of ours, and answered as one. */
static size_t row(enum err err)
{
	return (size_t)err < ARRAY_LEN(rows) ? (size_t)err : (size_t)ERR_INTERNAL;
}

int err_status(enum err err)
{
	return rows[row(err)].status;
}

const char *err_code(enum err err)
{
	return rows[row(err)].code;
}

const char *err_sentence(enum err err)
{
	return rows[row(err)].sentence;
}

enum err err_from_code(const char *code)
{
	if (!code)
		return OK;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].code, code) == 0)
			return (enum err)i;
	}
	return ERR_INTERNAL;
}
