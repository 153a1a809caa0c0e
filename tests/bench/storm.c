/* Clients of sessions who have all been dropped and all come back: each with its cursor, again and again
 * until it is in, and each held against what it must have heard since: those events, in order, each once.
 * Commands come as lines on the input, and each is answered by one line of JSON when it is through; in
 * between the sockets are looked after.
 *
 *   storm CLIENTS WINDOW [socket.io]
 *
 * CLIENTS: lines "group audience session-id token"; the group names the session, the audience is `all` or
 * `staff`. WINDOW: how many may be dialling at a time, less than a listening socket's backlog. With
 * `socket.io` they speak that, to a server which lets them into `session` of their `auth` and then says
 * `connected`. The commands:
 *
 * - `load FILE`: the events so far, lines "group audience event-id", ascending; without it any growing row is
 * right;
 * - `dial PORT`: everybody who isn't connected, until everybody has all;
 * - `knock PORT`: likewise, but doesn't wait for it;
 * - `drop`: reset every connection;
 * - `lost`: until the server has closed every connection;
 * - `all`: until everybody has all;
 * - `watch MS`: nothing but look after the sockets. */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define AGAIN_NS	  300000000u /* who was refused comes again after so long */
#define NOBODY_NS	  5000000u   /* while nobody listens, one asks so often */
#define PATIENCE_S	  30	     /* so long a command may take */
#define SOURCES		  8	     /* addresses to come from: one has no more than 28,000 ports */
#define CLOSE_UNAVAILABLE 1011
#define READ_BYTES	  262144

enum state { IDLE, WAITING, DIALLING, ASKED, OPEN };

struct client {
	enum state state; /* open: has been answered 101 */
	int fd;
	unsigned group;
	bool staff;
	bool greeted; /* has had `connected` since it dialled */
	bool full;    /* has all, and is counted */
	char session[40];
	char *token;
	uint64_t cursor; /* the last event that it has had */
	size_t next;	 /* of its row */
	uint64_t *ahead; /* heard since the row's end */
	size_t ahead_count, ahead_room;
	uint64_t due;	     /* WAITING: when it comes again */
	unsigned char *rest; /* the beginning of a frame */
	size_t have;
};

static void keep(uint64_t **ids, size_t *count, size_t *room, uint64_t id)
{
	if (*count == *room) {
		*room = *room ? *room * 2 : 16;
		*ids = realloc(*ids, *room * sizeof **ids);
		if (!*ids)
			die("memory");
	}
	(*ids)[(*count)++] = id;
}

/* What one audience of one group must hear. */
struct row {
	uint64_t *ids;
	size_t count, room;
};

static struct client *clients;
static size_t client_count, window;
static struct row *rows; /* group * 2 + staff */
static size_t row_count;
static bool loaded, socketio;
static int loop, port;
static struct sockaddr_in target;

static size_t *waiting; /* a ring of clients, in the order in which they are due */
static size_t waiting_first, waiting_count;
static size_t dialling, open_count, full_count;
static uint64_t first_at, last_at; /* of this command: the first that was accepted, the last that had all */
static size_t dials, refused, dropped; /* of this command */
static size_t unexpected;	       /* likewise: sent away otherwise than for want of a database */
static size_t duplicates, wrong;       /* ever */

static struct row *row_of(const struct client *client)
{
	return &rows[client->group * 2 + client->staff];
}

static void set_full(struct client *client)
{
	bool full =
	    client->state == OPEN && client->greeted && (!loaded || client->next == row_of(client)->count);

	if (full == client->full)
		return;
	client->full = full;
	full_count += full ? 1 : (size_t)-1;
	if (full)
		last_at = now_ns();
}

/* --- a connection --- */

static void wait_for_turn(struct client *client, uint64_t due)
{
	client->state = WAITING;
	client->due = due;
	waiting[(waiting_first + waiting_count++) % client_count] = (size_t)(client - clients);
}

static void let_go(struct client *client)
{
	dialling -= client->state == DIALLING || client->state == ASKED;
	open_count -= client->state == OPEN;
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->have = 0;
	client->state = IDLE;
	set_full(client);
}

/* Refused, or sent away: comes again, while it is asked to. */
static void come_again(struct client *client)
{
	let_go(client);
	refused++;
	if (port)
		wait_for_turn(client, now_ns() + AGAIN_NS);
}

