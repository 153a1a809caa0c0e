/* Batches without overtaking: one pass over the queue, which remembers whom it has seen. */
#include "pushd/job.h"

#include <stdbool.h>
#include <stdint.h>

#define SEEN_SLOTS 2048 /* a power of two, above twice the jobs that a pick looks at */

void *job_new(size_t size, int kind, const struct id *session_id, const struct id *user_id)
{
	struct arena *arena = arena_new(1024);
	struct job *job = arena ? arena_alloc(arena, size) : NULL;

	if (!job) {
		arena_free(arena);
		return NULL;
	}
	job->arena = arena;
	job->kind = kind;
	job->session_id = session_id ? *session_id : ID_NIL;
	job->user_id = user_id ? *user_id : ID_NIL;
	list_init(&job->in_queue);
	return job;
}

void job_free(struct job *job)
{
	if (job)
		arena_free(job->arena);
}

/* Who has been seen, by open addressing; it is never full. */
struct seen {
	const struct id *slots[SEEN_SLOTS];
};

/* False when the user had been seen already. */
static bool see(struct seen *seen, const struct id *user_id)
{
	for (uint64_t at = id_hash(user_id);; at++) {
		const struct id **slot = &seen->slots[at & (SEEN_SLOTS - 1)];

		if (!*slot) {
			*slot = user_id;
			return true;
		}
		if (id_equal(*slot, user_id))
			return false;
	}
}

size_t jobs_pick(struct list *queue, struct job **ret, size_t most, size_t look)
{
	struct seen seen = {0};
	size_t count = 0;
	int kind = -1;

	if (look > SEEN_SLOTS / 2)
		look = SEEN_SLOTS / 2;
	list_each (node, queue) {
		struct job *job = list_entry(node, struct job, in_queue);

		if (!look || count == most)
			break;
		if (kind < 0)
			kind = job->kind;
		/* whoever has been seen, taken or passed over, has to wait; not so those behind him, however
		 * many jobs he has */
		if (!id_is_nil(&job->user_id) && !see(&seen, &job->user_id))
			continue;
		look--;
		if (job->kind != kind)
			continue;
		list_remove(&job->in_queue);
		ret[count++] = job;
	}
	return count;
}
