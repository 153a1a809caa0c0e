/* The bus: after a commit, a copy of the event goes to pushd, over ZeroMQ. It is speed, not truth: whatever
 * it loses, pushd finds in the table. */
#ifndef INVIGIL_BUS_BUS_H
#define INVIGIL_BUS_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "core/config.h"
#include "core/err.h"
#include "wire/event.h"

#define BUS_PROBLEM  200 /* what is wrong, as a sentence that names the setting */
#define BUS_KEY_TEXT 41	 /* a key of CURVE: 40 characters of Z85, and the end */

/* --- keys: an endpoint is ipc://, which the file's mode guards, or tcp:// with these --- */

/* ERR_CONFIG: libzmq was built without CURVE. */
MUST_CHECK enum err bus_key_make(char ret_public[BUS_KEY_TEXT], char ret_secret[BUS_KEY_TEXT]);
/* The other half of a secret key. ERR_CONFIG: it is none, or the same. */
MUST_CHECK enum err bus_key_public(const char *secret_key, char ret_public[BUS_KEY_TEXT]);
/* Whether what is configured can be used here; ERR_CONFIG with the reason if not. Opens nothing. */
MUST_CHECK enum err bus_check(const struct config *config, char problem[BUS_PROBLEM]);

/* The sending side: one PUSH socket per endpoint, since every pushd must hear. Make it after fork. ERR_CONFIG
 * with the reason: an endpoint that can't be used, tcp:// without keys among them. */
struct bus_sender;
MUST_CHECK enum err bus_sender_new(const struct config *config, char problem[BUS_PROBLEM],
				   struct bus_sender **ret);
/* Flushes for at most `linger_ms`, then closes. */
void bus_sender_free(struct bus_sender *sender, int linger_ms);
/* Neither blocks nor fails: what a full queue drops is counted. */
void bus_send_event(struct bus_sender *sender, const struct event *event);
void bus_send_head(struct bus_sender *sender, const struct id *session_id, uint64_t head);
uint64_t bus_dropped(const struct bus_sender *sender);

/* The receiving side: pushd's PULL socket, bound to the first endpoint; a thread reads it. At tcp:// nobody
 * sends whose key isn't in bus_peer_keys. */
struct bus_receiver;
MUST_CHECK enum err bus_receiver_new(const struct config *config, char problem[BUS_PROBLEM],
				     struct bus_receiver **ret);
void bus_receiver_free(struct bus_receiver *receiver);
/* Waits at most `timeout_ms` for a frame and copies it into `into`; the number of bytes, 0 when none came.
 * Frames longer than `size` are dropped. */
size_t bus_receive(struct bus_receiver *receiver, void *into, size_t size, int timeout_ms);

/* Who wanted to send and wasn't let in, since the receiver was made. Peers try again all the time. */
struct bus_refusals {
	uint64_t unknown;	/* tries with a key that isn't in bus_peer_keys, … */
	char key[BUS_KEY_TEXT]; /* … the last one's public key, … */
	char address[64];	/* … and where it came from */
	uint64_t failed;	/* handshakes that came to nothing: no key, or one meant for another pushd */
};
/* May be asked by any thread. */
void bus_refusals(struct bus_receiver *receiver, struct bus_refusals *ret);

#endif
