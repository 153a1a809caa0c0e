#include "tests/bench/publisher.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/wire.h"

#define REQUEST_MOST 8192

void publisher_init(struct publisher *publisher, int port, const char *request)
{
	FILE *file = fopen(request, "r");

	if (!file)
		die(request);
	*publisher = (struct publisher){.port = port, .fd = -1, .request = room_for(1, REQUEST_MOST)};
	publisher->len = fread(publisher->request, 1, REQUEST_MOST, file);
	fclose(file);
}

bool publisher_publish(struct publisher *publisher)
{
	bool dials = publisher->fd < 0;

	if (dials)
		publisher->fd = dial(publisher->port);
	if (send(publisher->fd, publisher->request, publisher->len, MSG_NOSIGNAL) != (ssize_t)publisher->len)
		die("publish");
	publisher->waiting = true;
	publisher->have = 0;
	return dials;
}

void publisher_hear(struct publisher *publisher)
{
	struct http_answer answer;
	ssize_t n = recv(publisher->fd, publisher->in + publisher->have,
			 sizeof publisher->in - publisher->have, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 && publisher->waiting)
		die("the server closed a connection");
	if (n > 0) {
		publisher->have += (size_t)n;
		if (!http_parse(publisher->in, publisher->have, &answer))
			return;
		if (answer.status < 200 || answer.status > 299) {
			fprintf(stderr, "bench: %.*s\n", (int)publisher->have, publisher->in);
			errno = 0;
			die("an event was refused");
		}
		publisher->waiting = false;
	}
	if (n <= 0 || answer.last) {
		close(publisher->fd);
		publisher->fd = -1;
	}
}
