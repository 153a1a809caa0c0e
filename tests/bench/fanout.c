/* One event to N sockets, beside a bare send() loop. The listeners live here: N sockets that are upgraded
 * connections of one session, and N plain ones that a child process writes to: it send()s as many bytes as
 * the event's frame had, the least that any server could do. The two take turns, event by event, so that
 * whatever else the machine does, and whatever its caches have forgotten meanwhile, meets both. A student's
 * answers cause the events; the next one comes when the last has reached everybody. Prints one JSON line with
 * the processor time of both senders (PID is pushd's) and how long each event took to reach the last socket.
 *
 *   fanout SOCKETS EVENTS HTTP_PORT WS_PORT STUDENTS QUESTIONS SESSION TOKEN PID */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/student.h"
#include "tests/bench/wire.h"

#define QUIET_MS 1500 /* nobody has heard anything so long: everybody is let in */

struct listener {
	int fd;
	unsigned char in[65536];
	size_t have;
};

/* Who hears one of the two, and how it went. */
struct side {
	struct listener *listeners;
	int count;
	int loop;	 /* epoll of all of them */
	bool framed;	 /* WebSocket frames; else bytes */
	uint64_t *turns; /* how long each event took */
	uint64_t cpu;	 /* what its sender spent on all of them */
};

static size_t frame_bytes;  /* of the event that came last */
static size_t other_frames; /* text heard besides the events': figures */

static uint64_t cpu_of(pid_t pid)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		die("the process's clock");
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void side_init(struct side *side, int count, int events, bool framed)
{
	*side = (struct side){.count = count, .framed = framed, .loop = epoll_create1(EPOLL_CLOEXEC)};
	side->listeners = room_for((size_t)count, sizeof *side->listeners);
	side->turns = room_for((size_t)events, sizeof *side->turns);
}

