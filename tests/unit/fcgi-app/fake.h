/* Requests made in memory: CGI variables in an array, a body in a string, the reply in a buffer. */
#ifndef INVIGIL_TESTS_FAKE_H
#define INVIGIL_TESTS_FAKE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-app/http/request.h"

#define FAKE_VARIABLES 12

struct fake {
	const char *variables[FAKE_VARIABLES];
	const char *body;
	size_t at; /* read so far */
	struct exchange exchange;
};

static inline size_t fake_read(void *stream, char *into, size_t len)
{
	struct fake *fake = stream;
	const size_t left = strlen(fake->body) - fake->at, part = len < left ? len : left;
	memcpy(into, fake->body + fake->at, part);
	fake->at += part;
	return part;
}

static inline void fake_request(struct request *request, struct arena *arena, struct fake *fake)
{
	fake->exchange = (struct exchange){
	    .variables = (char *const *)(uintptr_t)fake->variables, .read = fake_read, .stream = fake};
	if (!fake->body)
		fake->body = "";
	assert_int_equal(request_init(request, arena, &fake->exchange), OK);
}

#endif
