/* One event to N sockets, beside a bare send() loop. One process holds N connections that a server has let
 * in, as a script says, and publishes; another holds N plain ones, which a third writes to: it send()s as
 * many bytes as the event's frame has, the least that any server could do. (Three, since a process may have
 * no more descriptors than one needs.)
 *
 * First they take turns, event by event, so that whatever else the machine does, and whatever its caches have
 * forgotten meanwhile, meets both; the next event comes when the last has reached everybody. Then each goes
 * as fast as it can, with so many events under way that it needn't wait for the next, likewise in turns.
 * Prints one JSON line: the processor time of both senders (PIDs are the server's) and how long an event took
 * to the last socket in the first part, deliveries a second and how long each took in the second.
 *
 *   fanout SOCKETS EVENTS FLOOD PUBLISH_PORT REQUEST WS_PORT SCRIPT TOKENS MARK PID...
 * REQUEST: a file with the HTTP request that publishes one event; MARK: what its frames contain. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/audience.h"
#include "tests/bench/publisher.h"
#include "tests/bench/wire.h"

#define WARMING	   3 /* events */
#define FLOODS	   3
#define UNDER_WAY  4000 /* deliveries that a flood has ahead of the event that goes out */
#define PUBLISHERS 5	/* who talk at the same time: as many events as may be under way */
#define PATIENCE_S 20

/* What one of the two processes is told, and what it answers. */
struct order {
	int events, window;
	size_t frame_bytes; /* for the bare one */
};
struct outcome {
	uint64_t ns;	   /* until everybody had all of it */
	uint64_t p50, p99; /* of the deliveries */
	uint64_t cpu;	   /* the bare sender's so far */
	size_t frame_bytes, others;
};

/* Makes an event happen; false: not yet. */
struct cause {
	bool (*happen)(struct cause *cause, const struct audience *audience);
	void (*heard)(struct cause *cause); /* there is something to read that is no listener's */
	uint64_t (*cpu)(struct cause *cause, int events);
};

/* --- carrying out an order --- */

struct flight {
	int begun, through, count;
	uint64_t *begin;
	int *left; /* listeners who haven't had it */
	uint64_t *samples;
	size_t sample_count;
	unsigned first; /* of the listeners' events */
};

static void on_event(void *context, unsigned event)
{
	struct flight *flight = context;
	unsigned e = event - flight->first;

	if (e >= (unsigned)flight->begun || flight->left[e] == 0)
		die("a delivery came twice");
	flight->samples[flight->sample_count++] = now_ns() - flight->begin[e];
	flight->left[e]--;
}

static void flight_init(struct flight *flight, const struct order *order, const struct audience *audience)
{
	size_t events = (size_t)order->events;

	*flight = (struct flight){.count = order->events, .first = audience->listeners[0].heard};
	flight->begin = room_for(events, sizeof *flight->begin);
	flight->left = room_for(events, sizeof *flight->left);
	flight->samples = room_for(events * (size_t)audience->count, sizeof *flight->samples);
}

static void flight_done(struct flight *flight)
{
	free(flight->begin);
	free(flight->left);
	free(flight->samples);
}

/* False: not yet. */
static bool begin_event(struct flight *flight, struct cause *cause, const struct audience *audience)
{
	flight->begin[flight->begun] = now_ns();
	flight->left[flight->begun] = audience->count;
	if (!cause->happen(cause, audience))
		return false;
	flight->begun++;
	return true;
}

static void obey(struct audience *audience, struct cause *cause, const struct order *order,
		 struct outcome *ret)
{
	struct flight flight;
	uint64_t begin = now_ns();

	if (!audience->mark)
		audience->frame_bytes = order->frame_bytes;
	for (int i = 0; i < audience->count; i++)
		audience->listeners[i].bytes = 0;
	flight_init(&flight, order, audience);
	while (flight.through < order->events) {
		while (flight.begun < order->events && flight.begun - flight.through < order->window &&
		       begin_event(&flight, cause, audience))
			;
		if (audience_drain(audience, 1000, on_event, &flight))
			cause->heard(cause);
		while (flight.through < flight.begun && flight.left[flight.through] == 0)
			flight.through++;
		errno = 0;
		if (now_ns() - begin > PATIENCE_S * 1000000000u + (uint64_t)order->events * 1000000000u)
			die("a delivery is missing");
	}
	*ret = (struct outcome){.ns = now_ns() - begin,
				.p50 = percentile(flight.samples, flight.sample_count, 50),
				.p99 = percentile(flight.samples, flight.sample_count, 99),
				.cpu = cause->cpu(cause, order->events),
				.frame_bytes = audience->frame_bytes,
				.others = audience->others};
	flight_done(&flight);
}

