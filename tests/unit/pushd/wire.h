/* The two ends of an Engine.IO session in a test: sockets and requests that write down what they are asked,
 * in one log that a row can be compared with.
 *
 *   a<4hello        the WebSocket a is sent a text        a<#0102      binary data
 *   a!1000 reason   it shall close                        a?           it shall say when it takes more
 *   a!!             it shall be dropped                   g*           the held GET g has something to answer
 */
#ifndef INVIGIL_TESTS_UNIT_PUSHD_WIRE_H
#define INVIGIL_TESTS_UNIT_PUSHD_WIRE_H

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "pushd/dialect/engineio.h"

struct end {
	char name;
	enum engineio_write takes; /* what writes are answered with */
};

static char wire_log[8192];
static size_t wire_len;

static void PRINTF_LIKE(1, 2) note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (wire_len)
		wire_log[wire_len++] = ' ';
	wire_len += (size_t)vsnprintf(wire_log + wire_len, sizeof(wire_log) - wire_len, format, args);
	va_end(args);
}

/* What has happened since it was asked last. */
UNUSED static const char *news(void)
{
	static char last[sizeof(wire_log)];

	snprintf(last, sizeof(last), "%.*s", (int)wire_len, wire_log);
	wire_len = 0;
	return last;
}

static void note_binary(char name, const unsigned char *bytes, size_t len)
{
	char hex[256] = "";

	for (size_t i = 0; i < len && i < 100; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	note("%c<#%s", name, hex);
}

static enum engineio_write end_write(void *socket, struct message *message, enum engineio_kind kind)
{
	const struct end *end = socket;

	if (kind == ENGINEIO_BINARY)
		note_binary(end->name, (const unsigned char *)message->text, message->len);
	else
		note("%c<%s", end->name, message->text);
	return end->takes;
}

static void end_want_writable(void *socket)
{
	note("%c?", ((struct end *)socket)->name);
}

static void end_finish(void *socket, int code, const char *reason)
{
	note("%c!%d %s", ((struct end *)socket)->name, code, reason);
}

static void end_kill(void *socket)
{
	note("%c!!", ((struct end *)socket)->name);
}

static void end_ready(void *request)
{
	note("%c*", ((struct end *)request)->name);
}

static const struct engineio_ops end_ops = {
    .write = end_write,
    .want_writable = end_want_writable,
    .finish = end_finish,
    .kill = end_kill,
    .ready = end_ready,
};

static const struct engineio_rules end_rules = {
    .ping_interval = 300,
    .ping_timeout = 200,
    .upgrade_timeout = 1000,
    .linger = 500,
    .max_payload = 1000,
    .queue_bytes = 200,
};

#endif
