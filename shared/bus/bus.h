/* The bus: after a commit, a copy of the event goes to pushd. The only door to ZeroMQ. It is speed, not
 * truth: whatever it loses, pushd finds in the table. */
#ifndef INVIGIL_BUS_BUS_H
#define INVIGIL_BUS_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "core/config.h"
#include "core/err.h"
#include "wire/event.h"

/* The sending side: one PUSH socket per endpoint, since every pushd must hear. Make it after fork. ERR_CONFIG
 * for an endpoint that can't be used: anything but ipc://, as long as there are no keys for tcp://. */
struct bus_sender;
MUST_CHECK enum err bus_sender_new(const struct config *config, struct bus_sender **ret);
/* Flushes for at most `linger_ms`, then closes. */
void bus_sender_free(struct bus_sender *sender, int linger_ms);
/* Neither blocks nor fails: what a full queue drops is counted. */
void bus_send_event(struct bus_sender *sender, const struct event *event);
void bus_send_head(struct bus_sender *sender, const struct id *session_id, uint64_t head);
uint64_t bus_dropped(const struct bus_sender *sender);

/* The receiving side: pushd's PULL socket, bound to the first endpoint; a thread reads it. */
struct bus_receiver;
MUST_CHECK enum err bus_receiver_new(const struct config *config, struct bus_receiver **ret);
void bus_receiver_free(struct bus_receiver *receiver);
/* Waits at most `timeout_ms` for a frame and copies it into `into`; the number of bytes, 0 when none came.
 * Frames longer than `size` are dropped. */
size_t bus_receive(struct bus_receiver *receiver, void *into, size_t size, int timeout_ms);

#endif