static void ask(struct client *client)
{
	char head[2048], path[1536], cursor[48] = "";
	int n;

	if (client->cursor)
		snprintf(cursor, sizeof cursor, "&last_event_id=%llu", (unsigned long long)client->cursor);
	if (socketio)
		snprintf(path, sizeof path, "/socket.io/?EIO=4&transport=websocket");
	else
		snprintf(path, sizeof path, "/api/v1/sessions/%s/ws?token=%s%s", client->session,
			 client->token, cursor);
	n = snprintf(
	    head, sizeof head,
	    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Version: 13\r\n\r\n",
	    path);
	if (n <= 0 || (size_t)n >= sizeof head)
		die("a head too long");
	if (send(client->fd, head, (size_t)n, MSG_NOSIGNAL) != n) {
		if (errno != EAGAIN && errno != ENOTCONN)
			come_again(client);
		return;
	}
	if (!first_at)
		first_at = now_ns();
	client->state = ASKED;
}

/* False: nobody listens. */
static bool dial_one(struct client *client)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)((size_t)(client - clients) % SOURCES));
	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
		die("bind");
	if (connect(fd, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS) {
		close(fd);
		return false;
	}
	client->fd = fd;
	client->state = DIALLING;
	client->greeted = false;
	dialling++;
	dials++;
	if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll");
	return true;
}

/* As many as may; how long until the next is due, in ms. */
static int dial_due(void)
{
	static uint64_t nobody_until;
	uint64_t now = now_ns();

	if (now < nobody_until)
		return 1;
	while (waiting_count && dialling < window) {
		struct client *client = &clients[waiting[waiting_first]];

		if (client->due > now)
			return (int)((client->due - now) / 1000000) + 1;
		if (!dial_one(client)) {
			nobody_until = now + NOBODY_NS;
			return 5;
		}
		waiting_first = (waiting_first + 1) % client_count;
		waiting_count--;
	}
	return 1000;
}

/* --- what it hears --- */

