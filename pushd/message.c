/* Counted wire messages: a header, the room that libwebsockets needs, and the text, in one block. */
#include "pushd/message.h"

#include <stdlib.h>
#include <string.h>

#include "pushd/metrics.h"

struct message *message_new(const char *text, size_t len)
{
	struct message *message = malloc(sizeof(*message) + MESSAGE_HEADROOM + len + 1);

	if (!message)
		return NULL;
	message->refs = 1;
	message->size_row = metrics_size_row(len);
	message->len = len;
	message->text = (char *)(message + 1) + MESSAGE_HEADROOM;
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
