/* The bus over tcp: who has a key that is known is heard, and nobody else ever is. */
#include "bus/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"

#define PATIENCE_MS 20000

static unsigned char frame[FRAME_MAX];
static char problem[BUS_PROBLEM];
static bool without_curve;

/* In place of libzmq's own, which this program was linked to after it. */
int zmq_has(const char *capability)
{
	return !(without_curve && strcmp(capability, "curve") == 0);
}

struct pair {
	char public[BUS_KEY_TEXT], secret[BUS_KEY_TEXT];
};

enum { PUSHD, OTHER_PUSHD, WEB, OTHER_WEB, STRANGER, PAIRS };
static struct pair pairs[PAIRS];

static int make_pairs(void **state UNUSED)
{
	for (int i = 0; i < PAIRS; i++)
		if (bus_key_make(pairs[i].public, pairs[i].secret) != OK)
			return -1;
	return 0;
}

/* One host's settings. */
struct host {
	struct config config;
	const char *endpoints[3], *keys[4];
};

/* Ends with NULL. */
static int count_of(const char *const *items)
{
	int count = 0;

	while (items[count])
		count++;
	return count;
}

static void host_make(struct host *host, int whose, const char *first, const char *second, int first_key,
		      int second_key)
{
	memset(host, 0, sizeof(*host));
	host->endpoints[0] = first;
	host->endpoints[1] = second;
	host->keys[0] = pairs[first_key].public;
	host->keys[1] = second_key < PAIRS ? pairs[second_key].public : NULL;
	host->config.bus_secret_key = pairs[whose].secret;
	host->config.bus_endpoints = (struct config_list){host->endpoints, count_of(host->endpoints)};
	host->config.bus_peer_keys = (struct config_list){host->keys, count_of(host->keys)};
}

/* Of a port that was free a moment ago. */
static void endpoint_make(char endpoint[32])
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	snprintf(endpoint, 32, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
}

static struct bus_receiver *receiver_make(struct host *host)
{
	struct bus_receiver *receiver = NULL;

	if (bus_receiver_new(&host->config, problem, &receiver) != OK)
		fail_msg("%s", problem);
	return receiver;
}

static struct bus_sender *sender_make(struct host *host)
{
	struct bus_sender *sender = NULL;

	if (bus_sender_new(&host->config, problem, &sender) != OK)
		fail_msg("%s", problem);
	return sender;
}

/* The number of the head that comes next. */
static uint64_t next_head(struct bus_receiver *receiver)
{
	struct event event = {0};
	enum frame_kind kind;
	size_t len = bus_receive(receiver, frame, sizeof(frame), PATIENCE_MS);

	assert_true(len > 0);
	assert_int_equal(event_decode(frame, len, &kind, &event), OK);
	assert_int_equal(kind, FRAME_HEAD);
	return event.event_id;
}

static void send_head(struct bus_sender *sender, uint64_t head)
{
	struct id session = id_make();

	bus_send_head(sender, &session, head);
}

