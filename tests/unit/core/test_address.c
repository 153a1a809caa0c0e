/* Addresses and networks, and whose address a request comes from. */
#include "core/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *written; /* NULL: refused */
	} rows[] = {
	    {"192.0.2.1", "192.0.2.1"},
	    {"0.0.0.0", "0.0.0.0"},
	    {"255.255.255.255", "255.255.255.255"},
	    {"::1", "::1"},
	    {"2001:DB8::A", "2001:db8::a"},
	    {"2001:0db8:0000:0000:0000:0000:0000:000a", "2001:db8::a"},
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"::ffff:c000:201", "192.0.2.1"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	    {"", NULL},
	    {"192.0.2", NULL},
	    {"192.0.2.256", NULL},
	    {"192.0.2.1:80", NULL},
	    {"192.0.2.1 ", NULL},
	    {" 192.0.2.1", NULL},
	    {"[::1]", NULL},
	    {"fe80::1%eth0", NULL},
	    {"localhost", NULL},
	    {"unknown", NULL},
	    {":::1", NULL},
	    {"1::2::3", NULL},
	    {"0x7f.1", NULL},
	};
	struct id id;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[ADDRESS_TEXT];

		if (address_parse(rows[i].text, &id) != (rows[i].written != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (rows[i].written)
			assert_string_equal(address_format(&id, text), rows[i].written);
	}
	assert_false(address_parse(NULL, &id));
}

static void test_holders(void **state)
{
	static const char *const rows[][2] = {
	    {"192.0.2.1", "192.0.2.1"},
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"2001:db8::1", "2001:db8::/64"},
	    {"2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"},
	    {"2001:db8:0:1::1", "2001:db8:0:1::/64"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64"},
	    {"::1", "::/64"},
	    {"", ""},
	};
	struct id one, other;
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(address_holder_format(rows[i][0], text), rows[i][1]);
	assert_true(address_parse("2001:db8::1", &one) && address_parse("2001:db8::2", &other));
	one = address_holder(&one);
	other = address_holder(&other);
	assert_true(id_equal(&one, &other));
	assert_true(address_parse("192.0.2.1", &one) && address_parse("192.0.2.2", &other));
	one = address_holder(&one);
	other = address_holder(&other);
	assert_false(id_equal(&one, &other));
}

