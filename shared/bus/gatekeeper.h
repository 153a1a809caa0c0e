/* Who may send: the keys that are let in, asked by libzmq for each peer that has shown that it has one's
 * secret (ZAP, ZeroMQ's RFC 27). A thread of its own, so that neither frames nor pushd's loop wait for it.
 * Within shared/bus. */
#ifndef INVIGIL_BUS_GATEKEEPER_H
#define INVIGIL_BUS_GATEKEEPER_H

#include "bus/bus.h"

struct gatekeeper;

/* Before `socket` is bound: a libzmq that finds nobody to ask lets everybody in. Keys that are none are left
 * out. ERR_MEMORY. */
MUST_CHECK enum err gatekeeper_new(void *context, void *socket, const struct config_list *keys,
				   struct gatekeeper **ret);
/* Shuts the context down, on which no socket can be used but to close it. Accepts NULL. */
void gatekeeper_free(struct gatekeeper *gatekeeper);
void gatekeeper_refusals(struct gatekeeper *gatekeeper, struct bus_refusals *ret);

#endif
