/* What a connection does when there is no database: fails soon, says why, and doesn't hammer. */
#include "db/conn.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/compiler.h"

static enum err run(struct db *db)
{
	struct arena *arena = arena_new(0);
	enum err err = db_run(db, arena, "one", "SELECT 1", NULL, 0, NULL);

	arena_free(arena);
	return err;
}

static void test_nobody_there(void **state UNUSED)
{
	struct db *db = db_new("host=/nonexistent port=1 dbname=x user=x", "test", 5000);
	int64_t start = clock_monotonic();

	assert_non_null(db);
	assert_false(db_connected(db));
	assert_false(db_unreachable(db));
	assert_int_equal(run(db), ERR_UNAVAILABLE);
	assert_true(db_unreachable(db));
	assert_non_null(strstr(db_message(db), "/nonexistent"));
	assert_null(strchr(db_message(db), '\n'));
	assert_int_equal(db_script(db, "SELECT 1"), ERR_UNAVAILABLE);
	assert_int_equal(db_begin(db), ERR_UNAVAILABLE);
	assert_true(clock_monotonic() - start < 2000);
	db_rollback(db);
	db_free(db);
}

/* A listener that never accepts: the kernel completes the connection, and nobody ever answers. */
static int silent_listener(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void test_silence_times_out(void **state UNUSED)
{
	int64_t start, took;
	char conninfo[100];
	struct db *db;
	int port, fd = silent_listener(&port);

	snprintf(conninfo, sizeof(conninfo), "host=127.0.0.1 port=%d dbname=x user=x sslmode=disable", port);
	db = db_new(conninfo, "test", 500);
	start = clock_monotonic();
	assert_int_equal(run(db), ERR_UNAVAILABLE);
	took = clock_monotonic() - start;
	assert_in_range(took, 400, 5000);
	assert_non_null(strstr(db_message(db), "timeout"));
	/* Just after a failure it doesn't even try. */
	start = clock_monotonic();
	assert_int_equal(run(db), ERR_UNAVAILABLE);
	assert_true(clock_monotonic() - start < 400);
	db_free(db);
	close(fd);
}

static bool was_called(int listener)
{
	struct pollfd pfd = {.fd = listener, .events = POLLIN};

	return poll(&pfd, 1, 0) == 1;
}

/* The first of two hosts is silent: then the other's turn comes, within the same time. */
static void test_next_host_has_its_turn(void **state UNUSED)
{
	int first, second, a = silent_listener(&first), b = silent_listener(&second);
	int64_t start, took;
	char conninfo[160];
	struct db *db;

	snprintf(conninfo, sizeof(conninfo),
		 "host=127.0.0.1,127.0.0.1 port=%d,%d dbname=x user=x sslmode=disable", first, second);
	db = db_new(conninfo, "test", 400);
	start = clock_monotonic();
	assert_int_equal(run(db), ERR_UNAVAILABLE);
	took = clock_monotonic() - start;
	assert_in_range(took, 300, 2000);
	assert_true(was_called(a));
	assert_true(was_called(b));
	assert_true(db_unreachable(db));
	db_free(db);
	close(a);
	close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nobody_there),
	    cmocka_unit_test(test_silence_times_out),
	    cmocka_unit_test(test_next_host_has_its_turn),
	};

	return cmocka_run_group_tests_name("db/conn", tests, NULL, NULL);
}
