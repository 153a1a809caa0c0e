/* An intrusive doubly linked list: the node lives in the object, so linking never allocates. A head and an
 * unlinked node point to themselves. */
#ifndef INVIGIL_BASE_LIST_H
#define INVIGIL_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next;
	struct list *prev;
};

static inline void list_init(struct list *node)
{
	node->next = node->prev = node;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

/* Unlinks the node; harmless when it isn't linked. */
static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* Moves everything of `from` behind the last of `to`. */
static inline void list_splice(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* The object of `type` whose member `member` is this node. */
#define list_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Every node of the list; the body may unlink the one it is at. */
#define list_each(node, head)                                                                                \
	for (struct list *node = (head)->next, *node##_next = node->next; node != (head);                    \
	     node = node##_next, node##_next = node->next)

#endif