/* --- the two --- */

struct side {
	int orders, outcomes;
};

static void read_all(int fd, void *into, size_t size)
{
	if (read(fd, into, size) != (ssize_t)size)
		die("one of the processes is gone");
}

static void write_all(int fd, const void *from, size_t size)
{
	if (write(fd, from, size) != (ssize_t)size)
		die("tell");
}

static struct outcome side_tell(const struct side *side, int events, int window, size_t frame_bytes)
{
	const struct order order = {.events = events, .window = window, .frame_bytes = frame_bytes};
	struct outcome outcome;

	write_all(side->orders, &order, sizeof order);
	read_all(side->outcomes, &outcome, sizeof outcome);
	return outcome;
}

/* The process: says that it is ready by a first outcome. */
static _Noreturn void serve(struct audience *audience, struct cause *cause, int orders, int outcomes)
{
	struct outcome outcome = {0};
	struct order order;

	write_all(outcomes, &outcome, sizeof outcome);
	while (read(orders, &order, sizeof order) == sizeof order) {
		obey(audience, cause, &order, &outcome);
		write_all(outcomes, &outcome, sizeof outcome);
	}
	_exit(0);
}

static void side_start(struct side *side, void (*run)(char **argv, int orders, int outcomes), char **argv)
{
	int orders[2], outcomes[2];

	if (pipe(orders) < 0 || pipe(outcomes) < 0)
		die("pipe");
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(orders[1]);
		close(outcomes[0]);
		run(argv, orders[0], outcomes[1]);
	}
	close(orders[0]);
	close(outcomes[1]);
	*side = (struct side){.orders = orders[1], .outcomes = outcomes[0]};
	read_all(side->outcomes, &(struct outcome){0}, sizeof(struct outcome));
}

/* --- a server --- */

struct server {
	struct cause cause;
	struct publisher publishers[PUBLISHERS];
};

static struct publisher *idle_publisher(struct server *server)
{
	for (int i = 0; i < PUBLISHERS; i++)
		if (!server->publishers[i].waiting)
			return &server->publishers[i];
	return NULL;
}

static bool server_happen(struct cause *cause, const struct audience *audience)
{
	struct publisher *publisher = idle_publisher((struct server *)cause);
	struct epoll_event event = {.events = EPOLLIN};

	if (!publisher)
		return false;
	if (publisher_publish(publisher) &&
	    epoll_ctl(audience->loop, EPOLL_CTL_ADD, publisher->fd, &event) < 0)
		die("epoll");
	return true;
}

static void server_heard(struct cause *cause)
{
	struct server *server = (struct server *)cause;

	for (int i = 0; i < PUBLISHERS; i++)
		if (server->publishers[i].fd >= 0)
			publisher_hear(&server->publishers[i]);
}

static uint64_t server_cpu(struct cause *cause, int events)
{
	(void)cause, (void)events;
	return 0; /* it is read off the server's processes */
}

static void run_server(char **argv, int orders, int outcomes)
{
	struct server server = {.cause = {server_happen, server_heard, server_cpu}};
	struct audience audience;

	audience_dial(&audience, atoi(argv[1]), atoi(argv[6]), argv[7], argv[8], argv[9]);
	for (int i = 0; i < PUBLISHERS; i++)
		publisher_init(&server.publishers[i], atoi(argv[4]), argv[5]);
	serve(&audience, &server.cause, orders, outcomes);
}

/* --- the bare loop --- */

struct bare {
	struct cause cause;
	int go,
	    done; /* the sender is told how many bytes to send, and tells the time that it has spent so far */
};

