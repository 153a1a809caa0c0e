/* Holds connections that never finish their request: HEAD on each, and whoever is sent away comes
 * again, at a steady pace. Says "full" once all are there, and ends with its input.
 *
 *   halves HEAD COUNT PER_SECOND PORT... */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define FILES_MOST 65536
#define EVENTS	   64
#define TICK_MS	   1
#define FILLED_NS  UINT64_C(60000000000) /* by then all are there, or never */

static bool said[FILES_MOST];
static const char *head;
static int epoll;
static long held;

static void come(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};

	if (fd < 0 || fd >= FILES_MOST)
		die("socket");
	(void)connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
	said[fd] = false;
	held++;
}

static void attend(int fd, uint32_t events)
{
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		close(fd);
		held--;
	} else if (!said[fd] && events & EPOLLOUT) {
		said[fd] = true;
		(void)!send(fd, head, strlen(head), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

/* False: nobody is there any more who would hear of it. */
static bool listen_once(void)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(epoll, events, EVENTS, TICK_MS);

	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == STDIN_FILENO)
			return false;
		attend(events[i].data.fd, events[i].events);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct epoll_event input = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
	long count, next = 0;
	uint64_t every, begun = now_ns(), due = begun;
	bool full = false;

	if (argc < 5) {
		fprintf(stderr, "usage: halves HEAD COUNT PER_SECOND PORT...\n");
		return 2;
	}
	head = argv[1];
	count = atol(argv[2]);
	every = (uint64_t)(1e9 / atof(argv[3]));
	raise_descriptors();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input))
		die("input");
	while (listen_once()) {
		for (; due < now_ns() && held < count; due += every)
			come(atoi(argv[4 + next++ % (argc - 4)]));
		if (!full && due - begun > FILLED_NS)
			die("they are sent away sooner than they come");
		if (held < count)
			continue;
		due = now_ns();
		if (!full)
			full = puts("full") >= 0 && !fflush(stdout);
	}
	return 0;
}
