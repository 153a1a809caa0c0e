/* Ids: their text, which are equal, and that those made grow and never meet. */
#include "base/id.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static void test_text(void **state)
{
	static const struct {
		const char *text;
		const char *written; /* NULL: refused */
	} rows[] = {
	    {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
	    {"0123abcd-4567-89ef-cdab-0123456789ab", "0123abcd-4567-89ef-cdab-0123456789ab"},
	    {"0123ABCD-4567-89EF-CDAB-0123456789AB", "0123abcd-4567-89ef-cdab-0123456789ab"},
	    {"ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
	    {"", NULL},
	    {"0123abcd", NULL},
	    {"0123abcd-4567-89ef-cdab-0123456789a", NULL},
	    {"0123abcd-4567-89ef-cdab-0123456789abc", NULL},
	    {"0123abcd-4567-89ef-cdab-0123456789a ", NULL},
	    {" 123abcd-4567-89ef-cdab-0123456789ab", NULL},
	    {"0123abcd456789efcdab0123456789ab", NULL},
	    {"0123abcd4567-89ef-cdab-0123456789ab-", NULL},
	    {"{0123abcd-4567-89ef-cdab-0123456789ab}", NULL},
	    {"0123abcg-4567-89ef-cdab-0123456789ab", NULL},
	    {"0123abcd_4567_89ef_cdab_0123456789ab", NULL},
	    {"-0123abc-4567-89ef-cdab-0123456789ab", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct id id = {{7}};
		char text[ID_TEXT];

		if (id_parse(rows[i].text, &id) != (rows[i].written != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (rows[i].written)
			assert_string_equal(id_format(&id, text), rows[i].written);
		else
			assert_int_equal(id.b[0], 7);
	}
}

static void test_no_text(void **state)
{
	struct id id;

	(void)state;
	assert_false(id_parse(NULL, &id));
}

static void test_equal(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
	    {"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001", true},
	    {"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000A", true},
	    {"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", false},
	    {"80000000-0000-0000-0000-000000000000", "7fffffff-ffff-ffff-ffff-ffffffffffff", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct id a, b;

		assert_true(id_parse(rows[i].a, &a));
		assert_true(id_parse(rows[i].b, &b));
		assert_int_equal(id_equal(&a, &b), rows[i].equal);
		assert_int_equal(id_hash(&a) == id_hash(&b), rows[i].equal);
	}
	assert_true(id_is_nil(&ID_NIL));
	assert_false(id_is_nil(&(struct id){{[15] = 1}}));
}

/* As PostgreSQL orders uuid. */
static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

static int64_t id_ms(const struct id *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->b[i];
	return ms;
}

static void test_made_ids_are_version_7_and_grow(void **state)
{
	struct id last = ID_NIL;
	int64_t before = clock_now();

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct id id = id_make();

		assert_int_equal(id.b[6] >> 4, 7);
		assert_int_equal(id.b[8] >> 6, 2);
		assert_true(compare(&last, &id) < 0);
		last = id;
	}
	/* Borrowed milliseconds stay a fraction of the time that passed. */
	assert_in_range(id_ms(&last), before, clock_now() + 100);
}

#define THREADS	   4
#define PER_THREAD 20000

static struct id made[THREADS * PER_THREAD];

static void *make_many(void *into)
{
	struct id *ids = into;

	for (int i = 0; i < PER_THREAD; i++)
		ids[i] = id_make();
	return NULL;
}

static void test_threads_never_meet(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_many, made + i * PER_THREAD), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS * PER_THREAD; i++) {
		if (i % PER_THREAD)
			assert_true(compare(&made[i - 1], &made[i]) < 0);
	}
	qsort(made, ARRAY_LEN(made), sizeof(made[0]), compare);
	for (size_t i = 1; i < ARRAY_LEN(made); i++)
		assert_false(id_equal(&made[i - 1], &made[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_no_text),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_made_ids_are_version_7_and_grow),
	    cmocka_unit_test(test_threads_never_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
