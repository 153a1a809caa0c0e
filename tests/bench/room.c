/* A session's sockets, and how long it takes until everybody knows and has what is his. Once all are
 * connected it says so by a line of JSON; then every line of its input is a command, and is answered by
 * another:
 *
 *   room WS_PORT HTTP_PORT SOCKETS
 *
 * SOCKETS: lines "staff|student session-id token", the first of them the teacher. The commands:
 *
 * - `start`: the teacher starts the test; from his request until every socket has been told session_started,
 * and until every student has his paper. As a browser does it, a student asks over his socket for his state
 * once he is told, which names his attempt, and fetches the attempt's paper over HTTP, on a connection that
 * he dials for it; once all have it, all fetch it again at one moment with the entity tag that they were
 * given;
 * - `end MS`: until every socket has been told session_completed, and the teacher of each student's result;
 * from MS on, milliseconds since 1970. */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define QUIET_MS    1500 /* nobody has heard anything so long: everybody is let in */
#define PATIENCE_MS 20000
#define ID_TEXT	    37

struct http {
	int fd;
	bool asked;
	char *in;
	size_t have, room;
};

struct client {
	struct ws ws; /* first */
	struct http http;
	char token[1024];
	char attempt[ID_TEXT];
	char etag[64];
	uint64_t started, completed; /* when it was told */
	uint64_t paper, again;	     /* when it had it */
};

static struct client **clients; /* the teacher is the first */
static size_t client_count;
static char session[ID_TEXT];
static int loop, http_loop, http_port;
static size_t told_start, told_end, served, results;
static size_t paper_bytes;
static bool again;

static void fetch(struct client *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	char head[2048], tag[96] = "";
	int n;

	if (again)
		snprintf(tag, sizeof tag, "If-None-Match: %s\r\n", c->etag);
	n = snprintf(
	    head, sizeof head,
	    "GET /api/v1/attempts/%s/test HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%s\r\n",
	    c->attempt, c->token, tag);
	if (c->http.fd < 0) {
		c->http.fd = dial(http_port);
		if (epoll_ctl(http_loop, EPOLL_CTL_ADD, c->http.fd, &event) < 0)
			die("epoll");
	}
	if (n <= 0 || (size_t)n >= sizeof head || send(c->http.fd, head, (size_t)n, MSG_NOSIGNAL) != n)
		die("a request for the paper");
	c->http.asked = true;
}

/* The text of a member that begins with `name`, up to its quote. */
static void copy_member(const char *text, size_t len, const char *name, char *out, size_t room)
{
	const char *at = memmem(text, len, name, strlen(name)), *end;

	if (!at)
		return;
	at += strlen(name);
	end = memchr(at, '"', len - (size_t)(at - text));
	if (end && (size_t)(end - at) < room)
		snprintf(out, room, "%.*s", (int)(end - at), at);
}

static void hear(struct ws *ws, const char *text, size_t len)
{
	static const char ask[] = "{\"type\":\"state_sync_request\"}";
	struct client *c = (struct client *)(void *)ws;
	size_t look = len < 40 ? len : 40;

	if (memmem(text, look, "\"session_started\"", 17)) {
		told_start += !c->started;
		c->started = now_ns();
		if (c != clients[0])
			ws_say(c->ws.fd, ask, sizeof ask - 1);
	} else if (memmem(text, look, "\"state_sync_response\"", 21)) {
		copy_member(text, len, "\"attempt\" : {\"id\" : \"", c->attempt, sizeof c->attempt);
		if (!*c->attempt)
			die("a state without an attempt");
		fetch(c);
	} else if (memmem(text, look, "\"session_completed\"", 19)) {
		told_end += !c->completed;
		c->completed = now_ns();
	} else if (memmem(text, look, "\"student_submitted\"", 19)) {
		results++;
	} else if (memmem(text, look, "\"error\"", 7)) {
		fprintf(stderr, "bench: %.*s\n", (int)len, text);
		errno = 0;
		die("refused");
	}
}

/* What came whole: the paper, or that it hasn't changed. */
static void keep_paper(struct client *c, const struct http_answer *answer, size_t bytes)
{
	const char *in = c->http.in;

	if (answer->status != (again ? 304 : 200) ||
	    (!again && (!memmem(in, bytes, "\"questions\" : [", 15) || memmem(in, bytes, "\"key\"", 5)))) {
		fprintf(stderr, "bench: %.*s\n", bytes > 1000 ? 1000 : (int)bytes, in);
		errno = 0;
		die("no paper");
	}
	if (again) {
		c->again = now_ns();
	} else {
		c->paper = now_ns();
		paper_bytes = bytes;
		copy_member(in, bytes, "ETag: \"", c->etag + 1, sizeof c->etag - 2);
		c->etag[0] = '"';
		snprintf(c->etag + strlen(c->etag), 2, "\"");
	}
	served++;
}

static void hang_up(struct http *http)
{
	close(http->fd);
	http->fd = -1;
}

