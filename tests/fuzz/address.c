/* Addresses, networks, times and ids: what is read can be written, and is then read as the same. And a
 * client's address behind proxies: whatever the header says, it is an address that was there, or none. Lines:
 * the peer, the header, then anything. */
#include "tests/fuzz/fuzz.h"

#include <strings.h>

#include "base/clock.h"
#include "core/address.h"

static void check_address(const char *text)
{
	struct id address, again;
	char written[ADDRESS_TEXT];

	if (!address_parse(text, &address))
		return;
	MUST(address_parse(address_format(&address, written), &again) && id_equal(&address, &again));
}

static void check_network(const char *text)
{
	struct network network;

	if (!network_parse(text, &network))
		return;
	MUST(network.bits >= 0 && network.bits <= 128);
	MUST(network_contains(&network, &network.address));
}

static void check_time(const char *text)
{
	int64_t ms, again;
	char written[TIME_TEXT];

	if (!time_parse(text, &ms))
		return;
	time_format(ms, written);
	MUST(time_parse(written, &again));
	/* an offset may lead out of the years that have a text */
	MUST(again == ms || strncmp(written, "0000", 4) == 0 || strncmp(written, "9999", 4) == 0);
}

static void check_id(const char *text)
{
	struct id id, again;
	char written[ID_TEXT];

	if (!id_parse(text, &id))
		return;
	MUST(id_parse(id_format(&id, written), &again) && id_equal(&id, &again));
	MUST(strcasecmp(written, text) == 0);
}

static void check_client(const char *peer, const char *header)
{
	static const char *trusted[] = {"127.0.0.0/8", "::1", "10.0.0.0/8", "2001:db8::/32"};
	const struct config_list proxies = {.items = trusted, .count = ARRAY_LEN(trusted)};
	char address[ADDRESS_TEXT], alone[ADDRESS_TEXT];
	struct id id, ignored;

	address_client(peer, header, &proxies, address);
	MUST(!*address || address_parse(address, &id));
	address_client(peer, NULL, &proxies, alone);
	/* a stranger's word counts for nothing */
	if (*peer && *alone) {
		bool ours = false;

		MUST(address_parse(alone, &ignored));
		for (size_t i = 0; i < ARRAY_LEN(trusted); i++) {
			struct network network;

			ours |= network_parse(trusted[i], &network) && network_contains(&network, &ignored);
		}
		MUST(ours || strcmp(address, alone) == 0);
	}
	MUST(!*peer || *alone || !*address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	const char *peer = take_text(&rest, arena, '\n'), *header = take_text(&rest, arena, '\n');

	check_client(peer, header);
	check_address(peer);
	while (rest.size) {
		const char *text = take_text(&rest, arena, '\n');

		check_address(text);
		check_network(text);
		check_time(text);
		check_id(text);
	}
	arena_free(arena);
	return 0;
}
