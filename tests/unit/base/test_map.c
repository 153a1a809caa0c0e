/* A map against the plainest model there is: an array indexed by the key. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 600

static int values[KEYS];

/* Keys that differ in one place only, as addresses and serial ids do. */
static struct id key(int number)
{
	return (struct id){{[3] = 0x20, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

static int key_number(const struct id *id)
{
	return id->b[14] << 8 | id->b[15];
}

static void test_basics(void **state)
{
	struct map *map = map_new();
	struct id one = key(1), two = key(2);
	int value = 5, other = 6;

	(void)state;
	assert_int_equal(map_count(map), 0);
	assert_null(map_find(map, &one));
	assert_null(map_remove(map, &one));
	assert_true(map_put(map, &one, &value));
	assert_ptr_equal(map_find(map, &one), &value);
	assert_null(map_find(map, &two));
	assert_true(map_put(map, &one, &other));
	assert_ptr_equal(map_find(map, &one), &other);
	assert_int_equal(map_count(map), 1);
	assert_ptr_equal(map_remove(map, &one), &other);
	assert_int_equal(map_count(map), 0);
	assert_null(map_find(map, &one));
	map_free(map);
	map_free(NULL);
}

static void compare(const struct map *map, const bool *there, size_t count)
{
	assert_int_equal(map_count(map), count);
	for (int i = 0; i < KEYS; i++) {
		struct id id = key(i);

		assert_ptr_equal(map_find(map, &id), there[i] ? &values[i] : NULL);
	}
}

static void test_like_the_model(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct map *map = map_new();
		bool there[KEYS] = {false};
		size_t count = 0;

		for (int step = 0; step < 3000; step++) {
			int number = rand_r(&seed) % KEYS;
			struct id id = key(number);

			if (rand_r(&seed) % 2) {
				assert_true(map_put(map, &id, &values[number]));
				count += !there[number];
				there[number] = true;
			} else {
				assert_ptr_equal(map_remove(map, &id),
						 there[number] ? &values[number] : NULL);
				count -= there[number];
				there[number] = false;
			}
		}
		compare(map, there, count);
		map_free(map);
	}
}

/* Many seeds, so that runs of entries cross the table's end in some; each walk removes some of what it meets.
 */
static void walk_and_remove(int entries, int keep_every)
{
	struct map *map = map_new();
	int seen[KEYS] = {0};
	size_t at = 0, kept = 0;
	struct id id;
	void *value;

	for (int i = 0; i < entries; i++) {
		id = key(i);
		assert_true(map_put(map, &id, &values[i]));
	}
	while (map_next(map, &at, &id, &value)) {
		assert_ptr_equal(value, &values[key_number(&id)]);
		assert_int_equal(seen[key_number(&id)]++, 0);
		if (keep_every == 0 || key_number(&id) % keep_every)
			assert_ptr_equal(map_remove(map, &id), value);
	}
	for (int i = 0; i < entries; i++) {
		bool keeps = keep_every && i % keep_every == 0;

		id = key(i);
		assert_int_equal(seen[i], 1);
		assert_ptr_equal(map_find(map, &id), keeps ? &values[i] : NULL);
		kept += keeps;
	}
	assert_int_equal(map_count(map), kept);
	map_free(map);
}

static void test_walks(void **state)
{
	static const int sizes[] = {0, 1, 2, 11, 12, 13, 23, 24, 48, 500};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (int round = 0; round < 100; round++)
			walk_and_remove(sizes[i], round % 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_basics),
	    cmocka_unit_test(test_like_the_model),
	    cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
