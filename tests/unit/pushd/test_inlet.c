/* What recv() gives of a socket: all of it, or what came before the fault. */
#include "pushd/inlet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"

#define KEY   "\x11\x22\x33\x44"
#define HELLO "\x81\x85" KEY "hello"
#define BARE  "\x81\x05hello"

static int ends[2]; /* the client's, ours */
static int broken;
static void *broken_socket;

static void on_broken(void *socket)
{
	broken++;
	broken_socket = socket;
}

static int set_up(void **state)
{
	(void)state;
	broken = 0;
	broken_socket = NULL;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	return inlet_new(on_broken);
}

static int tear_down(void **state)
{
	(void)state;
	inlet_free();
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* Says it, and reads it on our end: the number of bytes, or -errno. */
static int reads(const char *bytes, size_t len)
{
	char got[256];
	ssize_t count;

	assert_int_equal(send(ends[0], bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	count = recv(ends[1], got, sizeof(got), 0);
	if (count < 0)
		return -errno;
	assert_memory_equal(got, bytes, (size_t)count);
	return (int)count;
}

#define READS(text) reads(text, sizeof(text) - 1)

static void begin(void)
{
	size_t kept = 99;

	assert_int_equal(inlet_begin(ends[1], "", 0, &kept), OK);
	assert_int_equal(kept, 0);
	inlet_open(ends[1], ends);
}

static void test_followed(void **state)
{
	(void)state;
	begin();
	assert_int_equal(READS(HELLO), 11);
	assert_int_equal(READS(HELLO "\x81"), 12);
	assert_int_equal(READS("\x85" KEY "hello"), 10);
	assert_int_equal(broken, 0);
	assert_int_equal(READS(HELLO BARE), 12);
	assert_int_equal(broken, 1);
	assert_ptr_equal(broken_socket, ends);
	assert_true(inlet_broken(ends[1]));
	assert_int_equal(READS(HELLO), -EAGAIN);
	assert_int_equal(broken, 1);
	shutdown(ends[0], SHUT_WR);
	assert_int_equal(recv(ends[1], (char[1]){0}, 1, 0), 0);
}

static void test_not_followed(void **state)
{
	size_t kept = 99;

	(void)state;
	assert_int_equal(READS(BARE), 7);
	assert_int_equal(inlet_begin(ends[1], "", 0, &kept), OK);
	assert_int_equal(READS(BARE), 7);
	inlet_open(ends[1], ends);
	inlet_close(ends[1]);
	assert_int_equal(READS(BARE), 7);
	assert_int_equal(broken, 0);
	assert_false(inlet_broken(ends[1]));
	assert_false(inlet_broken(1 << 20));
}

/* What came together with the handshake. */
static void test_behind_the_handshake(void **state)
{
	size_t kept = 99;

	(void)state;
	assert_int_equal(inlet_begin(ends[1], HELLO "\x81", 12, &kept), OK);
	assert_int_equal(kept, 12);
	inlet_open(ends[1], ends);
	assert_int_equal(broken, 0);
	assert_int_equal(READS("\x05"), -EAGAIN);
	assert_int_equal(broken, 1);

	assert_int_equal(inlet_begin(ends[1], HELLO BARE, 18, &kept), OK);
	assert_int_equal(kept, 12);
	assert_int_equal(broken, 1);
	inlet_open(ends[1], ends);
	assert_int_equal(broken, 2);
	assert_true(inlet_broken(ends[1]));
}

static void *read_elsewhere(void *count)
{
	*(int *)count = READS(BARE);
	return NULL;
}

static void test_other_threads(void **state)
{
	pthread_t thread;
	int count = 0;

	(void)state;
	begin();
	assert_int_equal(pthread_create(&thread, NULL, read_elsewhere, &count), 0);
	pthread_join(thread, NULL);
	assert_int_equal(count, 7);
	assert_int_equal(broken, 0);
}

/* The table grows, and remembers who is in it. */
static void test_high_descriptors(void **state)
{
	int high = dup2(ends[1], 700), low = ends[1];
	size_t kept;

	(void)state;
	assert_int_equal(high, 700);
	begin();
	assert_int_equal(inlet_begin(high, "", 0, &kept), OK);
	inlet_open(high, &high);
	assert_int_equal(READS("\x81"), 1);
	ends[1] = high;
	assert_int_equal(READS(HELLO), 11);
	ends[1] = low;
	assert_int_equal(READS("\x05"), -EAGAIN);
	assert_ptr_equal(broken_socket, ends);
	assert_false(inlet_broken(high));
	close(high);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_followed),      TEST(test_not_followed),	   TEST(test_behind_the_handshake),
	    TEST(test_other_threads), TEST(test_high_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
