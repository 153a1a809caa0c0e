#define _GNU_SOURCE /* memmem */
#include "tests/bench/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, errno ? strerror(errno) : "failed");
	exit(1);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

int dial(int port)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

void raise_descriptors(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void ws_open(int fd, const char *path, const char *token)
{
	char head[8192], answer[4096];
	int n = snprintf(head, sizeof head,
			 "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
			 "Sec-WebSocket-Protocol: bearer, %s\r\n\r\n",
			 path, token);
	size_t have = 0;

	if (n <= 0 || (size_t)n >= sizeof head || send(fd, head, (size_t)n, MSG_NOSIGNAL) != n)
		die("upgrade");
	/* Byte by byte up to the blank line, so that no frame behind it is swallowed. */
	while (have < 4 || memcmp(answer + have - 4, "\r\n\r\n", 4) != 0) {
		if (have == sizeof answer - 1 || recv(fd, answer + have, 1, 0) != 1)
			die("upgrade answer");
		have++;
	}
	if (strncmp(answer, "HTTP/1.1 101", 12) != 0) {
		errno = 0;
		die("the upgrade was refused");
	}
}

size_t ws_parse(const unsigned char *bytes, size_t len, int *ret_opcode, const unsigned char **ret_payload,
		size_t *ret_payload_len)
{
	size_t head = 2, size;
	if (len < 2)
		return 0;
	size = bytes[1] & 0x7f;
	if (size == 126) {
		if (len < 4)
			return 0;
		size = (size_t)bytes[2] << 8 | bytes[3];
		head = 4;
	} else if (size == 127) {
		if (len < 10)
			return 0;
		size = 0;
		for (int i = 2; i < 10; i++)
			size = size << 8 | bytes[i];
		head = 10;
	}
	if (len < head || len - head < size)
		return 0;
	*ret_opcode = bytes[0] & 15;
	*ret_payload = bytes + head;
	*ret_payload_len = size;
	return head + size;
}

void ws_say(int fd, const char *text, size_t len)
{
	unsigned char frame[8 + 4096] = {0x81}; /* a mask of zeros is a mask */
	size_t head = len < 126 ? 6 : 8;

	if (len > 4096)
		die("a message too long");
	frame[1] = (unsigned char)(0x80 | (len < 126 ? len : 126));
	if (len >= 126) {
		frame[2] = (unsigned char)(len >> 8);
		frame[3] = (unsigned char)len;
	}
	memcpy(frame + head, text, len);
	if (send(fd, frame, head + len, MSG_NOSIGNAL) != (ssize_t)(head + len))
		die("say");
}

void ws_pong(int fd, const unsigned char *payload, size_t len)
{
	unsigned char frame[6 + 125] = {0x8a, (unsigned char)(0x80 | len)}; /* a mask of zeros is a mask */

	if (len > 125)
		die("a ping too long");
	memcpy(frame + 6, payload, len);
	if (send(fd, frame, 6 + len, MSG_NOSIGNAL) < 0)
		die("pong");
}

/* False: nothing was there. */
static bool ws_read(struct ws *ws)
{
	ssize_t got;

	if (ws->room - ws->have < 16384) {
		ws->room = ws->room ? ws->room * 2 : 32768;
		ws->in = realloc(ws->in, ws->room);
		if (!ws->in)
			die("memory");
	}
	got = recv(ws->fd, ws->in + ws->have, ws->room - ws->have, MSG_DONTWAIT);
	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0)
		die("a socket was closed");
	ws->have += (size_t)got;
	return true;
}

static void ws_closed(const unsigned char *payload, size_t len)
{
	fprintf(stderr, "bench: closed: %.*s\n", len > 2 ? (int)len - 2 : 0, (const char *)payload + 2);
	errno = 0;
	die("a socket was closed");
}

void ws_take(struct ws *ws, void (*hear)(struct ws *ws, const char *text, size_t len))
{
	const unsigned char *payload;
	size_t used, len, at = 0;
	int opcode;

	if (!ws_read(ws))
		return;
	while ((used = ws_parse(ws->in + at, ws->have - at, &opcode, &payload, &len)) > 0) {
		if (opcode == 9)
			ws_pong(ws->fd, payload, len);
		else if (opcode == 8)
			ws_closed(payload, len);
		else
			hear(ws, (const char *)payload, len);
		at += used;
	}
	ws->have -= at;
	memmove(ws->in, ws->in + at, ws->have);
}

static bool header_is(const char *line, const char *name)
{
	return strncasecmp(line, name, strlen(name)) == 0;
}

size_t http_parse(const char *bytes, size_t len, struct http_answer *ret)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);
	size_t body = 0, head;
	if (!end)
		return 0;
	head = (size_t)(end - bytes) + 4;
	ret->status = atoi(bytes + 9);
	ret->last = false;
	for (const char *at = bytes; at && at < end; at = memchr(at, '\n', (size_t)(end - at))) {
		at += *at == '\n';
		if (header_is(at, "content-length:"))
			body = strtoul(at + 15, NULL, 10);
		else if (header_is(at, "connection: close"))
			ret->last = true;
	}
	return len < head + body ? 0 : head + body;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

uint64_t percentile(uint64_t *samples, size_t count, double p)
{
	if (count == 0)
		return 0;
	qsort(samples, count, sizeof *samples, compare);
	return samples[(size_t)(p / 100.0 * (double)(count - 1) + 0.5)];
}

char **read_lines(const char *path, size_t *ret_count)
{
	FILE *file = fopen(path, "r");
	char **lines = NULL, *line = NULL;
	size_t count = 0, room = 0, size = 0;
	ssize_t len;

	if (!file)
		die(path);
	while ((len = getline(&line, &size, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (count == room) {
			room = room ? room * 2 : 64;
			lines = realloc(lines, room * sizeof *lines);
			if (!lines)
				die("memory");
		}
		lines[count] = strdup(line);
		if (!lines[count++])
			die("memory");
	}
	free(line);
	fclose(file);
	*ret_count = count;
	return lines;
}

void *room_for(size_t count, size_t size)
{
	void *room = calloc(count, size);
	if (!room)
		die("memory");
	return room;
}
