/* Heads that are one, and all those that aren't quite. */
#include "pushd/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define GET	 "GET /x HTTP/1.1\r\n"
#define HOST	 "Host: h\r\n"
#define KEY	 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION	 "Sec-WebSocket-Version: 13\r\n"
#define UPGRADES "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
/* a text with a NUL in it */
#define BYTES(text) text, sizeof(text) - 1

static void test_fault(void **state)
{
	static const struct {
		const char *head;
		size_t len;
		int status; /* 0: no fault */
	} rows[] = {
	    {BYTES(GET HOST "\r\n"), 0},
	    {BYTES("GET / HTTP/1.0\r\n\r\n"), 0},
	    {BYTES(GET "host:h\r\nX:\r\nY: a\tb \xc3\xa9\r\n\r\n"), 0},
	    {BYTES("POST /x?a=b%20 HTTP/1.1\r\n" HOST "Content-Length: 12\r\n\r\n"), 0},
	    {BYTES("POST /x HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 0},
	    /* the first line */
	    {BYTES("\r\n"), 400},
	    {BYTES("GET\r\n\r\n"), 400},
	    {BYTES("GET /x\r\n\r\n"), 400},
	    {BYTES("GET  HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("G@T /x HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES(" GET /x HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("GET /x  HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("GET /x%00 HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("GET /x y HTTP/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("GET /x HTTP/1.10\r\n" HOST "\r\n"), 505},
	    {BYTES("GET /x HTTP/2.0\r\n" HOST "\r\n"), 505},
	    {BYTES("GET /x http/1.1\r\n" HOST "\r\n"), 400},
	    {BYTES("GET /x FTP/1.1\r\n" HOST "\r\n"), 400},
	    /* lines */
	    {BYTES(GET HOST "X: a\nY: b\r\n\r\n"), 400},
	    {BYTES(GET HOST "X: a\rY: b\r\n\r\n"), 400},
	    {BYTES(GET HOST "X: a\0b\r\n\r\n"), 400},
	    {BYTES(GET HOST "X: a\x7f\r\n\r\n"), 400},
	    {BYTES(GET HOST "X: a\r\n b\r\n\r\n"), 400},
	    {BYTES(GET HOST "X : a\r\n\r\n"), 400},
	    {BYTES(GET HOST ": a\r\n\r\n"), 400},
	    {BYTES(GET HOST "X\r\n\r\n"), 400},
	    {BYTES(GET "\r\n"), 400},
	    {BYTES(GET HOST "hOST: i\r\n\r\n"), 400},
	    /* where the body ends */
	    {BYTES(GET HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: 1, 1\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: +1\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: -1\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: 0x1\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length:\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: 1000000000000000000\r\n\r\n"), 400},
	    {BYTES(GET HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
	    {BYTES(GET HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), 400},
	    {BYTES(GET HOST "Transfer-Encoding: xchunked\r\n\r\n"), 400},
	    {BYTES(GET HOST "Transfer-Encoding: \x0b"
			    "chunked\r\n\r\n"),
	     400},
	    /* upgrades */
	    {BYTES(GET HOST UPGRADES KEY VERSION "\r\n"), 0},
	    {BYTES(GET HOST "Connection: x\r\n" UPGRADES "Connection: y\r\n" KEY VERSION "\r\n"), 0},
	    {BYTES("POST /x HTTP/1.1\r\n" HOST UPGRADES KEY VERSION "\r\n"), 400},
	    {BYTES("GET /x HTTP/1.0\r\n" HOST UPGRADES KEY VERSION "\r\n"), 400},
	    {BYTES(GET HOST "Upgrade: websocket\r\n" KEY VERSION "\r\n"), 400},
	    {BYTES(GET HOST "Upgrade: websocket\r\nConnection: upgraded\r\n" KEY VERSION "\r\n"), 400},
	    {BYTES(GET HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION "\r\n"), 400},
	    {BYTES(GET HOST UPGRADES VERSION "\r\n"), 400},
	    {BYTES(GET HOST UPGRADES KEY KEY VERSION "\r\n"), 400},
	    {BYTES(GET HOST UPGRADES VERSION "Sec-WebSocket-Key: AAAA\r\n\r\n"), 400},
	    {BYTES(GET HOST UPGRADES VERSION "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n"), 400},
	    {BYTES(GET HOST UPGRADES VERSION "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n\r\n"), 400},
	    {BYTES(GET HOST UPGRADES KEY "\r\n"), 426},
	    {BYTES(GET HOST UPGRADES KEY VERSION VERSION "\r\n"), 426},
	    {BYTES(GET HOST UPGRADES KEY "Sec-WebSocket-Version: 8\r\n\r\n"), 426},
	    {BYTES(GET HOST UPGRADES KEY "Sec-WebSocket-Version: 1300\r\n\r\n"), 426},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *fault = head_fault(rows[i].head, rows[i].len);
		int status = fault ? atoi(fault + strlen("HTTP/1.1 ")) : 0;

		if (status != rows[i].status)
			fail_msg("row %zu: %d, not %d: %s", i, status, rows[i].status, rows[i].head);
	}
}

static void test_answers_are_whole(void **state)
{
	const char *const answers[] = {head_fault("\r\n", 2), head_too_long()};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		assert_non_null(strstr(answers[i], "\r\nContent-Length: 0\r\n"));
		assert_non_null(strstr(answers[i], "\r\nConnection: close\r\n\r\n"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fault),
	    cmocka_unit_test(test_answers_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
