/* A list in order of use, the latest first, under one mutex. It is short, and walked once per submission. An
 * entry that is in use outlives its place in the list: the last one to release it frees it. */
#include "domain/sheets.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/list.h"

struct entry {
	struct list node;	  /* in `entries`, or in `evicted` */
	struct id version_id;	  /* whose sheet it is */
	struct mark_sheet *sheet; /* owned */
	int users;		  /* how many have it and not yet released */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list entries = {&entries, &entries}; /* the latest first */
static struct list evicted = {&evicted, &evicted}; /* in use still, found no more */
static int count;				   /* of `entries` */

static void entry_free(struct entry *entry)
{
	list_remove(&entry->node);
	mark_sheet_free(entry->sheet);
	free(entry);
}

/* Under the lock. */
static const struct mark_sheet *use(const struct id *version_id)
{
	list_each (node, &entries) {
		struct entry *entry = list_entry(node, struct entry, node);
		struct list first;

		if (!id_equal(&entry->version_id, version_id))
			continue;
		list_init(&first);
		list_remove(node);
		list_append(&first, node);
		list_splice(&first, &entries);
		list_splice(&entries, &first);
		entry->users++;
		return entry->sheet;
	}
	return NULL;
}

/* Under the lock. */
static void evict_last(void)
{
	struct entry *last = list_entry(entries.prev, struct entry, node);

	count--;
	if (last->users == 0) {
		entry_free(last);
		return;
	}
	list_remove(&last->node);
	list_append(&evicted, &last->node);
}

const struct mark_sheet *sheets_find(const struct id *version_id)
{
	const struct mark_sheet *sheet;

	pthread_mutex_lock(&lock);
	sheet = use(version_id);
	pthread_mutex_unlock(&lock);
	return sheet;
}

const struct mark_sheet *sheets_keep(const struct id *version_id, struct mark_sheet *sheet)
{
	const struct mark_sheet *kept;
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		mark_sheet_free(sheet);
		return NULL;
	}
	list_init(&entry->node);
	entry->version_id = *version_id;
	entry->sheet = sheet;
	pthread_mutex_lock(&lock);
	kept = use(version_id);
	if (kept) {
		entry_free(entry);
	} else {
		if (count == SHEETS_MAX)
			evict_last();
		list_append(&entries, &entry->node);
		count++;
		kept = use(version_id);
	}
	pthread_mutex_unlock(&lock);
	return kept;
}

static struct entry *holder(struct list *head, const struct mark_sheet *sheet)
{
	list_each (node, head) {
		struct entry *entry = list_entry(node, struct entry, node);

		if (entry->sheet == sheet)
			return entry;
	}
	return NULL;
}

void sheets_release(const struct mark_sheet *sheet)
{
	struct entry *entry;

	if (!sheet)
		return;
	pthread_mutex_lock(&lock);
	entry = holder(&entries, sheet);
	if (entry) {
		entry->users--;
	} else {
		entry = holder(&evicted, sheet);
		if (entry && --entry->users == 0)
			entry_free(entry);
	}
	pthread_mutex_unlock(&lock);
}