static void side_add(struct side *side, int i, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &side->listeners[i]};
	side->listeners[i].fd = fd;
	if (epoll_ctl(side->loop, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll");
}

/* The student_answer frames in what the listener has. */
static size_t take_frames(struct listener *l)
{
	const unsigned char *payload;
	size_t used, len, at = 0, found = 0;
	int opcode;

	while ((used = ws_parse(l->in + at, l->have - at, &opcode, &payload, &len)) > 0) {
		if (opcode == 1 && memmem(payload, len < 40 ? len : 40, "\"student_answer\"", 16)) {
			found++;
			frame_bytes = used;
		} else if (opcode == 9) {
			ws_pong(l->fd, payload, len);
		} else {
			other_frames++;
		}
		at += used;
	}
	l->have -= at;
	memmove(l->in, l->in + at, l->have);
	return found;
}

/* Reads whatever has come within `timeout_ms`: the number of bytes, or of events where they are frames. */
static size_t drain(struct side *side, int timeout_ms)
{
	struct epoll_event events[512];
	size_t total = 0;
	int n = epoll_wait(side->loop, events, 512, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct listener *l = events[i].data.ptr;
		ssize_t got = recv(l->fd, l->in + l->have, sizeof l->in - l->have, MSG_DONTWAIT);
		if (got <= 0)
			die("a listener's socket was closed");
		if (side->framed) {
			l->have += (size_t)got;
			total += take_frames(l);
		} else {
			total += (size_t)got;
		}
	}
	return total;
}

/* Reads until everybody has had his part of event `e`, which began at `begin`. */
static void await_all(struct side *side, size_t each, int e, uint64_t begin)
{
	size_t due = each * (size_t)side->count;

	while (due > 0) {
		size_t got = drain(side, 5000);
		errno = 0;
		if (got > due)
			die("a delivery came twice");
		due -= got;
		if (now_ns() - begin > 10000000000u)
			die("a delivery is missing");
	}
	side->turns[e] = now_ns() - begin;
}

/* --- the bare loop --- */

/* Through these the child is told how many bytes to send, and tells the time that it has spent so far. */
struct child {
	int go[2], done[2];
};

static _Noreturn void send_bare(const int *fds, int count, const struct child *pipes)
{
	char *frame = room_for(1, 1 << 16);
	size_t bytes;

	close(pipes->go[1]);
	while (read(pipes->go[0], &bytes, sizeof bytes) == sizeof bytes) {
		uint64_t spent;
		for (int i = 0; i < count; i++)
			if (send(fds[i], frame, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
				die("send");
		spent = cpu_ns();
		if (write(pipes->done[1], &spent, sizeof spent) != sizeof spent)
			die("tell");
	}
	_exit(0);
}

static int listen_on_loopback(int *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		die("listen");
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static void start_bare(struct side *bare, struct child *pipes)
{
	int port, server = listen_on_loopback(&port), one = 1;
	int *fds = room_for((size_t)bare->count, sizeof *fds);

	for (int i = 0; i < bare->count; i++) {
		side_add(bare, i, dial(port));
		fds[i] = accept(server, NULL, NULL);
		if (fds[i] < 0)
			die("accept");
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
	if (pipe(pipes->go) < 0 || pipe(pipes->done) < 0)
		die("pipe");
	if (fork() == 0)
		send_bare(fds, bare->count, pipes);
	close(pipes->go[0]);
	for (int i = 0; i < bare->count; i++)
		close(fds[i]);
	free(fds);
}

static void bare_event(struct side *bare, const struct child *pipes, int e)
{
	uint64_t begin = now_ns(), spent;

	if (write(pipes->go[1], &frame_bytes, sizeof frame_bytes) != sizeof frame_bytes)
		die("go");
	await_all(bare, frame_bytes, e, begin);
	if (read(pipes->done[0], &spent, sizeof spent) != sizeof spent)
		die("the sender's time");
	bare->cpu = spent;
}

/* --- pushd --- */

static void start_pushd(struct side *pushd, int port, const char *session, const char *token)
{
	char path[256];

	snprintf(path, sizeof path, "/api/v1/sessions/%s/ws", session);
	for (int i = 0; i < pushd->count; i++) {
		int fd = dial(port);
		ws_open(fd, path, token);
		side_add(pushd, i, fd);
	}
	while (epoll_wait(pushd->loop, &(struct epoll_event){0}, 1, QUIET_MS) > 0)
		drain(pushd, 0);
	other_frames = 0;
}

static void pushd_event(struct side *pushd, struct student *student, int e)
{
	uint64_t begin = now_ns();

	student_answer(student);
	while (!student_hear(student))
		;
	await_all(pushd, 1, e, begin);
}

static void report(const char *name, const struct side *side, int events)
{
	printf("\"%s\":{\"cpu_us_per_delivery\":%.4f,\"p50_us\":%.1f,\"p99_us\":%.1f},", name,
	       (double)side->cpu / 1e3 / ((double)side->count * events),
	       (double)percentile(side->turns, (size_t)events, 50) / 1e3,
	       (double)percentile(side->turns, (size_t)events, 99) / 1e3);
}

int main(int argc, char **argv)
{
	int count = argc == 10 ? atoi(argv[1]) : 0, events = argc == 10 ? atoi(argv[2]) : 0;
	struct side pushd, bare;
	struct child pipes;
	struct student *student;
	uint64_t before;
	size_t lines;

	if (count < 1 || events < 1) {
		fprintf(stderr, "usage: fanout SOCKETS EVENTS HTTP_PORT WS_PORT STUDENTS QUESTIONS SESSION "
				"TOKEN PID\n");
		return 2;
	}
	raise_descriptors();
	student = students_read(argv[5], atoi(argv[3]), &lines);
	questions_read(argv[6]);
	if (!lines)
		die("no students");
	side_init(&pushd, count, events, true);
	side_init(&bare, count, events, false);
	start_bare(&bare, &pipes);
	start_pushd(&pushd, atoi(argv[4]), argv[7], argv[8]);
	before = cpu_of(atoi(argv[9]));
	for (int e = 0; e < events; e++) {
		pushd_event(&pushd, student, e);
		bare_event(&bare, &pipes, e);
	}
	pushd.cpu = cpu_of(atoi(argv[9])) - before;
	putchar('{');
	report("pushd", &pushd, events);
	report("bare", &bare, events);
	printf("\"sockets\":%d,\"events\":%d,\"frame_bytes\":%zu,\"other_frames\":%zu}\n", count, events,
	       frame_bytes, other_frames);
	return 0;
}
