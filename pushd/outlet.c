#include "pushd/outlet.h"

#include <errno.h>
#include <libwebsockets.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(MESSAGE_HEADROOM >= LWS_PRE, "the library writes its frame header in front of a message");

void outlet_open(struct outlet *outlet, struct lws *wsi, struct metrics *metrics)
{
	outlet->wsi = wsi;
	outlet->metrics = metrics;
	outlet->fd = lws_is_ssl(wsi) ? -1 : lws_get_socket_fd(wsi);
}

/* The number of bytes that the socket took, -1 when it is dead. Not by send(): in a program with threads that
 * is a point of cancellation, and saying so costs as much as all that we do around it. */
static ssize_t send_now(const struct outlet *outlet, const char *bytes, size_t len)
{
	if (outlet->fd < 0 || lws_partial_buffered(outlet->wsi))
		return 0;
	ssize_t sent = syscall(SYS_sendto, outlet->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);

	return sent >= 0 || (errno != EAGAIN && errno != EINTR) ? sent : 0;
}

static bool send_later(const struct outlet *outlet, struct message *message, size_t sent, bool text)
{
	unsigned char *frame = (unsigned char *)message->text - message->head;

	if (sent)
		return lws_write(outlet->wsi, frame + sent, message->head + message->len - sent,
				 LWS_WRITE_HTTP) >= 0;
	return lws_write(outlet->wsi, (unsigned char *)message->text, message->len,
			 text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) >= 0;
}

enum outlet_write outlet_write(const struct outlet *outlet, struct message *message, bool text)
{
	size_t len = message->head + message->len;
	ssize_t sent = text ? send_now(outlet, message->text - message->head, len) : 0;

	if (sent < 0 || ((size_t)sent < len && !send_later(outlet, message, (size_t)sent, text)))
		return OUTLET_BROKEN;
	metrics_sent(outlet->metrics, message->len, message->size_row);
	return (size_t)sent < len && lws_partial_buffered(outlet->wsi) ? OUTLET_CHOKED : OUTLET_WRITTEN;
}
