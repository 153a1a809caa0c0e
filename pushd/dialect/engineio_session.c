/* What a session is made of: its memory, counted, and its queue. */
#include "pushd/dialect/engineio_session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pushd/base64.h"

#define QUEUE_FIRST 8

struct engineio_session *engineio_session_new(struct engineio *engine, const struct engineio_peer *peer)
{
	struct engineio_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->refs = 1;
	session->engine = engine;
	session->peer.address = strdup(peer->address);
	session->peer.token = peer->token ? strdup(peer->token) : NULL;
	list_init(&session->in_turn);
	list_init(&session->in_probing);
	engineio_make_sid(session->sid);
	if (base64url_read(session->sid, ENGINEIO_SID - 1, session->key.b) && session->peer.address &&
	    (session->peer.token || !peer->token))
		return session;
	session->state = ENDED;
	engineio_unref(session);
	return NULL;
}

void engineio_unref(struct engineio_session *session)
{
	if (--session->refs)
		return;
	assert(session->state == ENDED);
	engineio_drop_queue(session);
	if (session->peer.token)
		explicit_bzero((char *)(uintptr_t)session->peer.token, strlen(session->peer.token));
	free((char *)(uintptr_t)session->peer.token);
	free((char *)(uintptr_t)session->peer.address);
	free(session);
}

/* --- the queue --- */

struct packet engineio_take(struct engineio_session *session)
{
	struct packet packet = session->queue[session->queue_head];

	session->queue_head = (session->queue_head + 1) % session->queue_cap;
	session->queue_count--;
	session->queue_bytes -= packet.message->len;
	return packet;
}

void engineio_drop_queue(struct engineio_session *session)
{
	while (session->queue_count)
		message_unref(engineio_take(session).message);
	free(session->queue);
	session->queue = NULL;
	session->queue_cap = session->queue_head = 0;
}

static bool grow(struct engineio_session *session)
{
	size_t cap = session->queue_cap ? session->queue_cap * 2 : QUEUE_FIRST;
	struct packet *queue = calloc(cap, sizeof(*queue));

	if (!queue)
		return false;
	for (size_t i = 0; i < session->queue_count; i++)
		queue[i] = session->queue[(session->queue_head + i) % session->queue_cap];
	free(session->queue);
	session->queue = queue;
	session->queue_cap = cap;
	session->queue_head = 0;
	return true;
}

bool engineio_enqueue(struct engineio_session *session, struct message *message, enum engineio_kind kind)
{
	size_t at;

	if (session->queue_bytes + message->len > session->engine->rules.queue_bytes ||
	    (session->queue_count == session->queue_cap && !grow(session)))
		return false;
	at = (session->queue_head + session->queue_count++) % session->queue_cap;
	session->queue[at] = (struct packet){message_ref(message), kind};
	session->queue_bytes += message->len;
	return true;
}