static void test_endpoints(void **state)
{
	static const struct {
		const char *text;
		const char *address; /* NULL: refused */
		int port;
	} rows[] = {
	    {"127.0.0.1:8765", "127.0.0.1", 8765},
	    {"[::1]:1", "::1", 1},
	    {"::1:65535", "::1", 65535},
	    {":80", "::", 80},
	    {"[::]:0", "::", 0},
	    {"127.0.0.1", NULL, 0},
	    {"127.0.0.1:", NULL, 0},
	    {"127.0.0.1:65536", NULL, 0},
	    {"127.0.0.1:000080", NULL, 0},
	    {"127.0.0.1:+80", NULL, 0},
	    {"127.0.0.1: 80", NULL, 0},
	    {"localhost:80", NULL, 0},
	    {"*:80", NULL, 0},
	    {"[]:80", NULL, 0},
	    {"[::1:80", NULL, 0},
	    {"x[::1]:80", NULL, 0},
	    {"80", NULL, 0},
	    {"", NULL, 0},
	};
	struct id id;
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[ADDRESS_TEXT];

		if (endpoint_parse(rows[i].text, &id, &port) != (rows[i].address != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (!rows[i].address)
			continue;
		assert_string_equal(address_format(&id, text), rows[i].address);
		assert_int_equal(port, rows[i].port);
	}
}

static void test_networks(void **state)
{
	static const struct {
		const char *network;
		const char *inside, *outside; /* NULL: there is none */
	} rows[] = {
	    {"10.0.0.0/8", "10.255.0.1", "11.0.0.1"},
	    {"10.1.2.3/8", "10.255.0.1", "9.255.255.255"},
	    {"192.168.4.0/23", "192.168.5.255", "192.168.6.0"},
	    {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
	    {"192.0.2.1/32", "192.0.2.1", "192.0.2.0"},
	    {"192.0.2.128/25", "192.0.2.129", "192.0.2.127"},
	    {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
	    {"::/0", "203.0.113.9", NULL},
	    {"::1", "::1", "::2"},
	    {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"},
	    {"fe80::/10", "febf::1", "fec0::1"},
	    {"10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"},
	    {"::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct network network;
		struct id address;

		assert_true(network_parse(rows[i].network, &network));
		assert_true(address_parse(rows[i].inside, &address));
		if (!network_contains(&network, &address))
			fail_msg("%s is in %s", rows[i].inside, rows[i].network);
		if (!rows[i].outside)
			continue;
		assert_true(address_parse(rows[i].outside, &address));
		if (network_contains(&network, &address))
			fail_msg("%s is not in %s", rows[i].outside, rows[i].network);
	}
}

static void test_no_networks(void **state)
{
	static const char *const rows[] = {
	    "",
	    "/",
	    "/8",
	    "10.0.0.0/",
	    "10.0.0.0/33",
	    "10.0.0.0/-1",
	    "10.0.0.0/+8",
	    "10.0.0.0/8 ",
	    "10.0.0.0/ 8",
	    "10.0.0.0/8/8",
	    "10.0.0.0/08888",
	    "::1/129",
	    "::1/999",
	    "10.0.0/8",
	    "proxy",
	    "*",
	    "10.0.0.0/8x",
	    "10.0.0.0/255.0.0.0",
	    "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct network network;

		if (network_parse(rows[i], &network))
			fail_msg("\"%s\" is no network", rows[i]);
	}
}

static const char *const PROXIES[] = {"127.0.0.0/8", "::1", "10.0.0.0/8", "garbage", NULL};

static void test_clients(void **state)
{
	static const struct config_list trusted = {.items = (const char **)(uintptr_t)PROXIES, .count = 4};
	static const struct {
		const char *peer;
		const char *forwarded_for;
		const char *client;
	} rows[] = {
	    /* nobody in between */
	    {"203.0.113.9", NULL, "203.0.113.9"},
	    {"203.0.113.9", "", "203.0.113.9"},
	    {"2001:DB8::5", NULL, "2001:db8::5"},
	    /* a stranger's claims don't count */
	    {"203.0.113.9", "198.51.100.1", "203.0.113.9"},
	    {"203.0.113.9", "127.0.0.1", "203.0.113.9"},
	    /* one proxy, two, and what the client itself had written before them */
	    {"127.0.0.1", "203.0.113.9", "203.0.113.9"},
	    {"::1", "203.0.113.9", "203.0.113.9"},
	    {"::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1", "203.0.113.9, 10.1.1.1", "203.0.113.9"},
	    {"127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"},
	    {"127.0.0.1", "10.1.1.1, 203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1", "198.51.100.1,203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1", "unknown, 203.0.113.9", "203.0.113.9"},
	    /* no header, or only proxies in it */
	    {"127.0.0.1", NULL, "127.0.0.1"},
	    {"127.0.0.1", "", "127.0.0.1"},
	    {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
	    {"127.0.0.1", "10.2.2.2, 10.1.1.1", "10.2.2.2"},
	    /* garbage ends the chain: what stands left of it is a claim */
	    {"127.0.0.1", "unknown", "127.0.0.1"},
	    {"127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"},
	    {"127.0.0.1", "203.0.113.9, _hidden, 10.1.1.1", "10.1.1.1"},
	    {"127.0.0.1", "203.0.113.9 198.51.100.1", "127.0.0.1"},
	    {"127.0.0.1", "203.0.113.9; DROP TABLE users", "127.0.0.1"},
	    {"127.0.0.1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	     "127.0.0.1"},
	    /* empty entries are none */
	    {"127.0.0.1", " , ,", "127.0.0.1"},
	    {"127.0.0.1", ", 203.0.113.9 ,\t,", "203.0.113.9"},
	    {"127.0.0.1", "   203.0.113.9", "203.0.113.9"},
	    /* ports and brackets */
	    {"127.0.0.1", "203.0.113.9:51234", "203.0.113.9"},
	    {"127.0.0.1", "[2001:db8::5]:51234", "2001:db8::5"},
	    {"127.0.0.1", "[2001:db8::5]", "2001:db8::5"},
	    {"127.0.0.1", "2001:db8::5", "2001:db8::5"},
	    {"127.0.0.1", "203.0.113.9, [::1]:8080", "203.0.113.9"},
	    {"127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1", "[2001:db8::5", "127.0.0.1"},
	    {"127.0.0.1", "[2001:db8::5]x", "127.0.0.1"},
	    {"127.0.0.1", "[203.0.113.9]", "127.0.0.1"},
	    {"127.0.0.1", ":80", "127.0.0.1"},
	    /* a Unix socket's peer is a proxy of ours */
	    {"", "203.0.113.9", "203.0.113.9"},
	    {"", "198.51.100.1, 203.0.113.9, 127.0.0.1", "203.0.113.9"},
	    {NULL, "203.0.113.9", "203.0.113.9"},
	    {"", NULL, ""},
	    {"", "unknown", ""},
	    /* what is no address at all is nobody */
	    {"example.org", "203.0.113.9", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char client[ADDRESS_TEXT] = "unset";

		address_client(rows[i].peer, rows[i].forwarded_for, &trusted, client);
		assert_string_equal(client, rows[i].client);
	}
}

static void test_no_proxies(void **state)
{
	static const struct config_list none = {.count = 0};
	char client[ADDRESS_TEXT];

	(void)state;
	address_client("127.0.0.1", "203.0.113.9", &none, client);
	assert_string_equal(client, "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),	cmocka_unit_test(test_holders),
	    cmocka_unit_test(test_endpoints),	cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_no_networks), cmocka_unit_test(test_clients),
	    cmocka_unit_test(test_no_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
