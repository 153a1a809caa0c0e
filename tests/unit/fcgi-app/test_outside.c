/* Which addresses of a site are taken, and what is found in an answer. */
#include "fcgi-app/admin/outside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void takes_a_site_and_nothing_else(void **state)
{
	static const struct {
		const char *url;
		bool good, tls;
		const char *host, *port;
	} rows[] = {
	    {"https://exams.example", true, true, "exams.example", "443"},
	    {"http://exams.example/", true, false, "exams.example", "80"},
	    {"http://127.0.0.1:8080", true, false, "127.0.0.1", "8080"},
	    {"https://[::1]:8443/", true, true, "::1", "8443"},
	    {"https://[2001:db8::1]", true, true, "2001:db8::1", "443"},
	    {"", false, false, NULL, NULL},
	    {"exams.example", false, false, NULL, NULL},
	    {"ftp://exams.example", false, false, NULL, NULL},
	    {"https://", false, false, NULL, NULL},
	    {"https:///", false, false, NULL, NULL},
	    {"https://:443", false, false, NULL, NULL},
	    {"https://exams.example:", false, false, NULL, NULL},
	    {"https://exams.example:https", false, false, NULL, NULL},
	    {"https://exams.example:123456", false, false, NULL, NULL},
	    {"https://exams.example/api", false, false, NULL, NULL},
	    {"https://exams.example?x", false, false, NULL, NULL},
	    {"https://me@exams.example", false, false, NULL, NULL},
	    {"https://-exams.example", false, false, NULL, NULL},
	    {"https://[::1", false, false, NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place place = {.host = "untouched"};
		assert_int_equal(place_parse(rows[i].url, &place), rows[i].good);
		assert_string_equal(place.host, rows[i].good ? rows[i].host : "untouched");
		if (!rows[i].good)
			continue;
		assert_int_equal(place.tls, rows[i].tls);
		assert_string_equal(place.port, rows[i].port);
	}
}

static void refuses_a_host_without_end(void **state)
{
	char url[400] = "http://";
	struct place place;
	(void)state;
	memset(url + 7, 'a', 256);
	assert_false(place_parse(url, &place));
	url[7 + 255] = '\0';
	assert_true(place_parse(url, &place));
}

static void finds_words_behind_nul(void **state)
{
	struct answer answer = {.data = "a\0bc", .len = 4};
	(void)state;
	assert_ptr_equal(answer_find(&answer, "bc"), answer.data + 2);
	assert_null(answer_find(&answer, "bcd"));
	assert_null(answer_find(&answer, "abcde"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_a_site_and_nothing_else),
	    cmocka_unit_test(refuses_a_host_without_end),
	    cmocka_unit_test(finds_words_behind_nul),
	};
	return cmocka_run_group_tests_name("outside", tests, NULL, NULL);
}