/* The number behind a name, 0 when it isn't there. */
static uint64_t number_of(const char *text, size_t len, const char *name)
{
	const char *at = memmem(text, len < 400 ? len : 400, name, strlen(name));

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* The next of its row, and no other. */
static void check(struct client *client, uint64_t id)
{
	const struct row *row = row_of(client);

	if (client->next < row->count && row->ids[client->next] == id)
		client->next++;
	else
		wrong++;
}

static void hear_event(struct client *client, uint64_t id)
{
	const struct row *row = row_of(client);

	if (id <= client->cursor) {
		duplicates++;
		return;
	}
	client->cursor = id;
	if (!loaded)
		return;
	if (client->next < row->count)
		check(client, id);
	else
		keep(&client->ahead, &client->ahead_count, &client->ahead_room, id);
}

static void hear(struct client *client, const char *text, size_t len)
{
	static const char connected[] = "{\"type\":\"connected\"", error[] = "{\"type\":\"error\"";
	uint64_t id;

	if (len >= sizeof connected - 1 && memcmp(text, connected, sizeof connected - 1) == 0) {
		client->greeted = true;
		/* who comes for the first time begins where he is told */
		if (!client->cursor)
			client->cursor = number_of(text, len, "\"last_event_id\":");
	} else if (len < sizeof error - 1 || memcmp(text, error, sizeof error - 1) != 0) {
		id = number_of(text, len, "\"event_id\":");
		if (id)
			hear_event(client, id);
		else
			wrong += memmem(text, len, "\"resync_required\"", 17) != NULL;
	}
	set_full(client);
}

/* The packets of Socket.IO that matter on the way in: the session's opening, which is answered by the
 * namespace's, a ping, and the one event. */
static void hear_packet(struct client *client, const char *text, size_t len)
{
	static const char connected[] = "42[\"connected\"";
	char packet[1536];

	if (text[0] == '0') {
		snprintf(packet, sizeof packet, "40{\"token\":\"%s\",\"session\":\"%s\"}", client->token,
			 client->session);
		ws_say(client->fd, packet, strlen(packet));
	} else if (len == 1 && text[0] == '2') {
		ws_say(client->fd, "3", 1);
	} else if (len >= sizeof connected - 1 && memcmp(text, connected, sizeof connected - 1) == 0) {
		client->greeted = true;
		set_full(client);
	}
}

/* The bytes of what it has taken; -1: it is through. */
static ssize_t take_frames(struct client *client, const unsigned char *bytes, size_t len)
{
	const unsigned char *payload;
	size_t used, payload_len, at = 0;
	int opcode;

	while ((used = ws_parse(bytes + at, len - at, &opcode, &payload, &payload_len)) > 0) {
		if (opcode == 8) {
			unexpected += payload_len < 2 || (payload[0] << 8 | payload[1]) != CLOSE_UNAVAILABLE;
			return -1;
		}
		if (opcode == 9)
			ws_pong(client->fd, payload, payload_len);
		else if (socketio)
			hear_packet(client, (const char *)payload, payload_len);
		else
			hear(client, (const char *)payload, payload_len);
		at += used;
	}
	return (ssize_t)at;
}

static ssize_t take_answer(struct client *client, const unsigned char *bytes, size_t len)
{
	const unsigned char *end = memmem(bytes, len, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
		unexpected++;
		return -1;
	}
	client->state = OPEN;
	dialling--;
	open_count++;
	return end + 4 - bytes;
}

/* Takes what it can from the bytes; false when the connection is through. */
static bool take(struct client *client, const unsigned char *bytes, size_t len)
{
	ssize_t used = 0, more;

	if (client->state == ASKED)
		used = take_answer(client, bytes, len);
	if (used < 0)
		return false;
	if (client->state == OPEN) {
		more = take_frames(client, bytes + used, len - (size_t)used);
		if (more < 0)
			return false;
		used += more;
	}
	client->have = len - (size_t)used;
	if (client->have) {
		unsigned char *rest = malloc(client->have);
		if (!rest)
			die("memory");
		memcpy(rest, bytes + used, client->have);
		free(client->rest);
		client->rest = rest;
	}
	return true;
}

static void on_socket(struct client *client)
{
	static unsigned char bytes[READ_BYTES];
	bool was_open;

	if (client->fd < 0)
		return;
	if (client->state == DIALLING)
		ask(client);
	while (client->state >= ASKED) {
		ssize_t got;
		if (client->have)
			memcpy(bytes, client->rest, client->have);
		got = recv(client->fd, bytes + client->have, sizeof bytes - client->have, 0);
		if (got < 0 && errno == EAGAIN)
			return;
		was_open = client->state == OPEN && client->greeted;
		if (got > 0 && take(client, bytes, client->have + (size_t)got))
			continue;
		dropped += was_open;
		if (was_open && !port)
			let_go(client);
		else
			come_again(client);
	}
}

/* --- commands --- */

/* Where in its longer row it is: at first behind its cursor, then behind what it has heard. */
static void place(struct client *client)
{
	const struct row *row = row_of(client);

	while (!loaded && client->next < row->count && row->ids[client->next] <= client->cursor)
		client->next++;
	for (size_t i = 0; i < client->ahead_count; i++)
		check(client, client->ahead[i]);
	client->ahead_count = 0;
}

static void load(const char *path)
{
	size_t count;
	char **lines = read_lines(path, &count);

	for (size_t i = 0; i < row_count; i++)
		rows[i].count = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned group;
		char audience[16];
		unsigned long long id;
		struct row *row;
		if (sscanf(lines[i], "%u %15s %llu", &group, audience, &id) != 3 || group * 2 >= row_count)
			die("an event's line");
		row = &rows[group * 2 + (strcmp(audience, "staff") == 0)];
		keep(&row->ids, &row->count, &row->room, id);
		free(lines[i]);
	}
	free(lines);
	for (size_t i = 0; i < client_count; i++)
		place(&clients[i]);
	loaded = true;
	for (size_t i = 0; i < client_count; i++)
		set_full(&clients[i]);
}

static void dial_all(int to)
{
	port = to;
	target = (struct sockaddr_in){.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)to),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	for (size_t i = 0; i < client_count; i++)
		if (clients[i].state == IDLE)
			wait_for_turn(&clients[i], 0);
}

static void drop_all(const char *argument)
{
	struct linger linger = {.l_onoff = 1};

	(void)argument;
	port = 0;
	waiting_count = 0;
	for (size_t i = 0; i < client_count; i++) {
		if (clients[i].fd >= 0)
			setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
		let_go(&clients[i]);
	}
}

/* One turn; true when there is a line on the input. */
static bool turn(int timeout)
{
	struct epoll_event events[512];
	int due = dial_due(), n = epoll_wait(loop, events, 512, due < timeout ? due : timeout);
	bool told = false;

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			on_socket(events[i].data.ptr);
		else
			told = true;
	}
	return told;
}

static bool all_full(void)
{
	return full_count == client_count;
}

