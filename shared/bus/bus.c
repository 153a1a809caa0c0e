/* PUSH and PULL over ipc, or over tcp with CURVE. A socket per endpoint, since one PUSH socket connected to
 * several would deal its messages out in turn, and every pushd must hear each. Refuses tcp:// without keys:
 * the bus carries answers, and whoever can send on it can tell students anything. */
#include "bus/bus.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/buf.h"
#include "bus/curve.h"
#include "bus/gatekeeper.h"

enum {
	QUEUE_MOST = 100000,	 /* messages that wait for a pushd that is away */
	RECONNECT_LEAST_MS = 50, /* doubling up to … */
	RECONNECT_MOST_MS = 200,
	IO_THREADS = 1,
	HANDSHAKE_MS = 5000, /* who connects and says nothing holds a descriptor so long */
	ALIVE_AFTER_S = 60,  /* a silent peer at another host is asked whether it is there, … */
	ALIVE_EACH_S = 10,   /* … again and again, … */
	ALIVE_PROBES = 6,    /* … so many times */
};

static const char IPC[] = "ipc://", TCP[] = "tcp://";
static const char DOMAIN[] = "invigil";

static void set_int(void *socket, int option, int value)
{
	(void)zmq_setsockopt(socket, option, &value, sizeof(value));
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_remote(const char *endpoint)
{
	return begins(endpoint, TCP);
}

static enum err PRINTF_LIKE(2, 3) refuse(char problem[BUS_PROBLEM], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem, BUS_PROBLEM, format, args);
	va_end(args);
	return ERR_CONFIG;
}

/* A path, so that there is a file with a mode: ipc://@name stands open to everybody on the host. */
static bool is_local(const char *endpoint)
{
	return begins(endpoint, IPC) && endpoint[sizeof(IPC) - 1] == '/' && endpoint[sizeof(IPC)];
}

/* Where everybody may make files, somebody can be there before pushd, and workers would tell him everything.
 * What isn't there yet tells nothing. */
static bool lies_open(const char *endpoint)
{
	const char *path = endpoint + sizeof(IPC) - 1, *end = strrchr(path, '/');
	char folder[PATH_MAX];
	struct stat info;

	snprintf(folder, sizeof(folder), "%.*s", (int)(end - path + 1), path);
	return stat(folder, &info) == 0 && info.st_mode & S_IWOTH;
}

enum err bus_check(const struct config *config, char problem[BUS_PROBLEM])
{
	const struct config_list *endpoints = &config->bus_endpoints;
	char public_key[BUS_KEY_TEXT];
	int remote = 0;
	enum err err;

	if (endpoints->count == 0)
		return refuse(problem, "bus_endpoints: must name an endpoint");
	for (int i = 0; i < endpoints->count; i++) {
		const char *at = endpoints->items[i];

		remote += is_remote(at);
		if (!is_remote(at) && !is_local(at))
			return refuse(problem, "bus_endpoints: %s: must be ipc:///path or tcp://host:port",
				      at);
		if (is_local(at) && lies_open(at))
			return refuse(
			    problem, "bus_endpoints: %s lies in a folder where everybody may make files", at);
	}
	if (!remote)
		return OK;
	err = curve_there(problem);
	if (err != OK)
		return err;
	if (!config->bus_secret_key || bus_key_public(config->bus_secret_key, public_key) != OK)
		return refuse(problem, "bus_secret_key: tcp:// needs a key here");
	if (config->bus_peer_keys.count < remote)
		return refuse(problem, "bus_peer_keys: there must be one for each tcp:// endpoint");
	return OK;
}

/* Of both ends of a connection between hosts. */
static void set_remote(void *socket, const char *endpoint)
{
	set_int(socket, ZMQ_IPV6, strchr(endpoint, '[') != NULL);
	set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
	set_int(socket, ZMQ_TCP_KEEPALIVE, 1);
	set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, ALIVE_AFTER_S);
	set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, ALIVE_EACH_S);
	set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, ALIVE_PROBES);
}

/* --- sending --- */

struct bus_sender {
	void *context;
	void **sockets;
	int count;
	uint64_t dropped;
	struct buf frame; /* of the message that is being sent; its memory is kept */
};

/* Queues while the receiver is away, and tries again soon when it comes back. `server_key`: of an endpoint at
 * tcp://. */
static enum err sender_connect(struct bus_sender *sender, const struct config *config, const char *endpoint,
			       const char *server_key, char problem[BUS_PROBLEM])
{
	void *socket = zmq_socket(sender->context, ZMQ_PUSH);

	if (!socket)
		return ERR_MEMORY;
	sender->sockets[sender->count++] = socket;
	set_int(socket, ZMQ_SNDHWM, QUEUE_MOST);
	set_int(socket, ZMQ_IMMEDIATE, 0);
	set_int(socket, ZMQ_LINGER, 0);
	set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_LEAST_MS);
	set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS);
	if (is_remote(endpoint)) {
		set_remote(socket, endpoint);
		if (curve_connects(socket, config->bus_secret_key, server_key) != OK)
			return refuse(problem, "bus_peer_keys: one of them is no key");
	}
	if (zmq_connect(socket, endpoint) != 0)
		return refuse(problem, "bus_endpoints: cannot connect to %s: %s", endpoint,
			      zmq_strerror(errno));
	return OK;
}

