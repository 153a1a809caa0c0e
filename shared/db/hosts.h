/* The hosts of a connection string, and which of them is tried first; for conn.c.
 *
 * libpq tries several hosts in order, but leaves waiting to its caller: a host that is silent would swallow
 * the whole time again and again. So after a timeout the next host of the list comes first. */
#ifndef INVIGIL_DB_HOSTS_H
#define INVIGIL_DB_HOSTS_H

#include <stddef.h>

#define HOSTS_LISTS 3 /* host, hostaddr and port */

/* What overrides a connection string's own lists: keywords of libpq and their values. */
struct hosts {
	const char *keywords[HOSTS_LISTS];
	char *values[HOSTS_LISTS];
	size_t count;
};

/* How many hosts it names, at least 1. */
int hosts_count(const char *conninfo);
/* Its lists, turned by `turn` places; none when there is nothing to turn, or no memory. hosts_done frees
 * them. */
void hosts_turn(struct hosts *hosts, const char *conninfo, int turn);
void hosts_done(struct hosts *hosts);

#endif