static void test_keys(void **state UNUSED)
{
	static const char *const none[] = {"", "short", "0123456789012345678901234567890123456789x",
					   "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"};
	char public_key[BUS_KEY_TEXT];

	for (int i = 0; i < PAIRS; i++) {
		assert_int_equal(strlen(pairs[i].public), BUS_KEY_TEXT - 1);
		assert_int_equal(bus_key_public(pairs[i].secret, public_key), OK);
		assert_string_equal(public_key, pairs[i].public);
		assert_string_not_equal(pairs[i].public, pairs[i].secret);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(pairs[i].secret, pairs[j].secret);
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_int_equal(bus_key_public(none[i], public_key), ERR_CONFIG);
}

/* Two web hosts and two pushds: everybody is heard everywhere, each by the other's own key. */
static void test_all_to_all(void **state UNUSED)
{
	char endpoints[2][32];
	struct host pushd, other_pushd, web, other_web;
	struct bus_receiver *receivers[2];
	struct bus_sender *senders[2];

	endpoint_make(endpoints[0]);
	endpoint_make(endpoints[1]);
	host_make(&pushd, PUSHD, endpoints[0], NULL, WEB, OTHER_WEB);
	host_make(&other_pushd, OTHER_PUSHD, endpoints[1], NULL, OTHER_WEB, WEB);
	host_make(&web, WEB, endpoints[0], endpoints[1], PUSHD, OTHER_PUSHD);
	host_make(&other_web, OTHER_WEB, endpoints[1], endpoints[0], OTHER_PUSHD, PUSHD);
	receivers[0] = receiver_make(&pushd);
	receivers[1] = receiver_make(&other_pushd);
	senders[0] = sender_make(&web);
	senders[1] = sender_make(&other_web);
	for (uint64_t i = 1; i <= 200; i++)
		send_head(senders[i % 2], i);
	for (int r = 0; r < 2; r++) {
		struct bus_refusals refusals;
		uint64_t sum = 0;

		for (int i = 0; i < 200; i++)
			sum += next_head(receivers[r]);
		assert_int_equal(sum, 200 * 201 / 2);
		bus_refusals(receivers[r], &refusals);
		assert_int_equal(refusals.unknown + refusals.failed, 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bus_dropped(senders[i]), 0);
		bus_sender_free(senders[i], 0);
		bus_receiver_free(receivers[i]);
	}
}

/* Somebody who speaks ZeroMQ and knows no key: plainly, or with a name and a password. */
static void *plain_sender(void *context, const char *endpoint, bool password)
{
	void *socket = zmq_socket(context, ZMQ_PUSH);
	int often = 20;

	zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &often, sizeof(often));
	if (password) {
		zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "invigil", 7);
		zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "invigil", 7);
	}
	assert_int_equal(zmq_connect(socket, endpoint), 0);
	assert_int_equal(zmq_send(socket, "plain", 5, ZMQ_DONTWAIT), 5);
	return socket;
}

static void close_plain(void *socket)
{
	int at_once = 0;

	zmq_setsockopt(socket, ZMQ_LINGER, &at_once, sizeof(at_once));
	zmq_close(socket);
}

/* Waits until so many tries have come to nothing; meanwhile not a frame comes. */
static void await_refusals(struct bus_receiver *receiver, uint64_t unknown, uint64_t failed,
			   struct bus_refusals *ret)
{
	int64_t end = clock_monotonic() + PATIENCE_MS;

	do {
		assert_true(clock_monotonic() < end);
		assert_int_equal(bus_receive(receiver, frame, sizeof(frame), 20), 0);
		bus_refusals(receiver, ret);
	} while (ret->unknown < unknown || ret->failed < failed);
}

static void test_strangers(void **state UNUSED)
{
	void *context = zmq_ctx_new(), *plain, *named;
	struct host pushd, web, stranger, misled;
	struct bus_sender *known, *unknown, *wrong;
	struct bus_receiver *receiver;
	struct bus_refusals refusals;
	char endpoint[32];

	endpoint_make(endpoint);
	host_make(&pushd, PUSHD, endpoint, NULL, WEB, OTHER_WEB);
	host_make(&stranger, STRANGER, endpoint, NULL, PUSHD, PAIRS);
	host_make(&web, WEB, endpoint, NULL, PUSHD, PAIRS);
	/* a known key, which takes pushd for the other one */
	host_make(&misled, OTHER_WEB, endpoint, NULL, OTHER_PUSHD, PAIRS);
	receiver = receiver_make(&pushd);
	plain = plain_sender(context, endpoint, false);
	named = plain_sender(context, endpoint, true);
	await_refusals(receiver, 0, 2, &refusals);
	assert_int_equal(refusals.unknown, 0);

	unknown = sender_make(&stranger);
	send_head(unknown, 666);
	await_refusals(receiver, 1, 2, &refusals);
	assert_string_equal(refusals.key, pairs[STRANGER].public);
	assert_string_equal(refusals.address, "127.0.0.1");

	wrong = sender_make(&misled);
	send_head(wrong, 667);
	await_refusals(receiver, 1, refusals.failed + 2, &refusals);

	known = sender_make(&web);
	for (uint64_t i = 1; i <= 100; i++) {
		send_head(known, i);
		assert_int_equal(next_head(receiver), i);
	}
	await_refusals(receiver, 1, refusals.failed + 1, &refusals);
	bus_sender_free(known, 0);
	bus_sender_free(wrong, 0);
	bus_sender_free(unknown, 0);
	close_plain(named);
	close_plain(plain);
	zmq_ctx_term(context);
	bus_receiver_free(receiver);
}

