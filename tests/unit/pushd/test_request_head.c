/* What the heads of requests say. */
#include "pushd/request_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pushd/handshake.h"

static struct request_head head_of(const char *request)
{
	return (struct request_head){request, handshake_end(request, strlen(request))};
}

static void test_is_for(void **state)
{
	static const struct {
		const char *request;
		bool is;
	} rows[] = {
	    {"GET /socket.io/ HTTP/1.1\r\n\r\n", true},
	    {"GET /socket.io HTTP/1.1\r\n\r\n", true},
	    {"POST /socket.io/?EIO=4 HTTP/1.0\r\nHost: x\r\n\r\n4hello", true},
	    {"PUT /socket.io?x HTTP/1.1\r\nConnection: close\r\n\r\n", true},
	    {"GET /socket.io/ HTTP/1.1\r\nConnection: Upgrade\r\nupgrade: websocket\r\n\r\n", false},
	    {"GET /socket.io/x HTTP/1.1\r\n\r\n", false},
	    {"GET /socket.i HTTP/1.1\r\n\r\n", false},
	    {"GET / HTTP/1.1\r\nX: /socket.io/\r\n\r\n", false},
	    {"GET /?/socket.io/ HTTP/1.1\r\n\r\n", false},
	    {"GET /socket.io/\r\n\r\n", false},
	    {"GET /socket.io/ HTTP/2.0\r\n\r\n", false},
	    {" /socket.io/ HTTP/1.1\r\n\r\n", false},
	    {"GETGETGETGETGETGET /socket.io/ HTTP/1.1\r\n\r\n", false},
	    {"GET /socket.io/ HTTP/1.1\r\n", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (request_head_is_for(head_of(rows[i].request), "/socket.io/") != rows[i].is)
			fail_msg("%s", rows[i].request);
}

static void test_arguments(void **state)
{
	static const struct {
		const char *query, *value; /* NULL: none */
	} rows[] = {
	    {"?sid=abc", "abc"},
	    {"?EIO=4&sid=abc&t=1", "abc"},
	    {"?sid=", ""},
	    {"?sid", ""},
	    {"?sid=a%20b+c%2Fd%2f", "a b c/d/"},
	    {"?sid=%zz%4", "%zz%4"},
	    {"?sid=%41%00x", "A"},
	    {"?sid=a=b", "a=b"},
	    {"?sid=first&sid=second", "first"},
	    {"?sid=0123456789012345678901234567890123456789", "0123456789012345678901234567890"},
	    {"?side=1&xsid=2&SID=3", NULL},
	    {"?", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char request[256], value[32] = "untouched";

		snprintf(request, sizeof(request), "GET /%s HTTP/1.1\r\nX: ?sid=wrong\r\n\r\n",
			 rows[i].query);
		assert_int_equal(request_head_argument(head_of(request), "sid", value, sizeof(value)),
				 rows[i].value != NULL);
		assert_string_equal(value, rows[i].value ? rows[i].value : "untouched");
	}
}

static void test_headers(void **state)
{
	const struct request_head head =
	    head_of("GET / HTTP/1.1\r\nOrigin:  https://a.b \r\nX-Forwarded-For: "
		    "1.2.3.4\r\nx-forwarded-for:5.6.7.8\r\n"
		    "Empty:\r\nNo colon\r\n\r\nBody: x");
	char method[REQUEST_METHOD_TEXT], value[16];

	(void)state;
	assert_true(request_head_method(head, method));
	assert_string_equal(method, "GET");
	assert_true(request_head_header(head, "origin", value, sizeof(value)));
	assert_string_equal(value, "https://a.b");
	assert_true(request_head_header(head, "X-Forwarded-For", value, sizeof(value)));
	assert_string_equal(value, "1.2.3.4, 5.6.7.");
	assert_true(request_head_header(head, "Empty", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(request_head_header(head, "Body", value, sizeof(value)));
	assert_false(request_head_header(head, "No colon", value, 1));
}

static void test_length(void **state)
{
	static const struct {
		const char *headers;
		size_t length;
	} rows[] = {
	    {"", 0},
	    {"Content-Length: 0\r\n", 0},
	    {"Content-Length: 12\r\n", 12},
	    {"content-length:999999999999\r\n", 999999999999},
	    {"Content-Length: 9999999999999999\r\n", SIZE_MAX},
	    {"Content-Length: -1\r\n", SIZE_MAX},
	    {"Content-Length: +1\r\n", SIZE_MAX},
	    {"Content-Length: 0x10\r\n", SIZE_MAX},
	    {"Content-Length: 1 2\r\n", SIZE_MAX},
	    {"Content-Length:\r\n", SIZE_MAX},
	    {"Content-Length: 3\r\nContent-Length: 4\r\n", SIZE_MAX},
	    {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", SIZE_MAX},
	    {"Transfer-Encoding: identity\r\n", SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char request[256];

		snprintf(request, sizeof(request), "POST / HTTP/1.1\r\n%s\r\n", rows[i].headers);
		if (request_head_length(head_of(request)) != rows[i].length)
			fail_msg("%s: %zu", rows[i].headers, request_head_length(head_of(request)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_is_for),
	    cmocka_unit_test(test_arguments),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
