#include "core/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_mapped(const struct id *address)
{
	return memcmp(address->b, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool address_parse(const char *text, struct id *ret)
{
	struct id address;

	if (!text)
		return false;
	if (inet_pton(AF_INET, text, address.b + sizeof(mapped_prefix)) == 1)
		memcpy(address.b, mapped_prefix, sizeof(mapped_prefix));
	else if (inet_pton(AF_INET6, text, address.b) != 1)
		return false;
	*ret = address;
	return true;
}

char *address_format(const struct id *address, char text[ADDRESS_TEXT])
{
	bool mapped = is_mapped(address);

	/* It can't fail: the families are known and the room is enough. */
	inet_ntop(mapped ? AF_INET : AF_INET6, address->b + (mapped ? sizeof(mapped_prefix) : 0), text,
		  ADDRESS_TEXT);
	return text;
}

struct id address_holder(const struct id *address)
{
	struct id holder = *address;

	if (!is_mapped(address))
		memset(holder.b + 8, 0, 8);
	return holder;
}

char *address_holder_format(const char *address, char text[ADDRESS_TEXT])
{
	static const char network[] = "/64";
	struct id id, holder;

	if (!address_parse(address, &id)) {
		snprintf(text, ADDRESS_TEXT, "%s", address);
		return text;
	}
	holder = address_holder(&id);
	address_format(&holder, text);
	if (!is_mapped(&id)) /* half of it is zeroes: there is room */
		memcpy(text + strlen(text), network, sizeof(network));
	return text;
}

/* Digits alone, at most five of them. */
static bool parse_number(const char *text, int most, int *ret)
{
	int number = 0;

	if (!*text || strlen(text) > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text - '0');
	}
	if (number > most)
		return false;
	*ret = number;
	return true;
}

bool network_parse(const char *text, struct network *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char address[ADDRESS_TEXT];
	struct network network = {.bits = 128};
	bool dotted;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!address_parse(address, &network.address))
		return false;
	dotted = !strchr(address, ':');
	if (slash && !parse_number(slash + 1, dotted ? 32 : 128, &network.bits))
		return false;
	if (slash && dotted)
		network.bits += 96;
	*ret = network;
	return true;
}

bool network_contains(const struct network *network, const struct id *address)
{
	size_t whole = (size_t)network->bits / 8;
	int rest = network->bits % 8;

	if (memcmp(network->address.b, address->b, whole) != 0)
		return false;
	return rest == 0 || (network->address.b[whole] ^ address->b[whole]) >> (8 - rest) == 0;
}

bool endpoint_parse(const char *text, struct id *ret_address, uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char host[ADDRESS_TEXT];
	struct id address = ID_NIL;
	int port;

	if (!colon || !parse_number(colon + 1, UINT16_MAX, &port))
		return false;
	if (len > 2 && text[0] == '[' && text[len - 1] == ']')
		text++, len -= 2;
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (len && !address_parse(host, &address))
		return false;
	*ret_address = address;
	*ret_port = (uint16_t)port;
	return true;
}

static bool is_trusted(const struct id *address, const struct config_list *trusted)
{
	struct network network;

	for (int i = 0; i < trusted->count; i++) {
		if (network_parse(trusted->items[i], &network) && network_contains(&network, address))
			return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One entry of the header: an address, which some proxies write in brackets, with a port, or both. */
static bool parse_entry(const char *entry, size_t len, struct id *ret)
{
	char text[ADDRESS_TEXT + 8];
	char *colon, *bracket;

	if (len >= sizeof(text))
		return false;
	memcpy(text, entry, len);
	text[len] = '\0';
	if (text[0] == '[') {
		bracket = strchr(text, ']');
		if (!bracket || (bracket[1] != '\0' && bracket[1] != ':'))
			return false;
		*bracket = '\0';
		return strchr(text, ':') && address_parse(text + 1, ret);
	}
	colon = strchr(text, ':');
	if (colon && !strchr(colon + 1, ':'))
		*colon = '\0';
	return address_parse(text, ret);
}

/* Cuts the right-most entry off the first *len bytes of the header; false when there are none. Empty entries
 * are no entries (RFC 9110, 5.6.1). */
static bool last_entry(const char *header, size_t *len, const char **ret, size_t *ret_len)
{
	size_t end = *len, start;

	while (end && (header[end - 1] == ',' || is_blank(header[end - 1])))
		end--;
	if (!end)
		return false;
	for (start = end; start && header[start - 1] != ','; start--)
		;
	*len = start;
	while (is_blank(header[start]))
		start++;
	*ret = header + start;
	*ret_len = end - start;
	return true;
}

void address_client(const char *peer, const char *forwarded_for, const struct config_list *trusted,
		    char ret[ADDRESS_TEXT])
{
	bool unix_peer = !peer || !*peer;
	size_t len = forwarded_for ? strlen(forwarded_for) : 0, entry_len;
	const char *entry;
	struct id address;

	ret[0] = '\0';
	if (!unix_peer) {
		if (!address_parse(peer, &address))
			return;
		address_format(&address, ret);
		if (!is_trusted(&address, trusted))
			return;
	}
	while (last_entry(forwarded_for, &len, &entry, &entry_len)) {
		if (!parse_entry(entry, entry_len, &address))
			return;
		address_format(&address, ret);
		if (!is_trusted(&address, trusted))
			return;
	}
}
