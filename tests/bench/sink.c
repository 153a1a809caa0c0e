/* The least that a server can do with whoever comes: it takes everybody, reads what they say, answers the
 * first head as if it were an upgrade with one message behind it, and closes what has had no whole head for
 * ten seconds. What an assault on it costs those beside it is the attackers' part, whatever a server does.
 * Prints its port.
 *
 *   sink */
#define _GNU_SOURCE /* memmem, accept4 */
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define FILES_MOST  65536
#define PATIENCE_NS UINT64_C(10000000000)
#define EVENTS	    256

static const char answer[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    "\x81\x12{\"type\":\"greeted\"}";

/* Since when each descriptor waits for a head; 0: it doesn't. */
static uint64_t since[FILES_MOST];
static int files; /* one more than the highest */
static int epoll, listener;

static int listen_anywhere(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, len) || listen(fd, 4096) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		die("listen");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static void follow(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd >= FILES_MOST || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("follow");
	if (fd >= files)
		files = fd + 1;
}

static void take_all(void)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		follow(fd);
		since[fd] = now_ns();
	}
}

static void drop(int fd)
{
	since[fd] = 0;
	close(fd);
}

static void read_some(int fd)
{
	static char bytes[65536];
	ssize_t got = recv(fd, bytes, sizeof bytes, 0);

	if (got <= 0) {
		drop(fd);
	} else if (since[fd] && memmem(bytes, (size_t)got, "\r\n\r\n", 4)) {
		since[fd] = 0;
		(void)!send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
	}
}

static void drop_the_silent(uint64_t now)
{
	for (int fd = 0; fd < files; fd++)
		if (since[fd] && now - since[fd] > PATIENCE_NS)
			drop(fd);
}

int main(void)
{
	struct epoll_event events[EVENTS];
	uint64_t looked = now_ns();

	raise_descriptors();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener = listen_anywhere();
	follow(listener);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, 1000);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				take_all();
			else
				read_some(events[i].data.fd);
		}
		if (now_ns() - looked > UINT64_C(1000000000))
			drop_the_silent(looked = now_ns());
	}
}