static _Noreturn void send_bare(int listening, int count, int go, int done)
{
	int *fds = room_for((size_t)count, sizeof *fds), one = 1;
	char *frame = room_for(1, 1 << 16);
	size_t bytes;

	for (int i = 0; i < count; i++) {
		fds[i] = accept(listening, NULL, NULL);
		if (fds[i] < 0)
			die("accept");
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
	while (read(go, &bytes, sizeof bytes) == sizeof bytes) {
		uint64_t spent;
		for (int i = 0; i < count; i++)
			if (send(fds[i], frame, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
				die("send");
		spent = cpu_ns();
		write_all(done, &spent, sizeof spent);
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

static bool bare_happen(struct cause *cause, const struct audience *audience)
{
	write_all(((struct bare *)cause)->go, &audience->frame_bytes, sizeof audience->frame_bytes);
	return true;
}

static void bare_heard(struct cause *cause)
{
	(void)cause;
}

static uint64_t bare_cpu(struct cause *cause, int events)
{
	uint64_t spent = 0;

	while (events-- > 0)
		read_all(((struct bare *)cause)->done, &spent, sizeof spent);
	return spent;
}

static void run_bare(char **argv, int orders, int outcomes)
{
	struct bare bare = {.cause = {bare_happen, bare_heard, bare_cpu}};
	int port, go[2], done[2], listening = listen_on_loopback(&port), count = atoi(argv[1]);
	struct audience audience;

	if (pipe(go) < 0 || pipe(done) < 0)
		die("pipe");
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(go[1]);
		send_bare(listening, count, go[0], done[1]);
	}
	close(go[0]);
	bare.go = go[1];
	bare.done = done[0];
	audience_dial_bare(&audience, count, port);
	serve(&audience, &bare.cause, orders, outcomes);
}

/* --- both --- */

static uint64_t cpu_of(char **pids)
{
	uint64_t sum = 0;

	for (; *pids; pids++) {
		clockid_t clock;
		struct timespec t;
		if (clock_getcpuclockid(atoi(*pids), &clock) != 0 || clock_gettime(clock, &t) != 0)
			die("a process's clock");
		sum += (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	}
	return sum;
}

struct figures {
	uint64_t cpu, *turns;				 /* event by event */
	uint64_t rate[FLOODS], p50[FLOODS], p99[FLOODS]; /* flat out; deliveries a second */
};

static void add_flood(struct figures *figures, int f, const struct outcome *outcome, double deliveries)
{
	figures->rate[f] = (uint64_t)(deliveries * 1e9 / (double)outcome->ns);
	figures->p50[f] = outcome->p50;
	figures->p99[f] = outcome->p99;
}

static void report(const char *name, struct figures *figures, int count, int events)
{
	printf("\"%s\":{\"cpu_us_per_delivery\":%.4f,\"p50_us\":%.1f,", name,
	       (double)figures->cpu / 1e3 / ((double)count * events),
	       (double)percentile(figures->turns, (size_t)events, 50) / 1e3);
	printf("\"per_second\":%llu,\"flood_p50_us\":%.1f,\"flood_p99_us\":%.1f},",
	       (unsigned long long)percentile(figures->rate, FLOODS, 50),
	       (double)percentile(figures->p50, FLOODS, 50) / 1e3,
	       (double)percentile(figures->p99, FLOODS, 50) / 1e3);
}

static void take_turns(const struct side *server, const struct side *bare, int events, char **pids,
		       struct figures *ours, struct figures *theirs, size_t *ret_frame_bytes)
{
	size_t frame_bytes = side_tell(server, WARMING, 1, 0).frame_bytes;
	uint64_t before = cpu_of(pids), bare_before = side_tell(bare, WARMING, 1, frame_bytes).cpu;

	for (int e = 0; e < events; e++) {
		struct outcome outcome;
		ours->turns[e] = side_tell(server, 1, 1, 0).ns;
		outcome = side_tell(bare, 1, 1, frame_bytes);
		theirs->turns[e] = outcome.ns;
		theirs->cpu = outcome.cpu - bare_before;
	}
	ours->cpu = cpu_of(pids) - before;
	*ret_frame_bytes = frame_bytes;
}

int main(int argc, char **argv)
{
	int count = argc > 10 ? atoi(argv[1]) : 0, events = argc > 10 ? atoi(argv[2]) : 0;
	int flood = argc > 10 ? atoi(argv[3]) : 0, window = 1 + UNDER_WAY / (count > 0 ? count : 1);
	struct figures ours = {0}, theirs = {0};
	struct side server, bare;
	size_t frame_bytes, others = 0;

	if (count < 1 || events < 1 || flood < 1) {
		fprintf(stderr, "usage: fanout SOCKETS EVENTS FLOOD PUBLISH_PORT REQUEST WS_PORT SCRIPT "
				"TOKENS MARK PID...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	ours.turns = room_for((size_t)events, sizeof *ours.turns);
	theirs.turns = room_for((size_t)events, sizeof *theirs.turns);
	side_start(&bare, run_bare, argv);
	side_start(&server, run_server, argv);
	take_turns(&server, &bare, events, argv + 10, &ours, &theirs, &frame_bytes);
	for (int f = 0; f < FLOODS; f++) {
		struct outcome outcome = side_tell(&server, flood, window, 0);
		others = outcome.others;
		add_flood(&ours, f, &outcome, (double)count * flood);
		outcome = side_tell(&bare, flood, window, frame_bytes);
		add_flood(&theirs, f, &outcome, (double)count * flood);
	}
	putchar('{');
	report("server", &ours, count, events);
	report("bare", &theirs, count, events);
	printf("\"sockets\":%d,\"events\":%d,\"frame_bytes\":%zu,\"other_frames\":%zu}\n", count, events,
	       frame_bytes, others);
	return 0;
}
