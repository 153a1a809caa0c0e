/* A web server that falls silent in the middle of a request keeps no worker from the next one. */
#include "fcgi-app/http/gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"

#define BEGIN	    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
#define KEEP	    "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
#define PARAMS	    "\1\4\0\1\0\5\0\0\1\2NOK" /* N=OK */
#define NO_MORE	    "\1\4\0\1\0\0\0\0"
#define STDIN	    "\1\5\0\1\0\0\0\0"
#define BYTES(text) text, sizeof(text) - 1

static char folder[] = "/tmp/invigil-gateway-XXXXXX";
static struct sockaddr_un at = {.sun_family = AF_UNIX};

static int listening(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_non_null(mkdtemp(folder));
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static int say(const char *bytes, size_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(send(fd, bytes, len, 0), (ssize_t)len);
	return fd;
}

/* Answers requests up to the first whole one: of a half libfcgi may make a request in which everything is
 * missing. */
static bool answers(struct gateway *gateway)
{
	struct exchange exchange;
	bool whole = false;

	while (!whole) {
		if (!gateway_accept(gateway, &exchange))
			return false;
		for (char *const *variable = exchange.variables; *variable; variable++)
			whole |= strcmp(*variable, "N=OK") == 0;
		(void)exchange.write(exchange.stream, BYTES("Status: 204 No Content\r\n\r\n"));
		gateway_finish(gateway);
	}
	return true;
}

static void assert_answered(int fd)
{
	char answer[256];
	ssize_t got = recv(fd, answer, sizeof(answer) - 1, 0);

	assert_true(got > 8);
	answer[got] = '\0';
	assert_string_equal(strtok(answer + 8, "\r"), "Status: 204 No Content");
}

static void test_patience(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} halves[] = {
	    {BYTES(BEGIN)},
	    {BYTES(BEGIN "\1\4\0\1\0\5\0\0\1\2N")},
	};
	int listener = listening(), fds[ARRAY_LEN(halves)], whole, kept;
	struct gateway *gateway = gateway_new(listener, 50);

	(void)state;
	assert_non_null(gateway);
	alarm(60); /* what this is about is waiting for ever */
	for (size_t i = 0; i < ARRAY_LEN(halves); i++)
		fds[i] = say(halves[i].bytes, halves[i].len);
	whole = say(BYTES(BEGIN PARAMS NO_MORE STDIN));
	assert_true(answers(gateway));
	assert_answered(whole);
	/* a connection that is kept is read on */
	kept = say(BYTES(KEEP PARAMS NO_MORE STDIN));
	assert_true(answers(gateway));
	assert_answered(kept);
	assert_int_equal(send(kept, KEEP PARAMS NO_MORE STDIN, 45, 0), 45);
	assert_true(answers(gateway));
	assert_answered(kept);
	/* what is told to stop stops, whatever waits */
	gateway_stop();
	assert_false(answers(gateway));
	gateway_free(gateway);
	for (size_t i = 0; i < ARRAY_LEN(halves); i++)
		close(fds[i]);
	close(whole);
	close(kept);
	close(listener);
	unlink(at.sun_path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_patience)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
