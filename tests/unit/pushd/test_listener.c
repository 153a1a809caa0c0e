/* Those who connect and say nothing, against a clock of our own: thousands may come at one moment, and their
 * time is over at one moment. */
#include "pushd/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define SILENT	  300
#define TURN_MOST 100 /* of them that one turn of the loop may be kept busy with */
#define TURNS	  20000

static int64_t ahead_ms; /* the clock is before the real one */

/* Under a name of its own here, so that no header's idea of it is in the way. libuv asks it too. */
int shifted_gettime(clockid_t which, struct timespec *ret) __asm__("clock_gettime");

int shifted_gettime(clockid_t which, struct timespec *ret)
{
	int64_t ns;

	if (syscall(SYS_clock_gettime, which, ret))
		return -1;
	ns = ret->tv_nsec + ahead_ms % 1000 * 1000000;
	ret->tv_sec += ahead_ms / 1000 + ns / 1000000000;
	ret->tv_nsec = ns % 1000000000;
	return 0;
}

static uv_loop_t loop;
static struct listener *listener;
static struct sockaddr_in address;
static int arrivals;
static int left; /* who still said nothing when the last of them arrived */

static void arrived(void *context, int fd, const char *bytes, size_t len)
{
	(void)context, (void)bytes, (void)len;
	arrivals++;
	left = listener_waits_for(listener);
	close(fd);
}

static int set_up(void **state)
{
	const struct listener_hooks hooks = {.arrived = arrived};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)state;
	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	ahead_ms = arrivals = 0;
	return uv_loop_init(&loop) || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	       listen(fd, SILENT + 1) || getsockname(fd, (struct sockaddr *)&address, &len) ||
	       listener_take(&loop, fd, &hooks, &listener);
}

static int tear_down(void **state)
{
	(void)state;
	listener_stop(listener);
	uv_run(&loop, UV_RUN_DEFAULT);
	listener_free(listener);
	return uv_loop_close(&loop);
}

static int come(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void turn(void)
{
	ahead_ms++;
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void until_they_are(int count)
{
	for (int i = 0; i < TURNS && listener_waits_for(listener) != count; i++)
		turn();
	assert_int_equal(listener_waits_for(listener), count);
}

static void speak(int fd)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

	assert_int_equal(send(fd, head, sizeof(head) - 1, 0), sizeof(head) - 1);
}

/* Their time is over all at once. They are sent away in many turns, and in the midst of it somebody is heard
 * who has something to say. */
static void test_the_silent(void **state)
{
	int fds[SILENT + 1], before = SILENT + 1, late;

	(void)state;
	for (int i = 0; i <= SILENT; i++)
		fds[i] = come();
	until_they_are(SILENT + 1);
	ahead_ms += 9000;
	late = come();
	speak(fds[0]);
	for (int i = 0; i < TURNS && !arrivals; i++)
		turn();
	until_they_are(SILENT + 1);
	assert_int_equal(arrivals, 1);
	ahead_ms += 2000;
	for (int i = 0; i < TURNS && before; i++) {
		int now;

		turn();
		now = listener_waits_for(listener);
		assert_true(before - now <= TURN_MOST);
		if (before == SILENT + 1 && now < before)
			speak(late);
		before = now;
	}
	assert_int_equal(before, 0);
	assert_int_equal(arrivals, 2);
	assert_true(left > TURN_MOST);
	for (int i = 0; i <= SILENT; i++)
		close(fds[i]);
	close(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_silent, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
