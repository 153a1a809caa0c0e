#define _GNU_SOURCE /* environ */
#include "fcgi-app/http/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct gateway {
	FCGX_Request request;
	int listening;
	int64_t patience_ms; /* with a web server that says nothing, or takes nothing, in the middle of a
				request */
	long long unread;    /* of the request's body */
	int waiting;	     /* epoll on the listening socket; -1: the accept itself must do */
};

static volatile sig_atomic_t stopping;

/* Workers that wait in accept() are woken in turn, so that each request meets the one that has slept longest:
 * its memory and its database backend's have long left the cache. epoll wakes the same few as long as they
 * are enough. */
static int wait_for(int listen_fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	const int waiting = epoll_create1(EPOLL_CLOEXEC);
	if (waiting >= 0 && epoll_ctl(waiting, EPOLL_CTL_ADD, listen_fd, &event) < 0) {
		close(waiting);
		return -1;
	}
	return waiting;
}

/* libfcgi checks the addresses of FCGI_WEB_SERVER_ADDRS in its own accept, so there it has to be that one. */
static bool accepts_itself(void)
{
	const char *addresses = getenv("FCGI_WEB_SERVER_ADDRS");
	return addresses && *addresses;
}

static struct gateway *make(int listen_fd, int64_t patience_ms, int waiting)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	const int theirs = accepts_itself() ? listen_fd : -1;
	if (gateway &&
	    (FCGX_Init() || FCGX_InitRequest(&gateway->request, theirs, FCGI_FAIL_ACCEPT_ON_INTR))) {
		free(gateway);
		return NULL;
	}
	if (gateway) {
		gateway->listening = listen_fd;
		gateway->patience_ms = patience_ms;
		gateway->waiting = waiting;
	}
	return gateway;
}

struct gateway *gateway_new(int listen_fd, int64_t patience_ms)
{
	struct gateway *gateway = make(listen_fd, patience_ms, -1);
	if (gateway)
		gateway->waiting = wait_for(listen_fd);
	return gateway;
}

struct gateway *gateway_next(struct gateway *gateway)
{
	struct gateway *next = make(gateway->listening, gateway->patience_ms, gateway->waiting);
	if (next)
		gateway->waiting = -1;
	return next;
}

void gateway_free(struct gateway *gateway)
{
	if (!gateway)
		return;
	FCGX_Free(&gateway->request, 1);
	if (gateway->waiting >= 0)
		close(gateway->waiting);
	free(gateway);
}

static size_t fastcgi_read(void *stream, char *into, size_t len)
{
	struct gateway *gateway = stream;
	const int got = len > INT_MAX ? 0 : FCGX_GetStr(into, (int)len, gateway->request.in);
	if (got <= 0)
		return 0;
	gateway->unread -= got;
	return (size_t)got;
}

static bool fastcgi_write(void *stream, const char *bytes, size_t len)
{
	const struct gateway *gateway = stream;
	return len <= INT_MAX && FCGX_PutStr(bytes, (int)len, gateway->request.out) == (int)len;
}

/* -1: told to stop, or the socket is of no use. */
static int accept_one(const struct gateway *gateway)
{
	struct epoll_event event;
	int fd = -1;
	while (fd < 0 && !stopping) {
		if (gateway->waiting >= 0)
			(void)epoll_wait(gateway->waiting, &event, 1, -1);
		fd = stopping ? -1 : accept4(gateway->listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return -1;
	}
	return fd;
}

/* Hands libfcgi a connection that it takes for a kept one. It reads without a limit of time, so the socket
 * has it: else as many halves of requests as there are workers would stop them all. */
static bool connect_one(struct gateway *gateway)
{
	const struct timeval patience = {.tv_sec = gateway->patience_ms / 1000,
					 .tv_usec = gateway->patience_ms % 1000 * 1000};
	const int fd = accept_one(gateway);
	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	gateway->request.ipcFd = fd;
	gateway->request.keepConnection = 1;
	return true;
}

/* False: told to stop, or the socket is of no use. */
static bool accept_request(struct gateway *gateway)
{
	if (gateway->request.listen_sock >= 0)
		return FCGX_Accept_r(&gateway->request) >= 0;
	/* whoever brings no request is gone when libfcgi gives up, for want of a socket to accept others from
	 */
	do {
		if (gateway->request.ipcFd < 0 && !connect_one(gateway))
			return false;
	} while (FCGX_Accept_r(&gateway->request) < 0 && !stopping);
	return !stopping || gateway->request.in;
}

bool gateway_accept(struct gateway *gateway, struct exchange *ret)
{
	if (!accept_request(gateway))
		return false;
	const char *length = FCGX_GetParam("CONTENT_LENGTH", gateway->request.envp);
	gateway->unread = length ? strtoll(length, NULL, 10) : 0;
	*ret = (struct exchange){.variables = gateway->request.envp,
				 .read = fastcgi_read,
				 .write = fastcgi_write,
				 .stream = gateway};
	return true;
}

/* A socket that is closed with something unread in it may take the reply along. So libfcgi waits until the
 * web server has closed it: the worker sleeps, is woken, and only then is there for the next request. Where
 * nothing is unread, a detached request's socket is closed at once. */
static bool nothing_unread(const struct gateway *gateway)
{
	return gateway->unread == 0 && FCGX_GetChar(gateway->request.in) == EOF;
}

void gateway_finish(struct gateway *gateway)
{
	if (nothing_unread(gateway))
		FCGX_Detach(&gateway->request);
	FCGX_Finish_r(&gateway->request);
}

void gateway_stop(void)
{
	stopping = 1;
	FCGX_ShutdownPending();
}

static long long cgi_unread; /* of the body on stdin */

static size_t cgi_read(void *stream, char *into, size_t len)
{
	(void)stream;
	const size_t got = fread(into, 1, len, stdin);
	cgi_unread -= (long long)got;
	return got;
}

/* A web server may write the whole body before it reads a byte of the reply, and lose the reply when nobody
 * takes the body. */
static void drain(void)
{
	char bytes[16384];
	while (cgi_unread > 0) {
		const size_t wanted =
		    cgi_unread < (long long)sizeof(bytes) ? (size_t)cgi_unread : sizeof(bytes);
		if (cgi_read(NULL, bytes, wanted) < wanted)
			break;
	}
}

static bool cgi_write(void *stream, const char *bytes, size_t len)
{
	(void)stream;
	drain();
	return fwrite(bytes, 1, len, stdout) == len && fflush(stdout) == 0;
}

void gateway_cgi(struct exchange *ret)
{
	const char *length = getenv("CONTENT_LENGTH");
	cgi_unread = length ? strtoll(length, NULL, 10) : 0;
	*ret = (struct exchange){.variables = environ, .read = cgi_read, .write = cgi_write};
}
