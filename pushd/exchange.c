/* One request, one answer. The states are in enum state; every change of them is a call of uv_poll_start or
 * the end. */
#define _GNU_SOURCE
#include "pushd/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/list.h"
#include "pushd/handshake.h"
#include "pushd/request_head.h"

#define READ_BYTES  16384
#define REQUEST_MS  20000   /* the time that a body may take to come, and an answer to be taken */
#define DRAIN_MS    2000    /* what is sent after an answer is thrown away for so long … */
#define DRAIN_BYTES 1048576 /* … and so much of it, so that the client gets to read the answer */

enum state {
	HELD,	  /* nobody waits for the client; the hooks' owner is to act */
	READING,  /* its body is on its way */
	WAKING,	  /* woken will be called */
	WRITING,  /* its answer is on its way */
	DRAINING, /* it is answered, but the client still sends */
	CLOSED,	  /* the loop is to close its handle */
};

struct exchanges {
	uv_loop_t *loop;
	struct exchange_hooks hooks;
	void *owner;
	struct list all;
};

struct exchange {
	struct exchanges *exchanges;
	struct list in_all;
	uv_poll_t poll;
	int fd;
	enum state state;
	void *context;
	int64_t deadline; /* INT64_MAX: none */

	struct buf in; /* the head, and the body so far */
	size_t head_len;
	size_t length; /* the body's */
	char method[REQUEST_METHOD_TEXT];

	struct buf out;	      /* the answer's head */
	struct message *body; /* NULL: none */
	size_t sent;	      /* of both */
	size_t drained;
};

/* --- what its head says --- */

static struct request_head head_of(const struct exchange *exchange)
{
	return (struct request_head){exchange->in.data, exchange->head_len};
}

bool exchange_header(const struct exchange *exchange, const char *name, char *ret, size_t size)
{
	return request_head_header(head_of(exchange), name, ret, size);
}

bool exchange_argument(const struct exchange *exchange, const char *name, char *ret, size_t size)
{
	return request_head_argument(head_of(exchange), name, ret, size);
}

/* --- the end --- */

static void exchange_free(uv_handle_t *handle)
{
	struct exchange *exchange = handle->data;

	/* a token may stand in its head */
	if (exchange->in.data)
		explicit_bzero(exchange->in.data, exchange->in.len);
	buf_done(&exchange->in);
	buf_done(&exchange->out);
	message_unref(exchange->body);
	free(exchange);
}

static void close_exchange(struct exchange *exchange)
{
	exchange->state = CLOSED;
	list_remove(&exchange->in_all);
	uv_poll_stop(&exchange->poll);
	close(exchange->fd);
	uv_close((uv_handle_t *)&exchange->poll, exchange_free);
}

void exchange_drop(struct exchange *exchange)
{
	close_exchange(exchange);
}

/* Nobody will answer it, and whoever wanted to is told. */
static void lose(struct exchange *exchange)
{
	const struct exchange_hooks *hooks = &exchange->exchanges->hooks;
	bool open = exchange->state <= WAKING;
	void *context = exchange->context;

	close_exchange(exchange);
	if (open && context)
		hooks->lost(context);
}

/* --- the poll handle --- */

static void on_event(uv_poll_t *poll, int status, int events);

static void enter(struct exchange *exchange, enum state state)
{
	static const int events[] = {
	    [HELD] = UV_READABLE | UV_DISCONNECT,
	    [READING] = UV_READABLE,
	    [WAKING] = UV_WRITABLE,
	    [WRITING] = UV_WRITABLE,
	    [DRAINING] = UV_READABLE,
	};
	static const int64_t patience[] = {
	    [READING] = REQUEST_MS,
	    [WRITING] = REQUEST_MS,
	    [DRAINING] = DRAIN_MS,
	};

	exchange->state = state;
	exchange->deadline =
	    state == HELD || state == WAKING ? INT64_MAX : clock_monotonic() + patience[state];
	uv_poll_start(&exchange->poll, events[state], on_event);
}

/* --- requests --- */

static void read_more(struct exchange *exchange)
{
	struct buf *in = &exchange->in;
	ssize_t got;

	if (!buf_reserve(in, READ_BYTES)) {
		lose(exchange);
		return;
	}
	got = recv(exchange->fd, in->data + in->len, READ_BYTES, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lose(exchange);
		return;
	}
	in->len += (size_t)got;
	if (in->len - exchange->head_len < exchange->length)
		return;
	enter(exchange, HELD);
	exchange->exchanges->hooks.read(exchange->context, exchange);
}

void exchange_read(struct exchange *exchange)
{
	if (exchange->in.len - exchange->head_len < exchange->length)
		enter(exchange, READING);
	else
		exchange->exchanges->hooks.read(exchange->context, exchange);
}

const char *exchange_body(const struct exchange *exchange, size_t *ret_len)
{
	*ret_len = exchange->length;
	return exchange->in.data + exchange->head_len;
}

const char *exchange_method(const struct exchange *exchange)
{
	return exchange->method;
}

size_t exchange_length(const struct exchange *exchange)
{
	return exchange->length;
}

void exchange_set_context(struct exchange *exchange, void *context)
{
	exchange->context = context;
}

void exchange_peer(const struct exchange *exchange, char ret[ADDRESS_TEXT])
{
	struct sockaddr_storage at = {0};
	socklen_t len = sizeof(at);
	const void *address = &((struct sockaddr_in *)(void *)&at)->sin_addr;

	*ret = '\0';
	if (getpeername(exchange->fd, (struct sockaddr *)(void *)&at, &len))
		return;
	if (at.ss_family == AF_INET6)
		address = &((struct sockaddr_in6 *)(void *)&at)->sin6_addr;
	if (at.ss_family == AF_INET6 || at.ss_family == AF_INET)
		(void)inet_ntop(at.ss_family, address, ret, ADDRESS_TEXT);
}

