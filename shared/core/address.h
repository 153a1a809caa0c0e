/* Addresses of peers, and which address a client really has when proxies stand before us. An address is 16
 * bytes in IPv6 form, so that it can be a map's key; IPv4 is IPv4-mapped (::ffff:192.0.2.1). */
#ifndef INVIGIL_CORE_ADDRESS_H
#define INVIGIL_CORE_ADDRESS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/id.h"
#include "core/config.h"

#define ADDRESS_TEXT 46 /* the longest IPv6 text and the terminator */

/* An address and how many of its leading bits count: 0 to 128. */
struct network {
	struct id address;
	int bits;
};

/* Reads IPv4 or IPv6 text; false for anything else (ports, brackets, zones, names). */
MUST_CHECK bool address_parse(const char *text, struct id *ret);
/* Writes the usual text, IPv4 with dots; returns `text`. */
char *address_format(const struct id *address, char text[ADDRESS_TEXT]);

/* Whom the address is counted for where there is a limit: itself, or of IPv6 its /64, of which a customer has
 * every address, so that each try could come from another. */
struct id address_holder(const struct id *address);
/* Likewise of a text, as "192.0.2.1" or "2001:db8::/64"; what is no address stays as it is. */
char *address_holder_format(const char *address, char text[ADDRESS_TEXT]);

/* Reads "10.0.0.0/8", "2001:db8::/32" or a single address. */
MUST_CHECK bool network_parse(const char *text, struct network *ret);
bool network_contains(const struct network *network, const struct id *address);

/* Reads where a server listens: "127.0.0.1:8765", "[::1]:8765", or ":8765", whose address is nil: any. */
MUST_CHECK bool endpoint_parse(const char *text, struct id *ret_address, uint16_t *ret_port);

/* The client's address, for limits and logs. `peer` is who holds the connection: address text, or "" (or
 * NULL) for a Unix socket, which only a proxy of ours can hold. From a peer that isn't `trusted`,
 * X-Forwarded-For is a claim, and the client is the peer. Else it is the header's right-most entry that isn't
 * itself trusted; where the chain ends before that (no header, an entry that is no address), the last trusted
 * one. "" when a Unix peer names nobody. */
void address_client(const char *peer, const char *forwarded_for, const struct config_list *trusted,
		    char ret[ADDRESS_TEXT]);

#endif
