/* Sliding windows of attempts by user and of failures by address. */
#include "pushd/limits.h"

#include <stdlib.h>

#include "base/map.h"

#define KEYS_MAX 200000 /* of each kind: about 10 MiB */
#define SWEEP_MS 1000	/* a full table is looked through at most so often */

struct table {
	struct map *windows; /* of struct window */
	int64_t swept_at;    /* when it was last found full */
};

struct limits {
	struct table users;	/* attempts with a good token */
	struct table addresses; /* attempts with a bad one */
};

/* Moves the window on to the minute of `now`. */
static void slide(struct window *window, int64_t now)
{
	int64_t past = now - window->start;

	if (window->start && past < WINDOW_MS)
		return;
	window->before = window->start && past < 2 * WINDOW_MS ? window->now : 0;
	window->now = 0;
	window->start = window->start && past < 2 * WINDOW_MS ? window->start + WINDOW_MS : now;
}

/* What counts of the last 60 seconds, taking the minute before as evenly spread. */
static int64_t counted(const struct window *window, int64_t now)
{
	return window->now + (int64_t)window->before * (WINDOW_MS - (now - window->start)) / WINDOW_MS;
}

bool window_take(struct window *window, int64_t most, int64_t now)
{
	slide(window, now);
	if (counted(window, now) >= most)
		return false;
	window->now++;
	return true;
}

struct limits *limits_new(void)
{
	struct limits *limits = calloc(1, sizeof(*limits));

	if (!limits)
		return NULL;
	limits->users.windows = map_new();
	limits->addresses.windows = map_new();
	if (!limits->users.windows || !limits->addresses.windows) {
		limits_free(limits);
		return NULL;
	}
	return limits;
}

static void sweep(struct map *map, int64_t now, int64_t age)
{
	struct id key;
	void *value;

	for (size_t at = 0; map_next(map, &at, &key, &value);)
		if (now - ((struct window *)value)->start >= age)
			free(map_remove(map, &key));
}

void limits_free(struct limits *limits)
{
	if (!limits)
		return;
	if (limits->users.windows)
		sweep(limits->users.windows, INT64_MAX, 0);
	if (limits->addresses.windows)
		sweep(limits->addresses.windows, INT64_MAX, 0);
	map_free(limits->users.windows);
	map_free(limits->addresses.windows);
	free(limits);
}

/* Who has filled the table must not make everybody's attempt cost a walk through all of it. */
static bool has_room(struct table *table, int64_t now)
{
	if (map_count(table->windows) < KEYS_MAX)
		return true;
	if (table->swept_at && now - table->swept_at < SWEEP_MS)
		return false;
	table->swept_at = now;
	sweep(table->windows, now, WINDOW_MS);
	return map_count(table->windows) < KEYS_MAX;
}

/* The key's window, made when it has none. NULL: no memory, or no room even after a sweep. */
static struct window *window_of(struct table *table, const struct id *key, int64_t now)
{
	struct window *window = map_find(table->windows, key);

	if (window)
		return window;
	if (!has_room(table, now))
		return NULL;
	window = calloc(1, sizeof(*window));
	if (window && !map_put(table->windows, key, window)) {
		free(window);
		return NULL;
	}
	return window;
}

bool limits_attempt(struct limits *limits, const struct config *config, const struct id *user_id, int64_t now)
{
	struct window *window = window_of(&limits->users, user_id, now);

	/* a good token is let in when there is no memory to count it */
	return !window || window_take(window, config->ws_attempts_per_user, now);
}

bool limits_failure(struct limits *limits, const struct config *config, const struct id *address, int64_t now)
{
	struct window *window = window_of(&limits->addresses, address, now);

	return window && window_take(window, config->ws_failures_per_address, now);
}

void limits_sweep(struct limits *limits, int64_t now)
{
	sweep(limits->users.windows, now, 2 * WINDOW_MS);
	sweep(limits->addresses.windows, now, 2 * WINDOW_MS);
}

size_t limits_count(const struct limits *limits)
{
	return map_count(limits->users.windows) + map_count(limits->addresses.windows);
}

bool limits_origin(const struct config *config, const char *origin)
{
	return config->allowed_origins.count == 0 || !origin || !*origin ||
	       config_lists_origin(&config->allowed_origins, origin);
}
