#include "base/id.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

/* Version 7 as RFC 9562 has it, with its method 1: 48 bits of milliseconds, 12 bits of a counter in the place
 * of rand_a that begins anew at a random value in its lower half every millisecond, 62 random bits. When the
 * counter is full, the millisecond borrows from the next. */

const struct id ID_NIL;

#define COUNTER_MOST  0xfff
#define COUNTER_START 0x7ff

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_ms;
static unsigned last_counter;

static void random_bytes(void *into, size_t size)
{
	/* A request of up to 256 bytes is never cut short; what is left is a kernel without getrandom, and
	 * ids that can be guessed or met twice must not leave the process. */
	if (getrandom(into, size, 0) != (ssize_t)size)
		abort();
}

static void next_moment(unsigned random, int64_t *ret_ms, unsigned *ret_counter)
{
	int64_t now = clock_now();

	pthread_mutex_lock(&lock);
	if (now > last_ms) {
		last_ms = now;
		last_counter = random & COUNTER_START;
	} else if (++last_counter > COUNTER_MOST) {
		last_ms++;
		last_counter = random & COUNTER_START;
	}
	*ret_ms = last_ms;
	*ret_counter = last_counter;
	pthread_mutex_unlock(&lock);
}

struct id id_make(void)
{
	struct id id = ID_NIL;
	unsigned counter;
	int64_t ms;

	random_bytes(id.b, sizeof(id.b));
	next_moment((unsigned)id.b[6] << 8 | id.b[7], &ms, &counter);
	for (int i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	id.b[6] = (uint8_t)(0x70 | counter >> 8);
	id.b[7] = (uint8_t)counter;
	id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
	return id;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A dash stands in front of these bytes. */
static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool id_parse(const char *text, struct id *ret)
{
	struct id id;

	if (!text)
		return false;
	for (size_t i = 0; i < sizeof(id.b); i++) {
		int high, low;

		if (dash_before(i) && *text++ != '-')
			return false;
		high = hex_value(text[0]);
		low = high < 0 ? -1 : hex_value(text[1]);
		if (low < 0)
			return false;
		id.b[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return false;
	*ret = id;
	return true;
}

char *id_format(const struct id *id, char text[ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = text;

	for (size_t i = 0; i < sizeof(id->b); i++) {
		if (dash_before(i))
			*at++ = '-';
		*at++ = digits[id->b[i] >> 4];
		*at++ = digits[id->b[i] & 15];
	}
	*at = '\0';
	return text;
}

bool id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool id_is_nil(const struct id *id)
{
	return id_equal(id, &ID_NIL);
}

/* splitmix64's finaliser: ids are part time, part chance, and must spread evenly. */
uint64_t id_hash(const struct id *id)
{
	uint64_t half[2], hash;

	memcpy(half, id->b, sizeof(half));
	hash = half[0] ^ (half[1] * UINT64_C(0x9e3779b97f4a7c15));
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return hash ^ (hash >> 31);
}
