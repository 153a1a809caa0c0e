/* One request, one answer. The states are in enum state; every change of them is a call of uv_poll_start or
 * the end. */
#define _GNU_SOURCE
#include "pushd/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/list.h"
#include "pushd/handshake.h"

#define READ_BYTES  16384
#define REQUEST_MS  20000   /* the time that a body may take to come, and an answer to be taken */
#define DRAIN_MS    2000    /* what is sent after an answer is thrown away for so long … */
#define DRAIN_BYTES 1048576 /* … and so much of it, so that the client gets to read the answer */
#define METHOD_TEXT 16

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
	char method[METHOD_TEXT];

	struct buf out;	      /* the answer's head */
	struct message *body; /* NULL: none */
	size_t sent;	      /* of both */
	size_t drained;
};

/* A piece of text that isn't terminated. */
struct span {
	const char *text;
	size_t len;
};

/* --- reading heads --- */

static struct span until(const char **at, const char *end, char stop)
{
	const char *found = memchr(*at, stop, (size_t)(end - *at));
	struct span span = {*at, found ? (size_t)(found - *at) : (size_t)(end - *at)};

	*at = found ? found + 1 : end;
	return span;
}

static bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.text, text, span.len) == 0;
}

static struct span trim(struct span span)
{
	while (span.len && strchr(" \t\r", span.text[span.len - 1]))
		span.len--;
	while (span.len && strchr(" \t", *span.text))
		span.text++, span.len--;
	return span;
}

struct request_line {
	struct span method, path, query;
};

static bool read_line(const char *bytes, size_t len, struct request_line *ret)
{
	const char *at = bytes, *end = memchr(bytes, '\r', len);
	struct span target, version;

	if (!end)
		return false;
	ret->method = until(&at, end, ' ');
	target = until(&at, end, ' ');
	version = until(&at, end, ' ');
	at = target.text;
	ret->path = until(&at, target.text + target.len, '?');
	ret->query = (struct span){at, (size_t)(target.text + target.len - at)};
	return ret->method.len && ret->method.len < METHOD_TEXT && version.len == 8 &&
	       strncmp(version.text, "HTTP/1.", 7) == 0;
}

/* The next header of this name at or behind *at. */
static bool next_header(const char **at, const char *end, const char *name, struct span *ret)
{
	while (*at < end) {
		struct span line = until(at, end, '\n');
		const char *value = line.text;
		struct span found = until(&value, line.text + line.len, ':');

		if (found.len != strlen(name) || strncasecmp(found.text, name, found.len) != 0)
			continue;
		*ret = trim((struct span){value, (size_t)(line.text + line.len - value)});
		return true;
	}
	return false;
}

/* The end of the head's first line. */
static const char *first_header(const char *bytes, size_t len)
{
	const char *at = bytes;

	(void)until(&at, bytes + len, '\n');
	return at;
}

bool exchange_is_for(const char *bytes, size_t len, const char *path)
{
	size_t head = handshake_end(bytes, len);
	const char *at = first_header(bytes, head);
	struct request_line line;
	struct span upgrade;

	if (!read_line(bytes, head, &line) || next_header(&at, bytes + head, "Upgrade", &upgrade))
		return false;
	return span_is(line.path, path) ||
	       (line.path.len == strlen(path) - 1 && strncmp(line.path.text, path, line.path.len) == 0);
}

static bool find_header(const struct exchange *exchange, const char *name, struct span *ret)
{
	const char *at = first_header(exchange->in.data, exchange->head_len);

	return next_header(&at, exchange->in.data + exchange->head_len, name, ret);
}

bool exchange_header(const struct exchange *exchange, const char *name, char *ret, size_t size)
{
	const char *at = first_header(exchange->in.data, exchange->head_len);
	const char *end = exchange->in.data + exchange->head_len;
	struct span value;
	size_t len = 0;
	bool found = false;

	*ret = '\0';
	while (next_header(&at, end, name, &value)) {
		int written =
		    snprintf(ret + len, size - len, "%s%.*s", found ? ", " : "", (int)value.len, value.text);

		found = true;
		len += (size_t)written < size - len ? (size_t)written : size - len - 1;
	}
	return found;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(struct span value, char *ret, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < value.len && len + 1 < size; i++) {
		int high = i + 2 < value.len ? hex_digit(value.text[i + 1]) : -1;
		int low = high < 0 ? -1 : hex_digit(value.text[i + 2]);
		char c = value.text[i];

		if (c == '+')
			c = ' ';
		if (c == '%' && high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		ret[len++] = c;
	}
	ret[len] = '\0';
}

bool exchange_argument(const struct exchange *exchange, const char *name, char *ret, size_t size)
{
	struct request_line line;
	const char *at, *end;

	if (!read_line(exchange->in.data, exchange->head_len, &line))
		return false;
	at = line.query.text;
	end = at + line.query.len;
	while (at < end) {
		struct span argument = until(&at, end, '&');
		const char *value = argument.text;
		struct span found = until(&value, argument.text + argument.len, '=');

		if (!span_is(found, name))
			continue;
		decode((struct span){value, (size_t)(argument.text + argument.len - value)}, ret, size);
		return true;
	}
	return false;
}

/* Digits and nothing else, once: what says its length twice, or in another way, is not to be trusted. */
static size_t read_length(const struct exchange *exchange)
{
	char text[24], *end;
	struct span coding;
	size_t length;

	if (find_header(exchange, "Transfer-Encoding", &coding))
		return SIZE_MAX;
	if (!exchange_header(exchange, "Content-Length", text, sizeof(text)))
		return 0;
	length = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && strlen(text) < 16 ? length : SIZE_MAX;
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
	struct request_line line;

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
	if (exchange->in.failed || !read_line(bytes, exchange->head_len, &line)) {
		close_exchange(exchange);
		return;
	}
	memcpy(exchange->method, line.method.text, line.method.len);
	exchange->length = read_length(exchange);
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
