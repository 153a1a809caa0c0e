#include "pushd/early.h"

#include <stdlib.h>

#include "pushd/dialect/dialect.h"
#include "pushd/farewell.h"

struct early {
	struct list in_early;
	struct message *text;
};

static void early_free(struct early *early)
{
	list_remove(&early->in_early);
	message_unref(early->text);
	free(early);
}

/* NULL: no memory. */
static struct early *early_new(const char *text, size_t len)
{
	struct early *early = malloc(sizeof(*early));

	if (!early)
		return NULL;
	early->text = message_new(text, len);
	if (!early->text) {
		free(early);
		return NULL;
	}
	return early;
}

void early_keep(struct conn *conn, const char *text, size_t len)
{
	struct early *early;

	conn->early_bytes += len;
	if (conn->early_bytes > conn->queue_limit) {
		farewell(conn, ERR_RATE_LIMITED);
		return;
	}
	early = early_new(text, len);
	if (early)
		list_append(&conn->early, &early->in_early);
	else
		farewell(conn, ERR_MEMORY);
}

struct message *early_take(struct conn *conn)
{
	struct early *early;
	struct message *text;

	if (list_empty(&conn->early))
		return NULL;
	early = list_entry(conn->early.next, struct early, in_early);
	text = message_ref(early->text);
	early_free(early);
	return text;
}

/* Without memory its sender isn't answered; he is sent away for that anyway. */
static void share_outcome(struct conn *conn, const struct message *text)
{
	struct arena *arena = arena_new(1024);
	struct incoming in = {0};

	if (arena && !conn->dialect->decode(arena, text->text, text->len, &in)) {
		const struct outcome outcome = {.ref = in.ref, .err = conn->fault};

		conn->ops->answered(conn->socket, &outcome);
	}
	arena_free(arena);
}

void early_drop(struct conn *conn)
{
	list_each (node, &conn->early) {
		struct early *early = list_entry(node, struct early, in_early);

		if (conn->fault && conn->ops->answered && conn->socket)
			share_outcome(conn, early->text);
		early_free(early);
	}
}
