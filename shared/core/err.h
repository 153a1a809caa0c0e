/* One enum for everything that can fail, born in err.def. */
#ifndef INVIGIL_CORE_ERR_H
#define INVIGIL_CORE_ERR_H

#include "base/compiler.h"

enum err {
	OK = 0,
#define ERR(symbol, status, code, sentence) symbol,
#include "core/err.def"
#undef ERR
	ERR_COUNT
};

/* 200 for OK. */
int err_status(enum err err);
/* The public code, "" for OK. */
const char *err_code(enum err err);
const char *err_sentence(enum err err);
/* The error with this public code; OK for "" or NULL, ERR_INTERNAL for a code that no row has. Where rows
 * share a code, the first wins. */
enum err err_from_code(const char *code);

#endif
