/* What the load generators share: sockets on loopback, HTTP and WebSocket framing by hand (a generator must
 * cost less than what it measures), and latency figures. Whatever goes wrong ends the program. */
#ifndef INVIGIL_BENCH_WIRE_H
#define INVIGIL_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

_Noreturn void die(const char *what);

/* Nanoseconds of the monotonic clock. */
uint64_t now_ns(void);
/* This process's own processor time, likewise. */
uint64_t cpu_ns(void);

/* A connected TCP socket to 127.0.0.1 with Nagle off. */
int dial(int port);
/* As many descriptors as the system lets us have. */
void raise_descriptors(void);

/* Sends the upgrade and reads the answer up to its blank line, blocking. */
void ws_open(int fd, const char *path, const char *token);
/* The length of the first whole frame in bytes[0..len) or 0; its payload through the ret_ parameters. */
size_t ws_parse(const unsigned char *bytes, size_t len, int *ret_opcode, const unsigned char **ret_payload,
		size_t *ret_payload_len);
/* Sends a text message. */
void ws_say(int fd, const char *text, size_t len);
/* Answers a ping. */
void ws_pong(int fd, const unsigned char *payload, size_t len);

/* An open WebSocket that is listened to. */
struct ws {
	int fd;
	unsigned char *in; /* what has come of a frame that isn't whole */
	size_t have, room;
};

/* Reads what has come without waiting, and hands on each text; answers pings. Being closed ends the program.
 */
void ws_take(struct ws *ws, void (*hear)(struct ws *ws, const char *text, size_t len));

struct http_answer {
	int status;
	bool last; /* the server closes the connection behind it */
};

/* The length of the first whole HTTP answer in bytes[0..len) (by its Content-Length), or 0. */
size_t http_parse(const char *bytes, size_t len, struct http_answer *ret);

/* Sorts the samples; the p-th percentile (0..100). */
uint64_t percentile(uint64_t *samples, size_t count, double p);

/* Lines of a file, without their ends. */
char **read_lines(const char *path, size_t *ret_count);

/* Zeroed memory. */
void *room_for(size_t count, size_t size);

#endif
