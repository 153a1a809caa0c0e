/* accept(), and a buffer per newcomer until his head is whole. */
#define _GNU_SOURCE
#include "pushd/listener.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/list.h"
#include "core/address.h"
#include "core/log.h"
#include "pushd/handshake.h"
#include "pushd/head.h"

#define BACKLOG	     4096
#define HEAD_MAX     16384 /* bytes of a request head */
#define HEAD_MS	     10000 /* and the time it may take to come */
#define HURRY_MS     1000  /* … when those who haven't sent one hold half of the files */
#define PATIENCE_MS  1000  /* how often that is looked at, and how long we rest when out of files */
#define RESTS_MOST   64	   /* pieces of what is sent behind a head that is turned away */
#define ACCEPTS_MOST 256   /* in one turn of the loop */
#define DROPS_MOST   64	   /* likewise: who came together is due together, and each end takes 7 µs */
#define AGAIN_MS     1	   /* when the rest of them have their turn */
#define FILES_KEPT   64	   /* for the lanes' way back to the database, and the bus; a quarter of few */

struct listener {
	uv_loop_t *loop;
	struct listener_hooks hooks;
	uv_poll_t poll;
	uv_timer_t patience;
	int fd;
	int full;	       /* a newcomer with this descriptor is one too many */
	int64_t refused;       /* since that was last said */
	int64_t hurried;       /* likewise: dropped before their time */
	struct list newcomers; /* who came first, first */
	int waiting;	       /* as many are there … */
	int waiting_most;      /* … and may be */
	bool paused, closed;
};

/* Somebody whose head isn't whole. */
struct newcomer {
	struct list in_newcomers;
	struct listener *listener;
	uv_poll_t poll;
	int fd; /* -1: handed on or closed */
	int64_t since;
	struct buf head;
};

static void newcomer_free(uv_handle_t *handle)
{
	struct newcomer *newcomer = handle->data;

	buf_done(&newcomer->head);
	free(newcomer);
}

/* Takes the loop's hands off the socket; whoever wants it has taken it before. */
static void let_go(struct newcomer *newcomer)
{
	uv_poll_stop(&newcomer->poll);
	list_remove(&newcomer->in_newcomers);
	newcomer->listener->waiting--;
	if (newcomer->fd >= 0)
		close(newcomer->fd);
	newcomer->fd = -1;
	uv_close((uv_handle_t *)&newcomer->poll, newcomer_free);
}

