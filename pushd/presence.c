/* A student of a session, his sockets counted, and his grace. */
#include "pushd/presence.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/map.h"

#define AGAIN_MS 1000 /* a leave that the database didn't hear is repeated so often */

struct student {
	struct student *next; /* the same student in another session */
	struct id session_id;
	struct id student_id;
	unsigned open;	/* sockets that have asked and not ended */
	unsigned asked; /* of all that asked, those without an answer */
	bool present;	/* the database has him here */
	bool leaving;	/* it is being told that he has left */
	int64_t due;	/* when he will have left */
	struct list in_due;
};

struct presence {
	struct presence_ops ops;
	struct map *students; /* student -> struct student, a chain */
	struct list due;      /* those without a socket */
	size_t count;
};

struct presence *presence_new(const struct presence_ops *ops)
{
	struct presence *presence = calloc(1, sizeof(*presence));

	if (!presence)
		return NULL;
	presence->ops = *ops;
	list_init(&presence->due);
	presence->students = map_new();
	if (!presence->students) {
		free(presence);
		return NULL;
	}
	return presence;
}

void presence_free(struct presence *presence)
{
	void *value;
	struct id key;

	if (!presence)
		return;
	for (size_t at = 0; map_next(presence->students, &at, &key, &value);) {
		struct student *student = value;

		while (student) {
			struct student *next = student->next;

			free(student);
			student = next;
		}
	}
	map_free(presence->students);
	free(presence);
}

static struct student *find(const struct presence *presence, const struct id *session_id,
			    const struct id *student_id)
{
	struct student *student = map_find(presence->students, student_id);

	while (student && !id_equal(&student->session_id, session_id))
		student = student->next;
	return student;
}

static struct student *make(struct presence *presence, const struct id *session_id,
			    const struct id *student_id)
{
	struct student *student = calloc(1, sizeof(*student));

	if (!student)
		return NULL;
	student->next = map_find(presence->students, student_id);
	if (!map_put(presence->students, student_id, student)) {
		free(student);
		return NULL;
	}
	student->session_id = *session_id;
	student->student_id = *student_id;
	list_init(&student->in_due);
	presence->count++;
	return student;
}

static void forget(struct presence *presence, struct student *student)
{
	struct student *first = map_find(presence->students, &student->student_id);
	struct student **link = &first;

	while (*link != student)
		link = &(*link)->next;
	*link = student->next;
	/* replacing a key's value needs no memory */
	if (!first || !map_put(presence->students, &student->student_id, first))
		map_remove(presence->students, &student->student_id);
	list_remove(&student->in_due);
	presence->count--;
	free(student);
}

/* Tells the database if it is time; forgets him when there is nothing to tell. */
static void settle(struct presence *presence, struct student *student, int64_t now)
{
	if (student->open || student->asked || student->leaving || now < student->due)
		return;
	if (!student->present) {
		forget(presence, student);
		return;
	}
	student->leaving =
	    presence->ops.leave(presence->ops.context, &student->session_id, &student->student_id);
	if (!student->leaving)
		student->due = now + AGAIN_MS;
}

bool presence_asked(struct presence *presence, const struct id *session_id, const struct id *student_id)
{
	struct student *student = find(presence, session_id, student_id);

	if (!student)
		student = make(presence, session_id, student_id);
	if (!student)
		return false;
	list_remove(&student->in_due);
	student->open++;
	student->asked++;
	return true;
}

void presence_answered(struct presence *presence, const struct id *session_id, const struct id *student_id,
		       bool let_in, int64_t now)
{
	struct student *student = find(presence, session_id, student_id);

	if (!student)
		return;
	student->asked--;
	student->present |= let_in;
	settle(presence, student, now);
}

void presence_ended(struct presence *presence, const struct id *session_id, const struct id *student_id,
		    enum conn_end how, int64_t grace_ms, int64_t now)
{
	struct student *student = find(presence, session_id, student_id);

	if (!student || --student->open)
		return;
	if (how == END_MOVED)
		student->present = false;
	student->due = how == END_LOST ? now + grace_ms : now;
	list_append(&presence->due, &student->in_due);
	settle(presence, student, now);
}

void presence_left(struct presence *presence, const struct id *session_id, const struct id *student_id,
		   bool done, int64_t now)
{
	struct student *student = find(presence, session_id, student_id);

	if (!student)
		return;
	student->leaving = false;
	if (done)
		student->present = false;
	else
		student->due = now + AGAIN_MS;
	settle(presence, student, now);
}

void presence_tick(struct presence *presence, int64_t now)
{
	list_each (node, &presence->due)
		settle(presence, list_entry(node, struct student, in_due), now);
}

/* One student, in all his sessions. */
static bool insist(struct presence *presence, const struct student *student)
{
	bool all = true;

	for (; student; student = student->next)
		if (student->open && student->present)
			all &= presence->ops.stay(presence->ops.context, &student->session_id,
						  &student->student_id);
	return all;
}

bool presence_insist(struct presence *presence, const struct id *student_id)
{
	bool all = true;
	void *value;
	struct id key;

	if (student_id)
		return insist(presence, map_find(presence->students, student_id));
	for (size_t at = 0; map_next(presence->students, &at, &key, &value);)
		all &= insist(presence, value);
	return all;
}

size_t presence_count(const struct presence *presence)
{
	return presence->count;
}