void exchange_wake(struct exchange *exchange)
{
	if (exchange->state == HELD)
		enter(exchange, WAKING);
}

/* --- answers --- */

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
	    {200, "OK"},	{204, "No Content"},	  {400, "Bad Request"},	      {403, "Forbidden"},
	    {404, "Not Found"}, {411, "Length Required"}, {413, "Content Too Large"},
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* What the client still sends would make the kernel throw the answer away: it is read first. */
static void finish(struct exchange *exchange)
{
	if (exchange->in.len - exchange->head_len >= exchange->length) {
		close_exchange(exchange);
		return;
	}
	shutdown(exchange->fd, SHUT_WR);
	enter(exchange, DRAINING);
}

static void drain(struct exchange *exchange)
{
	char bytes[READ_BYTES];
	ssize_t got = recv(exchange->fd, bytes, sizeof(bytes), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	exchange->drained += got > 0 ? (size_t)got : 0;
	if (got <= 0 || exchange->drained > DRAIN_BYTES)
		close_exchange(exchange);
}

/* True once all is sent, or nothing more can be. */
static bool send_rest(struct exchange *exchange)
{
	size_t body_len = exchange->body ? exchange->body->len : 0;

	while (exchange->sent < exchange->out.len + body_len) {
		size_t head = exchange->sent < exchange->out.len ? exchange->out.len - exchange->sent : 0;
		size_t of_body = exchange->sent + head - exchange->out.len;
		struct iovec parts[] = {
		    {exchange->out.data + exchange->sent, head},
		    {body_len ? exchange->body->text + of_body : NULL, body_len - of_body},
		};
		struct msghdr message = {
		    .msg_iov = head ? parts : parts + 1,
		    .msg_iovlen = (size_t)(head != 0) + (body_len > of_body),
		};
		ssize_t sent = sendmsg(exchange->fd, &message, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno != EAGAIN;
		exchange->sent += (size_t)sent;
	}
	return true;
}

void exchange_answer(struct exchange *exchange, int status, const char *headers, const char *type,
		     struct message *body)
{
	struct buf *out = &exchange->out;

	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, phrase(status));
	if (type)
		buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body ? body->len : 0);
	buf_adds(out, "Cache-Control: no-store\r\nConnection: close\r\n");
	buf_adds(out, headers ? headers : "");
	buf_adds(out, "\r\n");
	if (out->failed) {
		close_exchange(exchange);
		return;
	}
	exchange->body = body ? message_ref(body) : NULL;
	if (send_rest(exchange))
		finish(exchange);
	else
		enter(exchange, WRITING);
}

/* --- the loop's news --- */

static void wake(struct exchange *exchange)
{
	enter(exchange, HELD);
	exchange->exchanges->hooks.woken(exchange->context, exchange);
}

static void go_on_writing(struct exchange *exchange)
{
	if (send_rest(exchange))
		finish(exchange);
}

static void on_event(uv_poll_t *poll, int status, int events UNUSED)
{
	static void (*const turns[])(struct exchange * exchange) = {
	    /* a client that has a request open has nothing more to say: it has gone, or breaks the rules */
	    [HELD] = lose,	[READING] = read_more, [WAKING] = wake, [WRITING] = go_on_writing,
	    [DRAINING] = drain,
	};
	struct exchange *exchange = poll->data;

	if (status < 0)
		lose(exchange);
	else
		turns[exchange->state](exchange);
}

/* --- all of them --- */

struct exchanges *exchanges_new(void *loop, const struct exchange_hooks *hooks, void *owner)
{
	struct exchanges *exchanges = calloc(1, sizeof(*exchanges));

	if (!exchanges)
		return NULL;
	exchanges->loop = loop;
	exchanges->hooks = *hooks;
	exchanges->owner = owner;
	list_init(&exchanges->all);
	return exchanges;
}

void exchanges_take(struct exchanges *exchanges, int fd, const char *bytes, size_t len)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange || uv_poll_init(exchanges->loop, &exchange->poll, fd)) {
		free(exchange);
		close(fd);
		return;
	}
	exchange->exchanges = exchanges;
	exchange->fd = fd;
	exchange->poll.data = exchange;
	list_append(&exchanges->all, &exchange->in_all);
	buf_init(&exchange->in, NULL);
	buf_init(&exchange->out, NULL);
	buf_add(&exchange->in, bytes, len);
	exchange->head_len = handshake_end(bytes, len);
	if (exchange->in.failed || !request_head_method(head_of(exchange), exchange->method)) {
		close_exchange(exchange);
		return;
	}
	exchange->length = request_head_length(head_of(exchange));
	enter(exchange, HELD);
	exchanges->hooks.begun(exchanges->owner, exchange);
}

void exchanges_tick(struct exchanges *exchanges, int64_t now)
{
	list_each (node, &exchanges->all) {
		struct exchange *exchange = list_entry(node, struct exchange, in_all);

		if (exchange->deadline <= now)
			lose(exchange);
	}
}

bool exchanges_idle(const struct exchanges *exchanges)
{
	return list_empty(&exchanges->all);
}

void exchanges_stop(struct exchanges *exchanges)
{
	while (!list_empty(&exchanges->all))
		lose(list_entry(exchanges->all.next, struct exchange, in_all));
}

void exchanges_free(struct exchanges *exchanges)
{
	free(exchanges);
}
