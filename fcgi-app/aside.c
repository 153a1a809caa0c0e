#define _GNU_SOURCE /* gettid */
#include "fcgi-app/aside.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define QUEUE_MOST   128 /* requests that wait, of one worker; a whole class may meet the same one */
#define PLACES_MOST  64
#define THREADS_MOST 4
#define PRIORITY     10 /* of the threads, as nice(1) has it */

/* --- the turnstile: a mutex for each place, since the system frees those of a process that dies --- */

struct turnstile {
	int places;
	_Atomic unsigned next;
	pthread_mutex_t locks[PLACES_MOST];
};

struct turnstile *turnstile_new(long places)
{
	struct turnstile *turnstile =
	    mmap(NULL, sizeof(*turnstile), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t kind;

	if (turnstile == MAP_FAILED)
		return NULL;
	turnstile->places = places < 1 ? 1 : places > PLACES_MOST ? PLACES_MOST : (int)places;
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	for (int i = 0; i < turnstile->places; i++)
		pthread_mutex_init(&turnstile->locks[i], &kind);
	pthread_mutexattr_destroy(&kind);
	return turnstile;
}

void turnstile_free(struct turnstile *turnstile)
{
	if (turnstile)
		munmap(turnstile, sizeof(*turnstile));
}

/* Whose last holder has died is as good as any: a place guards nothing that could be half done. */
static bool taken(pthread_mutex_t *lock, int result)
{
	if (result == EOWNERDEAD)
		result = pthread_mutex_consistent(lock);
	return result == 0;
}

int turnstile_enter(struct turnstile *turnstile)
{
	const int places = turnstile->places;
	const int first = (int)(atomic_fetch_add(&turnstile->next, 1) % (unsigned)places);
	for (int i = 0; i < places; i++) {
		const int place = (first + i) % places;
		pthread_mutex_t *lock = &turnstile->locks[place];
		if (taken(lock, pthread_mutex_trylock(lock)))
			return place;
	}
	return taken(&turnstile->locks[first], pthread_mutex_lock(&turnstile->locks[first])) ? first : -1;
}

void turnstile_leave(struct turnstile *turnstile, int place)
{
	if (place >= 0)
		pthread_mutex_unlock(&turnstile->locks[place]);
}

/* --- the threads --- */

struct job {
	struct gateway *gateway;
	struct exchange exchange;
};

struct thread {
	struct aside *aside;
	pthread_t thread;
	void *own;
};

struct aside {
	struct turnstile *turnstile;
	struct aside_work work;
	struct thread threads[THREADS_MOST];
	int started; /* the worker's own thread alone looks at it */

	pthread_mutex_t lock;
	pthread_cond_t come;
	struct job queue[QUEUE_MOST]; /* under the lock: a ring */
	int first, count;
	int idle; /* threads that wait for work */
	bool leaving;
};

struct aside *aside_new(struct turnstile *turnstile, const struct aside_work *work)
{
	struct aside *aside = calloc(1, sizeof(*aside));
	if (!aside)
		return NULL;
	aside->turnstile = turnstile;
	aside->work = *work;
	pthread_mutex_init(&aside->lock, NULL);
	pthread_cond_init(&aside->come, NULL);
	return aside;
}

/* False: nothing is left and nothing will come. */
static bool fetch(struct aside *aside, struct job *ret)
{
	pthread_mutex_lock(&aside->lock);
	aside->idle++;
	while (aside->count == 0 && !aside->leaving)
		pthread_cond_wait(&aside->come, &aside->lock);
	aside->idle--;
	const bool got = aside->count > 0;
	if (got) {
		*ret = aside->queue[aside->first];
		aside->first = (aside->first + 1) % QUEUE_MOST;
		aside->count--;
	}
	pthread_mutex_unlock(&aside->lock);
	return got;
}

static void *run(void *context)
{
	const struct thread *thread = context;
	struct aside *aside = thread->aside;
	struct job job;
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), PRIORITY);
	while (fetch(aside, &job)) {
		const int place = turnstile_enter(aside->turnstile);
		aside->work.run(thread->own, &job.exchange);
		turnstile_leave(aside->turnstile, place);
		gateway_finish(job.gateway);
		gateway_free(job.gateway);
	}
	return NULL;
}

/* Signals are for the worker's own thread: one that waits for a request has to hear of them. */
static void start(struct aside *aside)
{
	struct thread *thread = &aside->threads[aside->started];
	sigset_t all, before;
	thread->aside = aside;
	thread->own = aside->work.begin(aside->work.context);
	if (!thread->own)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread->thread, NULL, run, thread) == 0)
		aside->started++;
	else
		aside->work.end(thread->own);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool aside_take(struct aside *aside, struct gateway *gateway, const struct exchange *exchange)
{
	pthread_mutex_lock(&aside->lock);
	const bool all_busy = aside->idle <= aside->count;
	pthread_mutex_unlock(&aside->lock);
	if (all_busy && aside->started < THREADS_MOST && aside->started < aside->turnstile->places)
		start(aside);
	if (aside->started == 0)
		return false;
	pthread_mutex_lock(&aside->lock);
	const bool room = aside->count < QUEUE_MOST;
	if (room) {
		aside->queue[(aside->first + aside->count) % QUEUE_MOST] =
		    (struct job){.gateway = gateway, .exchange = *exchange};
		aside->count++;
		pthread_cond_signal(&aside->come);
	}
	pthread_mutex_unlock(&aside->lock);
	return room;
}

void aside_free(struct aside *aside)
{
	if (!aside)
		return;
	pthread_mutex_lock(&aside->lock);
	aside->leaving = true;
	pthread_cond_broadcast(&aside->come);
	pthread_mutex_unlock(&aside->lock);
	for (int i = 0; i < aside->started; i++) {
		pthread_join(aside->threads[i].thread, NULL);
		aside->work.end(aside->threads[i].own);
	}
	pthread_cond_destroy(&aside->come);
	pthread_mutex_destroy(&aside->lock);
	free(aside);
}
