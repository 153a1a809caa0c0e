#include "db/hosts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/compiler.h"

static const char *const LISTS[HOSTS_LISTS] = {"host", "hostaddr", "port"};

static int count_items(const char *list)
{
	int items = 1;

	for (const char *c = list; c && *c; c++)
		items += *c == ',';
	return items;
}

int hosts_count(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	int most = 1;

	for (PQconninfoOption *option = options; option && option->keyword; option++)
		if (strcmp(option->keyword, "host") == 0 || strcmp(option->keyword, "hostaddr") == 0) {
			int hosts = count_items(option->val);

			most = hosts > most ? hosts : most;
		}
	PQconninfoFree(options);
	return most;
}

/* "a,b,c" is "b,c,a" by one place. NULL: no memory. */
static char *rotate(const char *list, int turn)
{
	size_t size = strlen(list) + 2;
	char *turned = malloc(size);
	const char *at = list;

	for (; turn > 0; turn--)
		at = strchr(at, ',') + 1;
	if (turned)
		snprintf(turned, size, "%s,%.*s", at, (int)(at - list - 1), list);
	return turned;
}

/* False: no memory. One port for all hosts stays where it is. */
static bool turn_list(struct hosts *hosts, const char *keyword, const char *list, int turn)
{
	int places = turn % count_items(list);

	if (places == 0)
		return true;
	hosts->values[hosts->count] = rotate(list, places);
	if (!hosts->values[hosts->count])
		return false;
	hosts->keywords[hosts->count++] = keyword;
	return true;
}

void hosts_turn(struct hosts *hosts, const char *conninfo, int turn)
{
	PQconninfoOption *options = turn > 0 ? PQconninfoParse(conninfo, NULL) : NULL;
	bool whole = true;

	*hosts = (struct hosts){0};
	for (PQconninfoOption *option = options; option && option->keyword; option++)
		for (size_t i = 0; i < ARRAY_LEN(LISTS); i++)
			if (option->val && strcmp(option->keyword, LISTS[i]) == 0)
				whole &= turn_list(hosts, LISTS[i], option->val, turn);
	PQconninfoFree(options);
	/* a host with another's port is none */
	if (!whole)
		hosts_done(hosts);
}

void hosts_done(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++)
		free(hosts->values[i]);
	hosts->count = 0;
}
