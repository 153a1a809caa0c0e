#include "fcgi-app/handlers/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define STATUS_LINE "HTTP/1.1 200"

/* "host:port" in two, brackets off. False: it isn't that. */
static bool split(const char *listen, char *host, size_t host_size, const char **ret_port)
{
	const char *colon = strrchr(listen, ':');
	if (!colon || (size_t)(colon - listen) >= host_size)
		return false;
	size_t len = (size_t)(colon - listen);
	if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
		listen++;
		len -= 2;
	}
	snprintf(host, host_size, "%.*s", (int)len, listen);
	if (strcmp(host, "") == 0 || strcmp(host, "*") == 0 || strcmp(host, "0.0.0.0") == 0)
		snprintf(host, host_size, "127.0.0.1");
	else if (strcmp(host, "::") == 0)
		snprintf(host, host_size, "::1");
	*ret_port = colon + 1;
	return true;
}

static bool wait_for(int fd, short events, int64_t until)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	for (;;) {
		const int64_t left = until - clock_monotonic();
		const int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
		if (ready > 0)
			return true;
		if (ready == 0 || errno != EINTR)
			return false;
	}
}

static bool connected(int fd, const struct addrinfo *to, int64_t until)
{
	if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
		return true;
	int err = 0;
	socklen_t len = sizeof(err);
	return errno == EINPROGRESS && wait_for(fd, POLLOUT, until) &&
	       getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 && err == 0;
}

/* The request fits into any socket's buffer, so one send is all of it. */
static bool answers(int fd, const char *path, int64_t until)
{
	char text[256];
	const int len = snprintf(text, sizeof(text),
				 "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
	if (len >= (int)sizeof(text) || send(fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return false;
	size_t got = 0;
	while (got < strlen(STATUS_LINE)) {
		if (!wait_for(fd, POLLIN, until))
			return false;
		const ssize_t part = recv(fd, text + got, sizeof(text) - got, 0);
		if (part == 0 || (part < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		got += part > 0 ? (size_t)part : 0;
	}
	return memcmp(text, STATUS_LINE, strlen(STATUS_LINE)) == 0;
}

bool probe_http(const char *listen, const char *path, int timeout_ms)
{
	const int64_t until = clock_monotonic() + timeout_ms;
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				       .ai_socktype = SOCK_STREAM};
	struct addrinfo *to;
	char host[64];
	const char *port;
	if (!split(listen, host, sizeof(host), &port) || getaddrinfo(host, port, &hints, &to) != 0)
		return false;
	const int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const bool alive = fd >= 0 && connected(fd, to, until) && answers(fd, path, until);
	if (fd >= 0)
		close(fd);
	freeaddrinfo(to);
	return alive;
}