static bool all_lost(void)
{
	return open_count == 0 && dialling == 0;
}

static void turn_until(bool (*reached)(void), double seconds)
{
	uint64_t begin = now_ns();

	while (!(reached && reached()) && (double)(now_ns() - begin) < seconds * 1e9)
		turn(20);
}

/* Whoever lacks something, by name. */
static void complain(void)
{
	int most = 10;

	for (size_t i = 0; i < client_count && most; i++) {
		const struct client *client = &clients[i];
		if (client->full)
			continue;
		most--;
		fprintf(stderr,
			"storm: client %zu of group %u, %s: state %d, %s, last event %llu, %zu of %zu\n", i,
			client->group, client->staff ? "staff" : "student", client->state,
			client->greeted ? "greeted" : "not greeted", (unsigned long long)client->cursor,
			client->next, row_of(client)->count);
	}
}

static void dial_and_wait(const char *argument)
{
	dial_all(atoi(argument));
	turn_until(all_full, PATIENCE_S);
	complain();
}

static void knock(const char *argument)
{
	dial_all(atoi(argument));
}

static void await_all(const char *argument)
{
	(void)argument;
	turn_until(all_full, PATIENCE_S);
	complain();
}

static void await_loss(const char *argument)
{
	(void)argument;
	port = 0;
	turn_until(all_lost, PATIENCE_S);
}

static void watch(const char *argument)
{
	turn_until(NULL, atof(argument) / 1e3);
}

static const struct {
	const char *name;
	void (*run)(const char *argument);
} commands[] = {
    {"load", load},	  {"dial", dial_and_wait}, {"knock", knock}, {"drop", drop_all},
    {"lost", await_loss}, {"all", await_all},	   {"watch", watch},
};

static void report(uint64_t cpu)
{
	printf("{\"open\":%zu,\"full\":%zu,\"ms\":%.1f,\"dials\":%zu,\"refused\":%zu,\"dropped\":%zu,",
	       open_count, full_count,
	       first_at && last_at > first_at ? (double)(last_at - first_at) / 1e6 : 0.0, dials, refused,
	       dropped);
	printf("\"unexpected\":%zu,\"duplicates\":%zu,\"wrong\":%zu,\"own_cpu_ms\":%.1f}\n", unexpected,
	       duplicates, wrong, (double)cpu / 1e6);
	fflush(stdout);
}

static void obey(char *line)
{
	char *argument = strchr(line, ' ');
	uint64_t cpu = cpu_ns();

	if (argument)
		*argument++ = '\0';
	first_at = last_at = 0;
	dials = refused = dropped = unexpected = 0;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(line, commands[i].name) != 0)
			continue;
		commands[i].run(argument ? argument : "");
		report(cpu_ns() - cpu);
		return;
	}
	errno = 0;
	die(line);
}

static void read_clients(const char *path)
{
	char **lines = read_lines(path, &client_count);

	clients = room_for(client_count + 1, sizeof *clients);
	waiting = room_for(client_count + 1, sizeof *waiting);
	for (size_t i = 0; i < client_count; i++) {
		struct client *client = &clients[i];
		char audience[16], token[1024];
		if (sscanf(lines[i], "%u %15s %39s %1023s", &client->group, audience, client->session,
			   token) != 4)
			die("a client's line");
		client->fd = -1;
		client->staff = strcmp(audience, "staff") == 0;
		client->token = strdup(token);
		if (!client->token)
			die("memory");
		if (client->group * 2 + 2 > row_count)
			row_count = client->group * 2 + 2;
		free(lines[i]);
	}
	free(lines);
	rows = room_for(row_count, sizeof *rows);
}

int main(int argc, char **argv)
{
	struct epoll_event input = {.events = EPOLLIN};
	char *line = NULL;
	size_t size = 0;

	socketio = argc == 4 && strcmp(argv[3], "socket.io") == 0;
	if (argc != 3 && !socketio) {
		fprintf(stderr, "usage: storm CLIENTS WINDOW [socket.io]\n");
		return 2;
	}
	raise_descriptors();
	read_clients(argv[1]);
	window = strtoul(argv[2], NULL, 10);
	loop = epoll_create1(EPOLL_CLOEXEC);
	if (loop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0)
		die("epoll");
	/* a line at a time, as they are written: nothing is left behind in the buffer */
	for (;;) {
		if (!turn(1000))
			continue;
		if (getline(&line, &size, stdin) <= 0)
			break;
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	free(line);
	return 0;
}
