#include "pushd/outlet.h"

#include <errno.h>
#include <libwebsockets.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(MESSAGE_HEADROOM >= LWS_PRE, "the library writes its frame header in front of a message");

void outlet_open(struct outlet *outlet, struct lws *wsi, struct metrics *metrics)
{
	outlet->wsi = wsi;
	outlet->metrics = metrics;
	outlet->fd = lws_is_ssl(wsi) ? -1 : lws_get_socket_fd(wsi);
}

static char *frame_of(const struct message *message)
{
	return message->text - message->head;
}

static size_t frame_len(const struct message *message)
{
	return message->head + message->len;
}

/* Both by system calls of our own: in a program with threads send() and sendmsg() are points of cancellation,
 * and saying so costs as much as all that we do around them. */
static ssize_t send_one(int fd, const struct message *message)
{
	return syscall(SYS_sendto, fd, frame_of(message), frame_len(message), MSG_DONTWAIT | MSG_NOSIGNAL,
		       NULL, 0);
}

static ssize_t send_train(int fd, struct message *const *messages, size_t count)
{
	struct iovec frames[OUTLET_TRAIN];
	const struct msghdr train = {.msg_iov = frames, .msg_iovlen = count};

	for (size_t i = 0; i < count; i++)
		frames[i] =
		    (struct iovec){.iov_base = frame_of(messages[i]), .iov_len = frame_len(messages[i])};
	return syscall(SYS_sendmsg, fd, &train, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* What a send has brought: the number of bytes that the socket took, -1 when it is dead. */
static ssize_t taken_of(ssize_t sent)
{
	return sent >= 0 || (errno != EAGAIN && errno != EINTR) ? sent : 0;
}

/* Nothing goes past what the library still keeps. */
static bool is_open(const struct outlet *outlet)
{
	return outlet->fd >= 0 && !lws_partial_buffered(outlet->wsi);
}

static void sent_whole(const struct outlet *outlet, const struct message *message)
{
	metrics_sent(outlet->metrics, message->len, message->size_row);
}

/* What is left of it goes by the library, which sends or keeps it. */
static enum outlet_write send_later(const struct outlet *outlet, const struct message *message, size_t sent,
				    bool text)
{
	unsigned char *rest = (unsigned char *)(sent ? frame_of(message) + sent : message->text);
	size_t len = sent ? frame_len(message) - sent : message->len;
	enum lws_write_protocol how = sent ? LWS_WRITE_HTTP : text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY;

	if (lws_write(outlet->wsi, rest, len, how) < 0)
		return OUTLET_BROKEN;
	sent_whole(outlet, message);
	return lws_partial_buffered(outlet->wsi) ? OUTLET_CHOKED : OUTLET_WRITTEN;
}

enum outlet_write outlet_write(const struct outlet *outlet, const struct message *message, bool text)
{
	ssize_t sent = text && is_open(outlet) ? taken_of(send_one(outlet->fd, message)) : 0;

	if (sent < 0)
		return OUTLET_BROKEN;
	if ((size_t)sent < frame_len(message))
		return send_later(outlet, message, (size_t)sent, text);
	sent_whole(outlet, message);
	return OUTLET_WRITTEN;
}

enum outlet_write outlet_write_train(const struct outlet *outlet, struct message *const *messages,
				     size_t count, size_t *ret_taken)
{
	const size_t most = count < OUTLET_TRAIN ? count : OUTLET_TRAIN;
	ssize_t sent = is_open(outlet) ? taken_of(send_train(outlet->fd, messages, most)) : 0;
	size_t left = (size_t)sent, whole = 0;

	*ret_taken = 1;
	if (sent < 0)
		return OUTLET_BROKEN;
	for (; whole < most && left >= frame_len(messages[whole]); whole++) {
		left -= frame_len(messages[whole]);
		sent_whole(outlet, messages[whole]);
	}
	*ret_taken = whole < most ? whole + 1 : most;
	return whole < most ? send_later(outlet, messages[whole], left, true) : OUTLET_WRITTEN;
}