static void take_http(struct client *c)
{
	struct http *http = &c->http;
	struct http_answer answer;
	ssize_t got;

	if (http->room - http->have < 16384) {
		http->room = http->room ? http->room * 2 : 65536;
		http->in = realloc(http->in, http->room);
		if (!http->in)
			die("memory");
	}
	got = recv(http->fd, http->in + http->have, http->room - http->have - 1, 0);
	if (got <= 0 && !http->asked) { /* kept alive long enough */
		hang_up(http);
		return;
	}
	if (got <= 0)
		die("the web server closed a connection");
	http->have += (size_t)got;
	http->in[http->have] = '\0';
	if (!http_parse(http->in, http->have, &answer))
		return;
	keep_paper(c, &answer, http->have);
	http->have = 0;
	http->asked = false;
	if (answer.last)
		hang_up(http);
}

static int turn(int of, int timeout_ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(of, events, 512, timeout_ms);

	for (int i = 0; i < n; i++) {
		if (of == http_loop)
			take_http(events[i].data.ptr);
		else
			ws_take(events[i].data.ptr, hear);
	}
	return n;
}

/* Both in turns, until there are so many. */
static void turn_until(const size_t *count, size_t most)
{
	uint64_t give_up = now_ns() + PATIENCE_MS * 1000000ull;

	while (*count < most) {
		if (turn(loop, 0) + turn(http_loop, 1) == 0 && now_ns() > give_up) {
			fprintf(stderr, "bench: %zu told of the start, %zu of the end, %zu served\n",
				told_start, told_end, served);
			errno = 0;
			die("somebody waits still");
		}
	}
}

static void open_one(struct client *c, int port)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	char path[256];

	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", session);
	c->http.fd = -1;
	c->ws.fd = dial(port);
	ws_open(c->ws.fd, path, c->token);
	if (epoll_ctl(loop, EPOLL_CTL_ADD, c->ws.fd, &event) < 0)
		die("epoll");
}

static void open_all(const char *file, int port)
{
	char **lines = read_lines(file, &client_count);

	clients = room_for(client_count + 1, sizeof(struct client *));
	for (size_t i = 0; i < client_count; i++) {
		clients[i] = room_for(1, sizeof(struct client));
		if (sscanf(lines[i], "%*s %36s %1023s", session, clients[i]->token) != 2)
			die("a socket's line");
		open_one(clients[i], port);
		while (turn(loop, 0) > 0)
			;
	}
	while (turn(loop, QUIET_MS) > 0)
		;
}

static void ask_to_start(void)
{
	char head[2048];
	int n = snprintf(
	    head, sizeof head,
	    "POST /api/v1/sessions/%s/start HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
	    "Content-Length: 0\r\n\r\n",
	    session, clients[0]->token);

	if (n <= 0 || (size_t)n >= sizeof head || send(dial(http_port), head, (size_t)n, MSG_NOSIGNAL) != n)
		die("the start");
}

/* When half of the students had something, and the last of them. */
static void report(const char *what, size_t field, uint64_t from)
{
	uint64_t *samples = room_for(client_count, sizeof *samples);

	for (size_t i = 1; i < client_count; i++)
		samples[i - 1] = *(uint64_t *)(void *)((char *)clients[i] + field) - from;
	printf("\"%s_p50_ms\":%.1f,", what, (double)percentile(samples, client_count - 1, 50) / 1e6);
	printf("\"%s_last_ms\":%.1f,", what, (double)percentile(samples, client_count - 1, 100) / 1e6);
	free(samples);
}

static void start(void)
{
	uint64_t begin = now_ns(), asked;

	ask_to_start();
	turn_until(&told_start, client_count);
	turn_until(&served, client_count - 1);
	while (turn(http_loop, 0) > 0)
		; /* those that were kept alive long enough */
	again = true;
	served = 0;
	asked = now_ns();
	for (size_t i = 1; i < client_count; i++)
		fetch(clients[i]);
	turn_until(&served, client_count - 1);
	putchar('{');
	report("started", offsetof(struct client, started), begin);
	report("paper", offsetof(struct client, paper), begin);
	report("again", offsetof(struct client, again), asked);
	printf("\"paper_bytes\":%zu}\n", paper_bytes);
}

static void end(double ms)
{
	struct timespec t;
	uint64_t begin;

	clock_gettime(CLOCK_REALTIME, &t);
	begin = now_ns() + (uint64_t)(ms * 1e6) - ((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec);
	turn_until(&told_end, client_count);
	errno = 0;
	if (results != client_count - 1)
		die("the teacher lacks results");
	putchar('{');
	report("completed", offsetof(struct client, completed), begin);
	printf("\"results\":%zu}\n", results);
}

static void obey(const char *line)
{
	double ms;

	if (strcmp(line, "start\n") == 0)
		start();
	else if (sscanf(line, "end %lf", &ms) == 1)
		end(ms);
	else
		die(line);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	char *line = NULL;
	size_t size = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: room WS_PORT HTTP_PORT SOCKETS\n");
		return 2;
	}
	raise_descriptors();
	http_port = atoi(argv[2]);
	loop = epoll_create1(EPOLL_CLOEXEC);
	http_loop = epoll_create1(EPOLL_CLOEXEC);
	open_all(argv[3], atoi(argv[1]));
	printf("{\"sockets\":%zu}\n", client_count);
	fflush(stdout);
	for (;;) {
		while (poll(&input, 1, 0) == 0) {
			turn(http_loop, 0);
			turn(loop, 100);
		}
		if (getline(&line, &size, stdin) <= 0)
			return 0;
		obey(line);
	}
}
