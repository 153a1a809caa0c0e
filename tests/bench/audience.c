#define _GNU_SOURCE /* memmem */
#include "tests/bench/audience.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "tests/bench/wire.h"

#define BATCH	   100 /* so many dial at a time: fewer than any server keeps waiting */
#define READ_BYTES 16384
#define PATIENCE_S 30
#define QUIET_MS   300 /* nobody has heard anything so long: all has been said to newcomers */

static void audience_init(struct audience *audience, int count, const char *mark)
{
	*audience = (struct audience){.count = count, .mark = mark, .loop = epoll_create1(EPOLL_CLOEXEC)};
	audience->listeners = room_for((size_t)count, sizeof *audience->listeners);
}

static void listener_dial(struct listener *l, int port)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};

	l->fd = dial(port);
	l->in = room_for(1, READ_BYTES);
	setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static void watch(const struct audience *audience, struct listener *l)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = l};

	if (epoll_ctl(audience->loop, EPOLL_CTL_ADD, l->fd, &event) < 0)
		die("epoll");
}

void audience_dial_bare(struct audience *audience, int count, int port)
{
	audience_init(audience, count, NULL);
	for (int i = 0; i < count; i++) {
		listener_dial(&audience->listeners[i], port);
		watch(audience, &audience->listeners[i]);
	}
}

/* --- coming in --- */

static void receive(struct listener *l)
{
	ssize_t got = recv(l->fd, l->in + l->have, READ_BYTES - l->have, 0);

	if (got <= 0)
		die("a listener was not let in");
	l->have += (size_t)got;
}

static void drop(struct listener *l, size_t used)
{
	l->have -= used;
	memmove(l->in, l->in + used, l->have);
}

/* The text with the listener's token in it; freed by the caller. */
static char *fill(const struct listener *l, const char *text)
{
	static const char place[] = "@token@";
	const char *at = strstr(text, place);
	char *filled = room_for(1, strlen(text) + strlen(l->token) + 1);

	if (at)
		sprintf(filled, "%.*s%s%s", (int)(at - text), text, l->token, at + strlen(place));
	else
		strcpy(filled, text);
	return filled;
}

static void upgrade(struct listener *l, const char *target)
{
	char head[4096], *filled = fill(l, target);
	int n = snprintf(head, sizeof head,
			 "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
			 filled);

	if (n <= 0 || (size_t)n >= sizeof head || send(l->fd, head, (size_t)n, MSG_NOSIGNAL) != n)
		die("upgrade");
	free(filled);
}

static void await_upgrade(struct listener *l, const char *target)
{
	const unsigned char *end;

	(void)target;
	while (!(end = memmem(l->in, l->have, "\r\n\r\n", 4)))
		receive(l);
	if (memcmp(l->in, "HTTP/1.1 101", 12) != 0) {
		errno = 0;
		die("the upgrade was refused");
	}
	drop(l, (size_t)(end + 4 - l->in));
}

static void say(struct listener *l, const char *text)
{
	char *filled = fill(l, text);

	ws_say(l->fd, filled, strlen(filled));
	free(filled);
}

/* Frames that the server expects an answer to: WebSocket's ping, and Engine.IO's. */
static void answer_ping(struct listener *l, int opcode, const unsigned char *payload, size_t len)
{
	if (opcode == 9)
		ws_pong(l->fd, payload, len);
	else if (opcode == 1 && len == 1 && payload[0] == '2')
		say(l, "3");
}

static void await_like(struct listener *l, const char *text)
{
	const unsigned char *payload;
	size_t used, len;
	int opcode;
	bool found = false;

	while (!found) {
		while (!(used = ws_parse(l->in, l->have, &opcode, &payload, &len)))
			receive(l);
		found = opcode == 1 && memmem(payload, len, text, strlen(text));
		answer_ping(l, opcode, payload, len);
		drop(l, used);
	}
}

static void each(struct listener *listeners, int count, void (*act)(struct listener *, const char *),
		 const char *text)
{
	for (int i = 0; i < count; i++)
		act(&listeners[i], text);
}

static void ignore(void *context, unsigned event)
{
	(void)context, (void)event;
}

static void until_quiet(struct audience *audience, int ms)
{
	while (epoll_wait(audience->loop, &(struct epoll_event){0}, 1, ms) > 0)
		audience_drain(audience, 0, ignore, NULL);
}

void audience_dial(struct audience *audience, int count, int port, const char *script, const char *tokens,
		   const char *mark)
{
	size_t lines, token_count;
	char **steps = read_lines(script, &lines), **all = read_lines(tokens, &token_count);

	audience_init(audience, count, mark);
	for (int first = 0; first < count; first += BATCH) {
		int batch = count - first < BATCH ? count - first : BATCH;
		struct listener *listeners = &audience->listeners[first];

		for (int i = 0; i < batch; i++) {
			listeners[i].token = all[(size_t)(first + i) % token_count];
			listener_dial(&listeners[i], port);
		}
		each(listeners, batch, upgrade, steps[0]);
		each(listeners, batch, await_upgrade, steps[0]);
		for (size_t s = 1; s < lines; s++)
			each(listeners, batch, steps[s][0] == '>' ? say : await_like, steps[s] + 2);
		for (int i = 0; i < batch; i++)
			watch(audience, &listeners[i]);
		/* those who are in already are pinged */
		until_quiet(audience, 0);
	}
	until_quiet(audience, QUIET_MS);
	audience->others = 0;
}

/* --- listening --- */

/* How many events the listener has got with what it has. */
static unsigned take_frames(struct audience *audience, struct listener *l)
{
	const unsigned char *payload;
	size_t used, len, at = 0;
	unsigned found = 0;
	int opcode;

	while ((used = ws_parse(l->in + at, l->have - at, &opcode, &payload, &len)) > 0) {
		if (opcode == 1 && memmem(payload, len, audience->mark, strlen(audience->mark))) {
			found++;
			audience->frame_bytes = used;
		} else {
			answer_ping(l, opcode, payload, len);
			audience->others += opcode == 1;
		}
		at += used;
	}
	drop(l, at);
	return found;
}

static unsigned take_bytes(const struct audience *audience, struct listener *l)
{
	unsigned before = (unsigned)(l->bytes / audience->frame_bytes);

	l->bytes += l->have;
	l->have = 0;
	return (unsigned)(l->bytes / audience->frame_bytes) - before;
}

bool audience_drain(struct audience *audience, int timeout_ms,
		    void (*on_event)(void *context, unsigned event), void *context)
{
	struct epoll_event events[512];
	int n = epoll_wait(audience->loop, events, 512, timeout_ms);
	bool other = false;

	for (int i = 0; i < n; i++) {
		struct listener *l = events[i].data.ptr;
		ssize_t got;
		unsigned found;
		if (!l) {
			other = true;
			continue;
		}
		got = recv(l->fd, l->in + l->have, READ_BYTES - l->have, MSG_DONTWAIT);
		if (got <= 0)
			die("a listener's socket was closed");
		l->have += (size_t)got;
		found = audience->mark ? take_frames(audience, l) : take_bytes(audience, l);
		while (found-- > 0)
			on_event(context, l->heard++);
	}
	return other;
}