/* A host whose key wasn't known has not given up, and what it had to say isn't lost. */
static void test_learnt_later(void **state UNUSED)
{
	struct bus_receiver *receiver;
	struct bus_refusals refusals;
	struct bus_sender *sender;
	struct host pushd, web;
	char endpoint[32];

	endpoint_make(endpoint);
	host_make(&pushd, PUSHD, endpoint, NULL, WEB, PAIRS);
	host_make(&web, OTHER_WEB, endpoint, NULL, PUSHD, PAIRS);
	receiver = receiver_make(&pushd);
	sender = sender_make(&web);
	send_head(sender, 1);
	await_refusals(receiver, 1, 0, &refusals);
	bus_receiver_free(receiver);

	host_make(&pushd, PUSHD, endpoint, NULL, WEB, OTHER_WEB);
	receiver = receiver_make(&pushd);
	assert_int_equal(next_head(receiver), 1);
	assert_int_equal(bus_dropped(sender), 0);
	bus_sender_free(sender, 0);
	bus_receiver_free(receiver);
}

static void test_refuses(void **state UNUSED)
{
	static const char bad[] = "########################################";
	static const char here[] = "tcp://127.0.0.1:1";
	const struct {
		bool without_curve;
		const char *endpoint, *secret;
		const char *peers[2];
		bool binds; /* there is nothing wrong but for who connects */
		const char *problem;
	} rows[] = {
	    {true,
	     here,
	     pairs[0].secret,
	     {pairs[1].public},
	     false,
	     "bus_endpoints: tcp:// needs a libzmq with CURVE, and this one was built without"},
	    {false, here, NULL, {pairs[1].public}, false, "bus_secret_key: tcp:// needs a key here"},
	    {false, here, "", {pairs[1].public}, false, "bus_secret_key: tcp:// needs a key here"},
	    {false, here, bad, {pairs[1].public}, false, "bus_secret_key: tcp:// needs a key here"},
	    {false,
	     here,
	     pairs[0].secret,
	     {NULL},
	     false,
	     "bus_peer_keys: there must be one for each tcp:// endpoint"},
	    {false, "tcp://*:0", pairs[0].secret, {bad}, true, "bus_peer_keys: one of them is no key"},
	    {false,
	     "tcp://*:0",
	     pairs[0].secret,
	     {pairs[1].public},
	     true,
	     "bus_endpoints: cannot connect to tcp://*:0: Invalid argument"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *items[] = {rows[i].endpoint, NULL};
		const struct config config = {
		    .bus_endpoints = {items, 1},
		    .bus_secret_key = rows[i].secret,
		    .bus_peer_keys = {(const char **)rows[i].peers, count_of(rows[i].peers)}};
		struct bus_receiver *receiver = NULL;
		struct bus_sender *sender = NULL;

		without_curve = rows[i].without_curve;
		assert_int_equal(bus_sender_new(&config, problem, &sender), ERR_CONFIG);
		assert_null(sender);
		assert_string_equal(problem, rows[i].problem);
		assert_int_equal(bus_receiver_new(&config, problem, &receiver),
				 rows[i].binds ? OK : ERR_CONFIG);
		assert_string_equal(problem, rows[i].binds ? "out of memory" : rows[i].problem);
		bus_receiver_free(receiver);
		without_curve = false;
	}
}

/* A second pushd at the same address. */
static void test_taken(void **state UNUSED)
{
	struct bus_receiver *first, *second = NULL;
	char endpoint[32], expected[BUS_PROBLEM];
	struct host pushd;

	endpoint_make(endpoint);
	host_make(&pushd, PUSHD, endpoint, NULL, WEB, PAIRS);
	first = receiver_make(&pushd);
	assert_int_equal(bus_receiver_new(&pushd.config, problem, &second), ERR_CONFIG);
	assert_null(second);
	snprintf(expected, sizeof(expected), "bus_endpoints: cannot bind %s: Address already in use",
		 endpoint);
	assert_string_equal(problem, expected);
	bus_receiver_free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),      cmocka_unit_test(test_all_to_all),
	    cmocka_unit_test(test_strangers), cmocka_unit_test(test_learnt_later),
	    cmocka_unit_test(test_refuses),   cmocka_unit_test(test_taken),
	};

	return cmocka_run_group_tests_name("bus/curve", tests, make_pairs, NULL);
}
