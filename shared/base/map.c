#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Linear probing over a power of two of slots, at most three quarters full. Removal shifts the followers
 * back, so there are no tombstones and a map that lives for months doesn't get slower. The hash is
 * SipHash-1-3 of a 16-byte message. */

#define SLOTS_FIRST 16

struct slot {
	struct id key;
	void *value;
	bool used;
};

struct map {
	struct slot *slots;
	size_t mask;  /* slots - 1 */
	size_t count; /* used slots */
	uint64_t seed[2];
};

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static size_t hash(const struct map *map, const struct id *key)
{
	const uint64_t length_word = UINT64_C(16) << 56;
	uint64_t v[4] = {
	    map->seed[0] ^ UINT64_C(0x736f6d6570736575),
	    map->seed[1] ^ UINT64_C(0x646f72616e646f6d),
	    map->seed[0] ^ UINT64_C(0x6c7967656e657261),
	    map->seed[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t words[3];

	memcpy(words, key->b, sizeof(key->b));
	words[2] = length_word;
	for (int i = 0; i < 3; i++) {
		v[3] ^= words[i];
		sip_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return (size_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

struct map *map_new(void)
{
	struct map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->slots = calloc(SLOTS_FIRST, sizeof(*map->slots));
	map->mask = SLOTS_FIRST - 1;
	if (!map->slots || getrandom(map->seed, sizeof(map->seed), 0) != sizeof(map->seed)) {
		map_free(map);
		return NULL;
	}
	return map;
}

void map_free(struct map *map)
{
	if (!map)
		return;
	free(map->slots);
	free(map);
}

/* The key's slot, or the free one where it belongs. */
static struct slot *probe(const struct map *map, const struct id *key)
{
	size_t at = hash(map, key) & map->mask;

	while (map->slots[at].used && !id_equal(&map->slots[at].key, key))
		at = (at + 1) & map->mask;
	return &map->slots[at];
}

static bool grow(struct map *map)
{
	size_t count = map->mask + 1;
	struct map bigger = *map;

	if (count > SIZE_MAX / 2 / sizeof(*map->slots))
		return false;
	bigger.mask = count * 2 - 1;
	bigger.slots = calloc(count * 2, sizeof(*map->slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (map->slots[i].used)
			*probe(&bigger, &map->slots[i].key) = map->slots[i];
	}
	free(map->slots);
	*map = bigger;
	return true;
}

void *map_find(const struct map *map, const struct id *key)
{
	const struct slot *slot = probe(map, key);

	return slot->used ? slot->value : NULL;
}

bool map_put(struct map *map, const struct id *key, void *value)
{
	struct slot *slot = probe(map, key);

	if (slot->used) {
		slot->value = value;
		return true;
	}
	if (map->count >= (map->mask + 1) / 4 * 3) {
		if (!grow(map))
			return false;
		slot = probe(map, key);
	}
	*slot = (struct slot){.key = *key, .value = value, .used = true};
	map->count++;
	return true;
}

/* Closes the hole at `hole`: every follower in the run whose home isn't between the hole and itself moves up.
 */
static void shift_back(struct map *map, size_t hole)
{
	size_t at = hole;

	for (;;) {
		size_t home;

		at = (at + 1) & map->mask;
		if (!map->slots[at].used)
			break;
		home = hash(map, &map->slots[at].key) & map->mask;
		if (((at - home) & map->mask) < ((at - hole) & map->mask))
			continue;
		map->slots[hole] = map->slots[at];
		hole = at;
	}
	map->slots[hole] = (struct slot){.used = false};
}

void *map_remove(struct map *map, const struct id *key)
{
	struct slot *slot = probe(map, key);
	void *value = slot->value;

	if (!slot->used)
		return NULL;
	shift_back(map, (size_t)(slot - map->slots));
	map->count--;
	return value;
}

size_t map_count(const struct map *map)
{
	return map->count;
}

/* Removing the entry at hand pulls its followers back into its slot, so the walk goes down: those have been
 * seen. It starts below the highest free slot, which no removal fills and no run of entries crosses, goes
 * down to slot 0 and on from the top until it meets that free slot. *at is the last position, counted from
 * one table's length higher. */
bool map_next(const struct map *map, size_t *at, struct id *ret_key, void **ret_value)
{
	size_t slots = map->mask + 1;
	size_t position = *at;
	const struct slot *slot;

	if (position == 0) {
		position = slots + map->mask;
		while (map->slots[position & map->mask].used)
			position--;
	}
	do {
		slot = &map->slots[--position & map->mask];
		if (!slot->used && position < slots)
			return false;
	} while (!slot->used);
	*at = position;
	*ret_key = slot->key;
	*ret_value = slot->value;
	return true;
}
