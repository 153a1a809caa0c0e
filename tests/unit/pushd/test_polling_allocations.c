/* Every allocation in the life of a Socket.IO client that polls, and then upgrades, fails once: those of the
 * exchanges, of the requests, of the WebSocket. Real sockets, no database and no bus. Each time every request
 * gets its answer or the end of its connection, whoever gives up is forgotten, and whoever comes next finds
 * everything as it was. */
#define _GNU_SOURCE /* memmem */
#include "pushd/polling.h"

#include "tests/unit/pushd/sockets.h"

#define HOUR_MS 3600000
#define BEAT	"42[\"heartbeat\"]"

static struct client one, held;
static char sid[ENGINEIO_SID];
static bool stuck; /* somebody has waited for ever */

/* Whether this comes; otherwise the client has had the end of its connection, or waits for ever. */
static bool gets(struct client *client, const char *what)
{
	stuck |= !hears(client, what);
	return has_got(client, what);
}

/* --- HTTP: a connection for each request --- */

static void ask(struct client *client, const char *method, const char *headers, const char *body)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "%s /socket.io/?EIO=4&transport=polling%s%s HTTP/1.1\r\nHost: x\r\nOrigin: " ORIGIN
		 "\r\n%s\r\n%s",
		 method, *sid ? "&sid=" : "", sid, headers, body);
	come(client);
	say_text(client, text);
}

static bool asks(const char *method, const char *headers, const char *wanted)
{
	bool heard;

	ask(&one, method, headers, "");
	heard = gets(&one, wanted);
	leave(&one);
	return heard;
}

/* In two pieces: the head with half of the body, and the rest. */
static bool posts(const char *body)
{
	size_t half = strlen(body) / 2;
	char length[64], first[1024];
	bool heard;

	snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
	snprintf(first, sizeof(first), "%.*s", (int)half, body);
	ask(&one, "POST", length, first);
	for (int i = 0; i < 3; i++)
		turn();
	say_text(&one, body + half);
	heard = gets(&one, "\r\n\r\nok");
	leave(&one);
	return heard;
}

static bool opens(void)
{
	const char *at;

	ask(&one, "GET", "", "");
	at = gets(&one, "0{\"sid\":\"") ? strstr(one.got, "0{\"sid\":\"") : NULL;
	if (at)
		snprintf(sid, sizeof(sid), "%.*s", ENGINEIO_SID - 1, at + strlen("0{\"sid\":\""));
	leave(&one);
	return at != NULL;
}

static bool connects(void)
{
	char packet[1024];

	snprintf(packet, sizeof(packet), "40{\"token\":\"%s\"}", token);
	return posts(packet) && asks("GET", "", "40{\"sid\":\"");
}

/* A GET that is held until there is something to answer. */
static bool waits_for(const char *said, const char *wanted)
{
	bool heard;

	ask(&held, "GET", "", "");
	for (int i = 0; i < 3; i++)
		turn();
	heard = posts(said) && gets(&held, wanted);
	leave(&held);
	return heard;
}

/* --- WebSockets --- */

static bool opens_websocket(void)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "GET /socket.io/?EIO=4&transport=websocket%s%s HTTP/1.1\r\nHost: x\r\nConnection: "
		 "Upgrade\r\nUpgrade: websocket\r\nOrigin: " ORIGIN "\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		 *sid ? "&sid=" : "", sid);
	come(&one);
	say_text(&one, text);
	return gets(&one, "HTTP/1.1 101");
}

static bool says(const char *text, const char *wanted)
{
	say_frame(&one, 1, text);
	return gets(&one, wanted);
}

static bool talks(void)
{
	return says(BEAT, "heartbeatAck") && says("421[\"nonsense\"]", "431[") && says("1", CLOSE_FRAME);
}

static bool upgrades(void)
{
	bool heard = opens_websocket() && says("2probe", "3probe");

	say_frame(&one, 1, "5");
	heard = heard && talks();
	leave(&one);
	return heard;
}

static bool begins_by_websocket(void)
{
	char packet[126];
	bool heard = opens_websocket() && gets(&one, "0{\"sid\":\"");

	snprintf(packet, sizeof(packet), "40{\"token\":\"%s\"}", "none of ours");
	heard = heard && says(packet, "44{");
	leave(&one);
	return heard;
}

/* --- their lives --- */

static bool asks_before(void)
{
	return asks("OPTIONS", "Access-Control-Request-Headers: x\r\n", "Allow-Headers: x");
}

static bool asks_otherwise(void)
{
	return asks("PUT", "", "HTTP/1.1 400");
}

static bool posts_too_much(void)
{
	return asks("POST", "Content-Length: 99999999\r\n", "HTTP/1.1 413");
}

static bool waits(void)
{
	return waits_for(BEAT, "heartbeatAck");
}

/* The first are for themselves; of the others one makes no sense without those before. */
static bool (*const apart[])(void) = {asks_before, asks_otherwise, posts_too_much, begins_by_websocket};
static bool (*const chain[])(void) = {opens, connects, waits, upgrades};

#define STEPS ((int)(ARRAY_LEN(apart) + ARRAY_LEN(chain)))

/* How many go as they should: a client that isn't answered gives up, as the official one does. */
static int live(void)
{
	int count = 0;

	stuck = false;
	*sid = '\0';
	for (size_t i = 0; i < ARRAY_LEN(apart); i++)
		count += apart[i]();
	for (size_t i = 0; i < ARRAY_LEN(chain) && chain[i](); i++)
		count++;
	return count;
}

/* Who gave up is silent, and so found to be gone. */
static void settle_clients(void)
{
	for (int hours = 1; hours <= 3; hours++) {
		clients_tick(clients, clock_monotonic() + (int64_t)hours * HOUR_MS);
		for (int i = 0; i < 3; i++)
			turn();
	}
	settle();
}

static void complain(int *wrongs, long n, const char *what)
{
	print_error("%s without allocation %ld\n", what, n);
	++*wrongs;
}

static void test_lives(void **state)
{
	int wrongs = 0;
	bool failed = true;
	long n = 0;

	(void)state;
	assert_int_equal(live(), STEPS);
	settle_clients();
	while (failed) {
		failing_arm(++n);
		(void)live();
		failed = failing_disarm();
		if (stuck)
			complain(&wrongs, n, "somebody waits for ever");
		settle_clients();
		if (pushd->open || engineio_count(clients_engine(clients)))
			complain(&wrongs, n, "somebody is still there");
		if (live() != STEPS)
			complain(&wrongs, n, "the next doesn't get what he should");
		settle_clients();
	}
	assert_int_equal(wrongs, 0);
	print_message("%ld allocations failed\n", n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests_name("polling allocations", tests, set_up, tear_down);
}
