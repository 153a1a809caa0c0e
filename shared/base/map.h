/* A hash map from 16-byte keys (ids, addresses in IPv6 form, digests) to pointers. Open addressing, seeded
 * per map from the kernel, so that a peer who chooses keys can't choose collisions. The map owns no value. */
#ifndef INVIGIL_BASE_MAP_H
#define INVIGIL_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/id.h"

struct map;

struct map *map_new(void);
/* Frees the map, never the values. Accepts NULL. */
void map_free(struct map *map);

/* The value, borrowed, or NULL. */
void *map_find(const struct map *map, const struct id *key);
/* Adds or replaces. False: no memory, and the map is as before. */
MUST_CHECK bool map_put(struct map *map, const struct id *key, void *value);
/* Takes the key out and returns its value, or NULL. */
void *map_remove(struct map *map, const struct id *key);
size_t map_count(const struct map *map);

/* Walks the entries: start with *at = 0; false at the end. The entry just returned may be removed meanwhile,
 * nothing else may be changed. */
bool map_next(const struct map *map, size_t *at, struct id *ret_key, void **ret_value);

#endif
