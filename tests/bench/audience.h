/* Many sockets that hear what one server says to all of them. */
#ifndef INVIGIL_BENCH_AUDIENCE_H
#define INVIGIL_BENCH_AUDIENCE_H

#include <stdbool.h>
#include <stddef.h>

struct listener {
	int fd;
	const char *token;
	unsigned char *in; /* room for one read; the beginning of a frame may stay */
	size_t have;
	size_t bytes;	/* heard without frames */
	unsigned heard; /* events so far */
};

struct audience {
	struct listener *listeners;
	int count;
	int loop;	    /* epoll of all of them; whatever else is in it has no listener */
	const char *mark;   /* in the frame of every event; NULL: no frames, as many bytes as an event has */
	size_t frame_bytes; /* of an event */
	size_t others;	    /* text heard besides */
};

/* Each is upgraded and goes through the script: a file with the target of the upgrade, then lines "> text"
 * that it says and "< text" that it waits to hear the like of; @token@ is the listener's, the next line of
 * another file. Many at a time. */
void audience_dial(struct audience *audience, int count, int port, const char *script, const char *tokens,
		   const char *mark);

/* Each is a plain connection. */
void audience_dial_bare(struct audience *audience, int count, int port);

/* Reads what has come within `timeout_ms`; told of every event that a listener has. True when something else
 * than a listener has something to read. */
bool audience_drain(struct audience *audience, int timeout_ms,
		    void (*on_event)(void *context, unsigned event), void *context);

#endif
