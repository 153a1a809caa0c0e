/* PUSH and PULL over ipc. A socket per endpoint, since one PUSH socket connected to several would deal its
 * messages out in turn, and every pushd must hear each. Refuses tcp:// until there are keys for CURVE: the
 * bus carries answers. */
#include "bus/bus.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/buf.h"

enum {
	QUEUE_MOST = 100000,	 /* messages that wait for a pushd that is away */
	RECONNECT_LEAST_MS = 50, /* doubling up to … */
	RECONNECT_MOST_MS = 200,
	IO_THREADS = 1,
};

static const char IPC[] = "ipc://";

static void set_int(void *socket, int option, int value)
{
	(void)zmq_setsockopt(socket, option, &value, sizeof(value));
}

static bool endpoint_allowed(const char *endpoint)
{
	return strncmp(endpoint, IPC, sizeof(IPC) - 1) == 0 && endpoint[sizeof(IPC) - 1];
}

static enum err endpoints_check(const struct config *config)
{
	if (config->bus_endpoints.count == 0)
		return ERR_CONFIG;
	for (int i = 0; i < config->bus_endpoints.count; i++)
		if (!endpoint_allowed(config->bus_endpoints.items[i]))
			return ERR_CONFIG;
	return OK;
}

/* --- sending
 * ----------------------------------------------------------------------------------------------------- */

struct bus_sender {
	void *context;
	void **sockets;
	int count;
	uint64_t dropped;
	struct buf frame; /* of the message that is being sent; its memory is kept */
};

/* Queues while the receiver is away, and tries again soon when it comes back. */
static void *sender_connect(void *context, const char *endpoint)
{
	void *socket = zmq_socket(context, ZMQ_PUSH);

	if (!socket)
		return NULL;
	set_int(socket, ZMQ_SNDHWM, QUEUE_MOST);
	set_int(socket, ZMQ_IMMEDIATE, 0);
	set_int(socket, ZMQ_LINGER, 0);
	set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_LEAST_MS);
	set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS);
	if (zmq_connect(socket, endpoint) == 0)
		return socket;
	zmq_close(socket);
	return NULL;
}

enum err bus_sender_new(const struct config *config, struct bus_sender **ret)
{
	struct bus_sender *sender;
	enum err err = endpoints_check(config);

	if (err != OK)
		return err;
	sender = calloc(1, sizeof(*sender));
	if (!sender)
		return ERR_MEMORY;
	sender->context = zmq_ctx_new();
	sender->sockets = calloc((size_t)config->bus_endpoints.count, sizeof(*sender->sockets));
	if (!sender->context || !sender->sockets) {
		bus_sender_free(sender, 0);
		return ERR_MEMORY;
	}
	buf_init(&sender->frame, NULL);
	zmq_ctx_set(sender->context, ZMQ_IO_THREADS, IO_THREADS);
	for (; sender->count < config->bus_endpoints.count; sender->count++) {
		void *socket = sender_connect(sender->context, config->bus_endpoints.items[sender->count]);

		if (!socket) {
			bus_sender_free(sender, 0);
			return ERR_CONFIG;
		}
		sender->sockets[sender->count] = socket;
	}
	*ret = sender;
	return OK;
}

void bus_sender_free(struct bus_sender *sender, int linger_ms)
{
	if (!sender)
		return;
	for (int i = 0; i < sender->count; i++) {
		set_int(sender->sockets[i], ZMQ_LINGER, linger_ms);
		zmq_close(sender->sockets[i]);
	}
	if (sender->context)
		while (zmq_ctx_term(sender->context) != 0 && errno == EINTR)
			;
	free(sender->sockets);
	buf_done(&sender->frame);
	free(sender);
}

static void send_frame(struct bus_sender *sender)
{
	for (int i = 0; i < sender->count; i++) {
		int sent = -1;

		if (!sender->frame.failed && sender->frame.len <= FRAME_MAX)
			do
				sent = zmq_send(sender->sockets[i], sender->frame.data, sender->frame.len,
						ZMQ_DONTWAIT);
			while (sent < 0 && errno == EINTR);
		sender->dropped += sent < 0;
	}
	if (sender->frame.failed) {
		buf_done(&sender->frame);
		buf_init(&sender->frame, NULL);
	}
}

void bus_send_event(struct bus_sender *sender, const struct event *event)
{
	buf_clear(&sender->frame);
	event_encode(event, &sender->frame);
	send_frame(sender);
}

void bus_send_head(struct bus_sender *sender, const struct id *session_id, uint64_t head)
{
	buf_clear(&sender->frame);
	head_encode(session_id, head, &sender->frame);
	send_frame(sender);
}

uint64_t bus_dropped(const struct bus_sender *sender)
{
	return sender->dropped;
}

/* --- receiving
 * --------------------------------------------------------------------------------------------------- */

struct bus_receiver {
	void *context;
	void *socket;
	int timeout_ms; /* that the socket knows of; it begins with none */
};

/* ZeroMQ makes the file with the process's umask and knows no mode of its own: from the moment it is there,
 * nobody but the service's user and group may send. */
static int bind_tight(void *socket, const char *endpoint)
{
	mode_t before = umask(0117);
	int bound = zmq_bind(socket, endpoint);

	umask(before);
	return bound;
}

enum err bus_receiver_new(const struct config *config, struct bus_receiver **ret)
{
	struct bus_receiver *receiver;
	int64_t most = FRAME_MAX;
	enum err err = endpoints_check(config);

	if (err != OK)
		return err;
	receiver = calloc(1, sizeof(*receiver));
	if (!receiver)
		return ERR_MEMORY;
	receiver->timeout_ms = -1;
	receiver->context = zmq_ctx_new();
	receiver->socket = receiver->context ? zmq_socket(receiver->context, ZMQ_PULL) : NULL;
	if (!receiver->socket) {
		bus_receiver_free(receiver);
		return ERR_MEMORY;
	}
	set_int(receiver->socket, ZMQ_RCVHWM, QUEUE_MOST);
	set_int(receiver->socket, ZMQ_LINGER, 0);
	(void)zmq_setsockopt(receiver->socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	if (bind_tight(receiver->socket, config->bus_endpoints.items[0]) != 0) {
		bus_receiver_free(receiver);
		return ERR_CONFIG;
	}
	*ret = receiver;
	return OK;
}

void bus_receiver_free(struct bus_receiver *receiver)
{
	if (!receiver)
		return;
	if (receiver->socket)
		zmq_close(receiver->socket);
	if (receiver->context)
		while (zmq_ctx_term(receiver->context) != 0 && errno == EINTR)
			;
	free(receiver);
}

/* Not with zmq_poll, which asks the kernel twice more for each message. */
size_t bus_receive(struct bus_receiver *receiver, void *into, size_t size, int timeout_ms)
{
	int len;

	if (receiver->timeout_ms != timeout_ms)
		set_int(receiver->socket, ZMQ_RCVTIMEO, timeout_ms);
	receiver->timeout_ms = timeout_ms;
	len = zmq_recv(receiver->socket, into, size, 0);
	/* A longer one is cut to `size` and told by its length; half a frame is worth nothing. */
	return len > 0 && (size_t)len <= size ? (size_t)len : 0;
}
