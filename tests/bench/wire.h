/* What the load generators share: sockets on loopback, HTTP and WebSocket framing by hand (a generator must
 * cost less than what it measures), latency figures, and the processor time of other processes. */
#ifndef INVIGIL_BENCH_WIRE_H
#define INVIGIL_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of the monotonic clock. */
uint64_t now_ns(void);

/* A connected TCP socket to 127.0.0.1 with Nagle off; ends the program when it can't be had. */
int dial(int port);

/* Sends the upgrade and reads the answer, blocking; *ret_rest gets what came behind it. Ends the program when
 * refused. */
void ws_open(int fd, const char *path, const char *token);
/* A masked text frame around `text` in `out` (room for len + 14); its length. */
size_t ws_frame(const char *text, size_t len, unsigned char *out);
/* The length of the first whole frame in bytes[0..len) or 0; its payload through the ret_ parameters. */
size_t ws_parse(const unsigned char *bytes, size_t len, int *ret_opcode, const unsigned char **ret_payload,
		size_t *ret_payload_len);

/* The length of the first whole HTTP answer in bytes[0..len) (by its Content-Length), or 0; its status. */
size_t http_parse(const char *bytes, size_t len, int *ret_status);

/* Sorts the samples; the p-th percentile (0..100). */
uint64_t percentile(uint64_t *samples, size_t count, double p);

/* Lines of a file, without their ends; ends the program when it can't be read. */
char **read_lines(const char *path, size_t *ret_count);

_Noreturn void die(const char *what);

#endif
