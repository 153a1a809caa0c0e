/* Counted wire messages: a header, the room that libwebsockets needs, and the text, in one block. */
#include "pushd/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pushd/metrics.h"

/* Writes the header of a server's text frame (RFC 6455) so that it ends at `end`; its length. */
static size_t frame_header(char *end, size_t len)
{
	const size_t lengths = len < 126 ? 0 : len <= UINT16_MAX ? 2 : 8;
	unsigned char *header = (unsigned char *)end - 2 - lengths;

	header[0] = 0x81;
	header[1] = (unsigned char)(lengths == 0 ? len : lengths == 2 ? 126 : 127);
	for (size_t i = 0; i < lengths; i++)
		header[2 + i] = (unsigned char)((uint64_t)len >> 8 * (lengths - 1 - i));
	return 2 + lengths;
}

struct message *message_new(const char *text, size_t len)
{
	struct message *message = malloc(sizeof(*message) + MESSAGE_HEADROOM + len + 1);

	if (!message)
		return NULL;
	message->refs = 1;
	message->event_id = 0;
	message->size_row = metrics_size_row(len);
	message->len = len;
	message->text = (char *)(message + 1) + MESSAGE_HEADROOM;
	message->head = frame_header(message->text, len);
	memcpy(message->text, text, len);
	message->text[len] = '\0';
	return message;
}

struct message *message_take(struct buf *text)
{
	struct message *message = text->failed ? NULL : message_new(text->data ? text->data : "", text->len);

	buf_done(text);
	return message;
}

struct message *message_ref(struct message *message)
{
	message->refs++;
	return message;
}

void message_unref(struct message *message)
{
	if (message && --message->refs == 0)
		free(message);
}
