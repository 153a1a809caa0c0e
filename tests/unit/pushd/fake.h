/* A connection on a socket that is none: it notes what was written, and takes as much as the test lets it. */
#ifndef INVIGIL_TESTS_PUSHD_FAKE_H
#define INVIGIL_TESTS_PUSHD_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pushd/conn.h"
#include "pushd/dialect/dialect.h"
#include "pushd/room.h"

#define FAKE_WRITES 4096

struct fake {
	struct conn *conn;
	char *wrote[FAKE_WRITES]; /* each message, in order */
	size_t count;
	size_t takes; /* messages until the socket is full; SIZE_MAX: never */
	bool broken;  /* the socket is dead */
	int wanted;   /* calls of want_writable, ping, finish, kill */
	int pings;
	int finished;
	int killed;
	int left; /* calls of the hook, and what it was told */
	enum conn_end how;
	int drained;
};

static inline enum conn_write fake_write(void *socket, struct message *message)
{
	struct fake *fake = socket;

	if (fake->broken)
		return CONN_BROKEN;
	assert_true(fake->count < FAKE_WRITES);
	fake->wrote[fake->count++] = strdup(message->text);
	if (fake->takes != SIZE_MAX && fake->takes > 0)
		fake->takes--;
	return fake->takes ? CONN_WRITTEN : CONN_CHOKED;
}

static inline void fake_want(void *socket)
{
	((struct fake *)socket)->wanted++;
}

static inline void fake_ping(void *socket)
{
	((struct fake *)socket)->pings++;
}

static inline void fake_finish(void *socket)
{
	((struct fake *)socket)->finished++;
}

static inline void fake_kill(void *socket)
{
	((struct fake *)socket)->killed++;
}

static const struct conn_ops fake_ops = {
    .write = fake_write,
    .want_writable = fake_want,
    .ping = fake_ping,
    .finish = fake_finish,
    .kill = fake_kill,
};

static inline void fake_left(struct conn *conn, enum conn_end how)
{
	struct fake *fake = conn->owner;

	fake->left++;
	fake->how = how;
	room_remove(conn);
}

static inline void fake_drained(struct conn *conn)
{
	((struct fake *)conn->owner)->drained++;
	room_drained(conn);
}

static const struct conn_hooks fake_hooks = {.left = fake_left, .drained = fake_drained};

static inline struct fake *fake_new(enum role role, size_t queue_limit)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->takes = SIZE_MAX;
	fake->conn = conn_new(&fake_ops, fake, &fake_hooks, fake, queue_limit);
	assert_non_null(fake->conn);
	fake->conn->dialect = &dialect_live;
	fake->conn->actor = (struct actor){.user_id = id_make(), .role = role};
	return fake;
}

/* Forgets what was written so far. */
static inline void fake_clear(struct fake *fake)
{
	while (fake->count)
		free(fake->wrote[--fake->count]);
}

static inline void fake_free(struct fake *fake)
{
	fake_clear(fake);
	conn_closed(fake->conn, END_LOST);
	conn_unref(fake->conn);
	free(fake);
}

/* The socket takes `count` more, and says so. */
static inline void fake_take(struct fake *fake, size_t count)
{
	fake->takes = count;
	conn_writable(fake->conn);
}

#endif