static enum err sender_fill(struct bus_sender *sender, const struct config *config, char problem[BUS_PROBLEM])
{
	const struct config_list *endpoints = &config->bus_endpoints;
	const char *const *key = config->bus_peer_keys.items;
	enum err err = OK;

	sender->context = zmq_ctx_new();
	sender->sockets = calloc((size_t)endpoints->count, sizeof(*sender->sockets));
	if (!sender->context || !sender->sockets)
		return ERR_MEMORY;
	zmq_ctx_set(sender->context, ZMQ_IO_THREADS, IO_THREADS);
	for (int i = 0; i < endpoints->count && err == OK; i++)
		err = sender_connect(sender, config, endpoints->items[i],
				     is_remote(endpoints->items[i]) ? *key++ : NULL, problem);
	return err;
}

enum err bus_sender_new(const struct config *config, char problem[BUS_PROBLEM], struct bus_sender **ret)
{
	struct bus_sender *sender;
	enum err err = bus_check(config, problem);

	if (err != OK)
		return err;
	snprintf(problem, BUS_PROBLEM, "out of memory");
	sender = calloc(1, sizeof(*sender));
	if (!sender)
		return ERR_MEMORY;
	buf_init(&sender->frame, NULL);
	err = sender_fill(sender, config, problem);
	if (err != OK) {
		bus_sender_free(sender, 0);
		return err;
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

/* --- receiving --- */

struct bus_receiver {
	void *context;
	void *socket;
	struct gatekeeper *gatekeeper; /* of tcp:// */
	int timeout_ms;		       /* that the socket knows of; it begins with none */
};

/* ZeroMQ makes the file with the process's umask and knows no mode of its own: from the moment it is there,
 * nobody but the service's user and group may send. */
static enum err bind_local(void *socket, const char *endpoint, char problem[BUS_PROBLEM])
{
	mode_t before = umask(0117);
	int bound = zmq_bind(socket, endpoint), error = errno;

	umask(before);
	if (bound != 0)
		return refuse(problem, "bus_endpoints: cannot bind %s: %s", endpoint, zmq_strerror(error));
	return OK;
}

/* The gatekeeper stands there before the door does. */
static enum err bind_remote(struct bus_receiver *receiver, const struct config *config, const char *endpoint,
			    char problem[BUS_PROBLEM])
{
	enum err err = gatekeeper_new(receiver->context, receiver->socket, &config->bus_peer_keys,
				      &receiver->gatekeeper);

	if (err != OK)
		return err;
	set_remote(receiver->socket, endpoint);
	(void)zmq_setsockopt(receiver->socket, ZMQ_ZAP_DOMAIN, DOMAIN, sizeof(DOMAIN) - 1);
	if (curve_binds(receiver->socket, config->bus_secret_key) != OK)
		return refuse(problem, "bus_secret_key: is no key");
	if (zmq_bind(receiver->socket, endpoint) != 0)
		return refuse(problem, "bus_endpoints: cannot bind %s: %s", endpoint, zmq_strerror(errno));
	return OK;
}

static enum err receiver_open(struct bus_receiver *receiver, const struct config *config,
			      char problem[BUS_PROBLEM])
{
	const char *endpoint = config->bus_endpoints.items[0];
	int64_t most = FRAME_MAX;

	receiver->context = zmq_ctx_new();
	receiver->socket = receiver->context ? zmq_socket(receiver->context, ZMQ_PULL) : NULL;
	if (!receiver->socket)
		return ERR_MEMORY;
	set_int(receiver->socket, ZMQ_RCVHWM, QUEUE_MOST);
	set_int(receiver->socket, ZMQ_LINGER, 0);
	(void)zmq_setsockopt(receiver->socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	return is_remote(endpoint) ? bind_remote(receiver, config, endpoint, problem)
				   : bind_local(receiver->socket, endpoint, problem);
}

enum err bus_receiver_new(const struct config *config, char problem[BUS_PROBLEM], struct bus_receiver **ret)
{
	struct bus_receiver *receiver;
	enum err err = bus_check(config, problem);

	if (err != OK)
		return err;
	snprintf(problem, BUS_PROBLEM, "out of memory");
	receiver = calloc(1, sizeof(*receiver));
	if (!receiver)
		return ERR_MEMORY;
	receiver->timeout_ms = -1;
	err = receiver_open(receiver, config, problem);
	if (err != OK) {
		bus_receiver_free(receiver);
		return err;
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
	gatekeeper_free(receiver->gatekeeper);
	if (receiver->context)
		while (zmq_ctx_term(receiver->context) != 0 && errno == EINTR)
			;
	free(receiver);
}

void bus_refusals(struct bus_receiver *receiver, struct bus_refusals *ret)
{
	*ret = (struct bus_refusals){.unknown = 0};
	if (receiver->gatekeeper)
		gatekeeper_refusals(receiver->gatekeeper, ret);
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