/* Says why, and reads what has come behind it: else the kernel would take the answer back. */
static void turn_away(struct newcomer *newcomer, const char *answer)
{
	char rest[4096];

	(void)send(newcomer->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	for (int i = 0; i < RESTS_MOST; i++)
		if (recv(newcomer->fd, rest, sizeof(rest), MSG_DONTWAIT) <= 0)
			break;
	let_go(newcomer);
}

static void hand_on(struct newcomer *newcomer)
{
	const struct listener_hooks *hooks = &newcomer->listener->hooks;
	int fd = newcomer->fd;

	uv_poll_stop(&newcomer->poll);
	newcomer->fd = -1;
	hooks->arrived(hooks->context, fd, newcomer->head.data, newcomer->head.len);
	let_go(newcomer);
}

static void judge(struct newcomer *newcomer, const char *fault)
{
	if (fault)
		turn_away(newcomer, fault);
	else
		hand_on(newcomer);
}

static void read_head(struct newcomer *newcomer)
{
	struct buf *head = &newcomer->head;
	size_t end;
	ssize_t got;

	if (!buf_reserve(head, 2048)) {
		let_go(newcomer);
		return;
	}
	got = recv(newcomer->fd, head->data + head->len, 2048, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		let_go(newcomer);
		return;
	}
	head->len += (size_t)got;
	end = handshake_end(head->data, head->len);
	if (end || head->len >= HEAD_MAX)
		judge(newcomer, end ? head_fault(head->data, end) : head_too_long());
}

static void on_readable(uv_poll_t *poll, int status, int events UNUSED)
{
	struct newcomer *newcomer = poll->data;

	if (status < 0)
		let_go(newcomer);
	else
		read_head(newcomer);
}

static bool welcome(struct listener *listener, int fd)
{
	struct newcomer *newcomer = calloc(1, sizeof(*newcomer));
	int on = 1;

	if (!newcomer)
		return false;
	newcomer->listener = listener;
	newcomer->fd = fd;
	newcomer->since = clock_monotonic();
	buf_init(&newcomer->head, NULL);
	if (uv_poll_init(listener->loop, &newcomer->poll, fd)) {
		free(newcomer);
		return false;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	newcomer->poll.data = newcomer;
	list_append(&listener->newcomers, &newcomer->in_newcomers);
	listener->waiting++;
	uv_poll_start(&newcomer->poll, UV_READABLE, on_readable);
	return true;
}

/* There would be files for a few more, but then none to reach the database with, nor for a worker's way to
 * the bus: ZeroMQ ends the program when it has none. Descriptors are given out from the lowest: the number
 * tells how many are open. What was sent to us is read, or the reset takes the answer along. */
static void refuse(struct listener *listener, int fd)
{
	static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
				     "Content-Length: 0\r\nConnection: close\r\n\r\n";
	char head[4096];

	listener->refused++;
	(void)recv(fd, head, sizeof(head), MSG_DONTWAIT);
	(void)send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static int files_most(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return (int)limit.rlim_cur - (limit.rlim_cur < 4 * FILES_KEPT ? (int)limit.rlim_cur / 4 : FILES_KEPT);
}

static void on_connection(uv_poll_t *poll, int status UNUSED, int events UNUSED)
{
	struct listener *listener = poll->data;

	for (int i = 0; i < ACCEPTS_MOST; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= listener->full)
			refuse(listener, fd);
		else if (fd >= 0 && !welcome(listener, fd))
			close(fd);
		if (fd >= 0 || errno == EINTR || errno == ECONNABORTED)
			continue;
		/* out of files: the socket would stay readable and we would spin */
		if (errno != EAGAIN) {
			log_warn("cannot accept", LOG_TEXT("error", strerror(errno)));
			uv_poll_stop(poll);
		}
		return;
	}
}

/* Nobody is sent away who has spoken since we last looked. False: he has time left, and so has whoever came
 * after him. */
static bool lose_patience(struct newcomer *newcomer, int64_t now)
{
	struct listener *listener = newcomer->listener;
	bool hurry = listener->waiting > listener->waiting_most;

	if (now - newcomer->since <= (hurry ? HURRY_MS : HEAD_MS))
		return false;
	read_head(newcomer);
	if (newcomer->fd < 0)
		return true;
	let_go(newcomer);
	listener->hurried += hurry;
	return true;
}

/* True: there may be more whose time is over. */
static bool drop_the_silent(struct listener *listener)
{
	int64_t now = clock_monotonic();
	int left = DROPS_MOST;

	list_each (node, &listener->newcomers)
		if (left-- == 0 || !lose_patience(list_entry(node, struct newcomer, in_newcomers), now))
			return left < 0;
	return false;
}

static void report(struct listener *listener)
{
	if (listener->refused)
		log_warn("newcomers refused: too few files left", LOG_INT("count", listener->refused));
	if (listener->hurried)
		log_warn("newcomers dropped: too many say nothing", LOG_INT("count", listener->hurried));
	listener->refused = listener->hurried = 0;
}

static void on_patience(uv_timer_t *timer)
{
	struct listener *listener = timer->data;

	if (drop_the_silent(listener))
		uv_timer_start(timer, on_patience, AGAIN_MS, PATIENCE_MS);
	else
		report(listener);
	if (!listener->paused)
		uv_poll_start(&listener->poll, UV_READABLE, on_connection);
}

/* --- the socket --- */

static bool read_address(const char *text, struct sockaddr_in6 *ret, bool *ret_any)
{
	struct id address;
	uint16_t port;

	if (!endpoint_parse(text, &address, &port))
		return false;
	*ret_any = text[0] == ':' && text[1] != ':';
	*ret = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
	memcpy(&ret->sin6_addr, address.b, sizeof(address.b));
	return true;
}

/* An IPv4 address is bound as such, so that a host without IPv6 can have one. */
static int bind_socket(const struct sockaddr_in6 *at, bool any)
{
	bool v4 = any || IN6_IS_ADDR_V4MAPPED(&at->sin6_addr);
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = at->sin6_port};
	const struct sockaddr *address = v4 ? (const struct sockaddr *)(void *)&in : (const void *)at;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (!any)
		memcpy(&in.sin_addr, at->sin6_addr.s6_addr + 12, 4);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, v4 ? sizeof(in) : sizeof(*at)) || listen(fd, BACKLOG)) {
		close(fd);
		return -1;
	}
	return fd;
}

enum err listener_take(void *loop, int fd, const struct listener_hooks *hooks, struct listener **ret)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener || uv_poll_init(loop, &listener->poll, fd)) {
		close(fd);
		free(listener);
		return listener ? ERR_CONFIG : ERR_MEMORY;
	}
	listener->loop = loop;
	listener->hooks = *hooks;
	listener->full = files_most();
	listener->fd = fd;
	listener->waiting_most = listener->full / 2;
	list_init(&listener->newcomers);
	uv_timer_init(loop, &listener->patience);
	listener->poll.data = listener->patience.data = listener;
	uv_poll_start(&listener->poll, UV_READABLE, on_connection);
	uv_timer_start(&listener->patience, on_patience, PATIENCE_MS, PATIENCE_MS);
	*ret = listener;
	return OK;
}

enum err listener_new(void *loop, const char *address, const struct listener_hooks *hooks,
		      struct listener **ret)
{
	struct sockaddr_in6 at;
	bool any;
	int fd = read_address(address, &at, &any) ? bind_socket(&at, any) : -1;

	return fd < 0 ? ERR_CONFIG : listener_take(loop, fd, hooks, ret);
}

void listener_pause(struct listener *listener)
{
	listener->paused = true;
	uv_poll_stop(&listener->poll);
}

void listener_resume(struct listener *listener)
{
	listener->paused = false;
	uv_poll_start(&listener->poll, UV_READABLE, on_connection);
}

void listener_shut(struct listener *listener)
{
	if (listener->closed)
		return;
	listener->closed = true;
	uv_close((uv_handle_t *)&listener->poll, NULL);
	uv_close((uv_handle_t *)&listener->patience, NULL);
	close(listener->fd);
}

int listener_waits_for(const struct listener *listener)
{
	return listener->waiting;
}

void listener_stop(struct listener *listener)
{
	listener_shut(listener);
	list_each (node, &listener->newcomers)
		let_go(list_entry(node, struct newcomer, in_newcomers));
}

void listener_free(struct listener *listener)
{
	free(listener);
}
