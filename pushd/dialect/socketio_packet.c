/* <type>[<attachments>-][/namespace,][<acknowledgement id>][<JSON>] */
#include "pushd/dialect/socketio_packet.h"

#include <string.h>

#include "pushd/dialect/json_syntax.h"

#define ACK_DIGITS 18 /* of the ids that clients number their events by */

/* --- reading packets --- */

struct reader {
	const char *at, *end;
};

/* At most `digits` of them; false: there are none, or more. */
static bool read_number(struct reader *reader, int digits, uint64_t *ret)
{
	uint64_t number = 0;
	int read = 0;

	for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++, read++) {
		if (read == digits)
			return false;
		number = number * 10 + (uint64_t)(*reader->at - '0');
	}
	if (read)
		*ret = number;
	return read > 0;
}

static bool read_type(struct reader *reader, struct packet *packet)
{
	static const enum packet_type plain[] = {[BINARY_EVENT] = EVENT, [BINARY_ACK] = ACK};
	uint64_t attachments;
	int type;

	if (reader->at == reader->end)
		return false;
	type = *reader->at++ - '0';
	if (type < 0 || type >= TYPES)
		return false;
	packet->type = (enum packet_type)type;
	if (type != BINARY_EVENT && type != BINARY_ACK)
		return true;
	packet->type = plain[type];
	if (!read_number(reader, 2, &attachments) || attachments < 1 || attachments > SOCKETIO_ATTACHMENTS)
		return false;
	packet->attachments = attachments;
	return reader->at < reader->end && *reader->at++ == '-';
}

/* A comma ends it, or the packet does. */
static bool read_namespace(struct reader *reader, struct packet *packet)
{
	const char *comma, *stop;
	size_t len;

	strcpy(packet->namespace, "/");
	if (reader->at == reader->end || *reader->at != '/')
		return true;
	comma = memchr(reader->at, ',', (size_t)(reader->end - reader->at));
	stop = comma ? comma : reader->end;
	len = (size_t)(stop - reader->at);
	if (len > SOCKETIO_NAMESPACE || memchr(reader->at, '\0', len))
		return false;
	memcpy(packet->namespace, reader->at, len);
	packet->namespace[len] = '\0';
	reader->at = comma ? comma + 1 : stop;
	return true;
}

bool packet_read(const char *text, size_t len, struct packet *ret)
{
	struct reader reader = {text, text + len};

	*ret = (struct packet){0};
	if (!read_type(&reader, ret) || !read_namespace(&reader, ret))
		return false;
	if (reader.at < reader.end && *reader.at >= '0' && *reader.at <= '9') {
		ret->has_ack = true;
		if (!read_number(&reader, ACK_DIGITS, &ret->ack))
			return false;
	}
	ret->payload = reader.at;
	ret->len = (size_t)(reader.end - reader.at);
	return !ret->len || json_syntax(ret->payload, ret->len);
}

/* --- writing packets --- */

void packet_head(struct buf *out, enum packet_type type, size_t attachments, const char *namespace)
{
	buf_addc(out, '4');
	buf_addc(out, (char)('0' + type));
	if (attachments) {
		buf_addu(out, attachments);
		buf_addc(out, '-');
	}
	if (namespace && strcmp(namespace, "/") != 0) {
		buf_adds(out, namespace);
		buf_addc(out, ',');
	}
}

static enum packet_type type_of(const struct socketio_packet *packet)
{
	if (packet->event)
		return packet->attachments ? BINARY_EVENT : EVENT;
	return packet->attachments ? BINARY_ACK : ACK;
}

struct message *socketio_encode(const struct socketio_packet *packet)
{
	struct buf out;

	buf_init(&out, NULL);
	packet_head(&out, type_of(packet), packet->attachments, packet->namespace);
	if (!packet->event || packet->has_ack)
		buf_addu(&out, packet->ack);
	buf_addc(&out, '[');
	if (packet->event)
		json_add_string(&out, packet->event);
	if (packet->args && *packet->args) {
		buf_adds(&out, packet->event ? "," : "");
		buf_adds(&out, packet->args);
	}
	if (packet->offset) {
		buf_addc(&out, ',');
		json_add_string(&out, packet->offset);
	}
	buf_addc(&out, ']');
	return message_take(&out);
}
