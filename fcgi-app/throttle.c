/* The generic cell rate algorithm: of each user one moment is kept, when the calls made so far will have been
 * paid for at the allowed rate. A call is within the limit while that moment is less than a minute ahead. A
 * moment that has passed means nothing, so its place is free: nothing has to be swept.
 *
 * A place is one word, a tag of the user (high) and the moment (low), changed by compare-and-swap: workers
 * never wait for each other, and one that is killed leaves no lock behind. */
#include "fcgi-app/throttle.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#define MINUTE_MS   60000
#define PLACES	    65536 /* half a megabyte */
#define NEIGHBOURS  8	  /* where a user's place may be, from the one that the hash says */
#define MOMENT_BITS 42	  /* milliseconds: 139 years of monotonic clock */
#define MOMENT_MASK ((UINT64_C(1) << MOMENT_BITS) - 1)

struct throttle {
	_Atomic uint64_t places[PLACES];
};

struct throttle *throttle_new(void)
{
	void *memory =
	    mmap(NULL, sizeof(struct throttle), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void throttle_free(struct throttle *throttle)
{
	if (throttle)
		munmap(throttle, sizeof(*throttle));
}

static uint64_t moment_of(uint64_t word)
{
	return word & MOMENT_MASK;
}

/* The user's own place, else a free one, else the one that is free soonest. */
static _Atomic uint64_t *find_place(struct throttle *throttle, uint64_t h, uint64_t now)
{
	_Atomic uint64_t *best = NULL;
	uint64_t best_moment = UINT64_MAX;
	for (uint64_t i = 0; i < NEIGHBOURS; i++) {
		_Atomic uint64_t *place = &throttle->places[(h + i) % PLACES];
		const uint64_t word = atomic_load(place);
		if (word >> MOMENT_BITS == h >> MOMENT_BITS && moment_of(word) > now)
			return place;
		const uint64_t moment = moment_of(word) > now ? moment_of(word) : 0;
		if (moment < best_moment) {
			best = place;
			best_moment = moment;
		}
	}
	return best;
}

bool throttle_allow(struct throttle *throttle, const struct id *user_id, int64_t per_minute, int64_t now_ms)
{
	if (per_minute <= 0)
		return true;
	const uint64_t h = id_hash(user_id), now = (uint64_t)now_ms & MOMENT_MASK;
	const uint64_t price = per_minute > MINUTE_MS ? 1 : (uint64_t)(MINUTE_MS / per_minute);
	_Atomic uint64_t *place = find_place(throttle, h, now);
	uint64_t word = atomic_load(place);
	uint64_t moment;
	do {
		const bool own = word >> MOMENT_BITS == h >> MOMENT_BITS;
		moment = own && moment_of(word) > now ? moment_of(word) : now;
		if (moment + price > now + MINUTE_MS)
			return false;
		moment += price;
	} while (!atomic_compare_exchange_weak(place, &word, h >> MOMENT_BITS << MOMENT_BITS | moment));
	return true;
}
