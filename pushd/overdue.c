/* A map of who is left alone until when. */
#include "pushd/overdue.h"

#include <stdlib.h>

#include "base/map.h"

#define MOMENT_MS    250
#define SHORTEST_MS  1000
#define LONGEST_MS   64000
#define FORGOTTEN_MS 60000 /* so long after its time it has ended, or would have been put off again */

struct entry {
	int64_t until;
	int64_t rest; /* how long it was left alone after the last failure; 0: none has failed */
};

struct overdue {
	struct map *entries; /* by session */
};

struct overdue *overdue_new(void)
{
	struct overdue *overdue = calloc(1, sizeof(*overdue));

	if (overdue)
		overdue->entries = map_new();
	if (overdue && !overdue->entries) {
		free(overdue);
		return NULL;
	}
	return overdue;
}

void overdue_free(struct overdue *overdue)
{
	struct id session_id;
	void *entry;

	if (!overdue)
		return;
	for (size_t at = 0; map_next(overdue->entries, &at, &session_id, &entry);)
		free(entry);
	map_free(overdue->entries);
	free(overdue);
}

static struct entry *find_or_add(struct overdue *overdue, const struct id *session_id)
{
	struct entry *entry = map_find(overdue->entries, session_id);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (entry && !map_put(overdue->entries, session_id, entry)) {
		free(entry);
		return NULL;
	}
	return entry;
}

bool overdue_put_off(struct overdue *overdue, const struct id *session_id, bool failed, int64_t now)
{
	struct entry *entry = find_or_add(overdue, session_id);

	if (!entry)
		return false;
	if (failed && entry->rest < LONGEST_MS)
		entry->rest = entry->rest ? entry->rest * 2 : SHORTEST_MS;
	entry->until = now + (failed ? entry->rest : MOMENT_MS);
	return true;
}

void overdue_forget(struct overdue *overdue, const struct id *session_id)
{
	free(map_remove(overdue->entries, session_id));
}

bool overdue_list(struct overdue *overdue, int64_t now, struct arena *arena, struct id_list *ret)
{
	struct id session_id;
	void *value;

	*ret = (struct id_list){
	    .items = arena_calloc(arena, map_count(overdue->entries) + 1, sizeof(*ret->items))};
	if (!ret->items)
		return false;
	for (size_t at = 0; map_next(overdue->entries, &at, &session_id, &value);) {
		const struct entry *entry = value;

		if (now < entry->until)
			ret->items[ret->count++] = session_id;
		else if (now - entry->until >= FORGOTTEN_MS)
			free(map_remove(overdue->entries, &session_id));
	}
	return true;
}
