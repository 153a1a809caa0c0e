/* HTTP exchanges that may wait for their answer: one request and one answer on a socket, then it is closed.
 *
 * libwebsockets 4.1 can't be asked to do this: a body that arrives with its head makes it read the head as
 * the body, for ever; what a client sends while its request is held is kept without a limit; and each held
 * request keeps 16 KiB of headers. Here a held request costs its head and a poll handle, nothing is read
 * while it is held but the news that the client has gone, and what is not HTTP/1 as browsers and proxies
 * speak it is refused. */
#ifndef INVIGIL_PUSHD_EXCHANGE_H
#define INVIGIL_PUSHD_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "core/address.h"
#include "pushd/message.h"

struct exchanges;
struct exchange;

/* Each gets the exchange's context, NULL until one is set. */
struct exchange_hooks {
	/* A request's head is there: answer it, read its body, or hold it. */
	void (*begun)(void *owner, struct exchange *exchange);
	/* The body that was asked for: answer it, or hold it. */
	void (*read)(void *context, struct exchange *exchange);
	/* After exchange_wake: answer it. */
	void (*woken)(void *context, struct exchange *exchange);
	/* The client has gone before it was answered; the exchange is, too. */
	void (*lost)(void *context);
};

/* `loop`: a uv_loop_t. NULL: no memory. */
MUST_CHECK struct exchanges *exchanges_new(void *loop, const struct exchange_hooks *hooks, void *owner);
/* Takes a connected, non-blocking socket and what it has sent: at least a whole head. */
void exchanges_take(struct exchanges *exchanges, int fd, const char *bytes, size_t len);
/* Drops whoever is too slow to send his request or to take his answer. Every second or so. */
void exchanges_tick(struct exchanges *exchanges, int64_t now);
/* None is being read, held or answered. */
bool exchanges_idle(const struct exchanges *exchanges);
/* Drops all. The loop has to run on until their handles are closed; then exchanges_free. */
void exchanges_stop(struct exchanges *exchanges);
/* Accepts NULL. */
void exchanges_free(struct exchanges *exchanges);

void exchange_set_context(struct exchange *exchange, void *context);
/* "GET". */
const char *exchange_method(const struct exchange *exchange);
/* The query's first argument of this name, decoded and cut to fit. False: there is none. */
bool exchange_argument(const struct exchange *exchange, const char *name, char *ret, size_t size);
/* All headers of this name, with ", " between, cut to fit. False: there is none. */
bool exchange_header(const struct exchange *exchange, const char *name, char *ret, size_t size);
/* The body's bytes; SIZE_MAX: its length is unknown or malformed, and it can't be read. */
size_t exchange_length(const struct exchange *exchange);
/* The peer's, not the client's behind a proxy. */
void exchange_peer(const struct exchange *exchange, char ret[ADDRESS_TEXT]);

/* Reads the body, of a length that isn't SIZE_MAX. */
void exchange_read(struct exchange *exchange);
/* Borrowed, until it is answered. */
const char *exchange_body(const struct exchange *exchange, size_t *ret_len);
/* hooks.woken shall be called soon, and not in this turn of the loop. */
void exchange_wake(struct exchange *exchange);
/* Sends the answer; nothing may be done with the exchange afterwards. `headers` are whole lines (NULL: none),
 * `type` the body's (NULL: there is no body). */
void exchange_answer(struct exchange *exchange, int status, const char *headers, const char *type,
		     struct message *body);
/* Drops the connection instead of answering. */
void exchange_drop(struct exchange *exchange);

#endif
