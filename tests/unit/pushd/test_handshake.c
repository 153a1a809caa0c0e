/* Heads before and after the token has been moved. */
#include "pushd/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define GET "GET /x HTTP/1.1\r\nHost: h\r\n"

static void test_end(void **state)
{
	static const struct {
		const char *bytes;
		size_t end;
	} rows[] = {
	    {"", 0}, {"GET / HTTP/1.1\r\n", 0}, {"\r\n\r", 0}, {"\r\n\r\n", 4}, {"a\r\n\r\nbody", 5},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(handshake_end(rows[i].bytes, strlen(rows[i].bytes)), rows[i].end);
}

static void test_rewrite(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: the same */
	} rows[] = {
	    {GET "\r\n", NULL},
	    {GET "\r\nSec-WebSocket-Protocol: bearer, no.head.any.more\r\n", NULL},
	    {GET "Sec-WebSocket-Protocol: invigil\r\n\r\n", GET "\r\n"},
	    {GET "Sec-WebSocket-Protocol:\r\nX: y\r\n\r\n", GET "X: y\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: bearer\r\n\r\n", NULL},
	    {GET "Sec-WebSocket-Protocol: bearer,\r\n\r\n", GET "Sec-WebSocket-Protocol: bearer\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: bearer2, a.b.c\r\nAuthorization: Bearer z\r\n\r\n",
	     GET "Authorization: Bearer z\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: a.b.c, bearer\r\nAuthorization: Bearer z\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer z\r\n\r\n"},
	    {GET "X-Sec-WebSocket-Protocol: bearer, a.b.c\r\n\r\n", NULL},
	    {GET "Authorization: Bearer z\r\n\r\n", NULL},
	    {"Sec-WebSocket-Protocol: bearer, a.b.c\r\n\r\n", NULL},
	    {GET "Sec-WebSocket-Protocol: bearer, a.b.c\r\nX: y\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer a.b.c\r\nX: y\r\n\r\n"},
	    {GET "sec-websocket-protocol:bearer,a.b.c\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer a.b.c\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: \t bearer \t,  a.b.c  , other\r\n\r\nbehind",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer a.b.c\r\n\r\nbehind"},
	    {GET "Sec-WebSocket-Protocol: invigil, bearer, a.b.c\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer a.b.c\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: bearer\r\nSec-WebSocket-Protocol: a.b.c\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer a.b.c\r\n\r\n"},
	    {GET "Authorization: Basic x\r\nSec-WebSocket-Protocol: bearer, t\r\nauthorization: y\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer t\r\n\r\n"},
	    {GET "Sec-WebSocket-Protocol: bearer, t\r\nSec-WebSocket-Protocol: bearer, u\r\n\r\n",
	     GET "Sec-WebSocket-Protocol: bearer\r\nAuthorization: Bearer t\r\n\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out;

		buf_init(&out, NULL);
		handshake_rewrite(rows[i].in, strlen(rows[i].in), &out);
		assert_false(out.failed);
		assert_string_equal(out.data, rows[i].out ? rows[i].out : rows[i].in);
		buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_end),
	    cmocka_unit_test(test_rewrite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
