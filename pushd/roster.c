/* User -> open connections. */
#include "pushd/roster.h"

#include <stdlib.h>

#include "base/map.h"

struct user {
	struct list conns;
	size_t count;
};

struct roster {
	struct map *users;
};

struct roster *roster_new(void)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return NULL;
	roster->users = map_new();
	if (!roster->users) {
		free(roster);
		return NULL;
	}
	return roster;
}

void roster_free(struct roster *roster)
{
	struct id key;
	void *user;

	if (!roster)
		return;
	for (size_t at = 0; map_next(roster->users, &at, &key, &user);)
		free(user);
	map_free(roster->users);
	free(roster);
}

bool roster_add(struct roster *roster, struct conn *conn)
{
	struct user *user = map_find(roster->users, &conn->actor.user_id);

	if (!user) {
		user = calloc(1, sizeof(*user));
		if (!user)
			return false;
		list_init(&user->conns);
		if (!map_put(roster->users, &conn->actor.user_id, user)) {
			free(user);
			return false;
		}
	}
	list_append(&user->conns, &conn->of_user);
	user->count++;
	return true;
}

void roster_remove(struct roster *roster, struct conn *conn)
{
	struct user *user;

	if (list_empty(&conn->of_user))
		return;
	list_remove(&conn->of_user);
	user = map_find(roster->users, &conn->actor.user_id);
	if (user && --user->count == 0)
		free(map_remove(roster->users, &conn->actor.user_id));
}

size_t roster_count(const struct roster *roster, const struct id *user_id)
{
	const struct user *user = map_find(roster->users, user_id);

	return user ? user->count : 0;
}

struct list *roster_find(const struct roster *roster, const struct id *user_id)
{
	struct user *user = map_find(roster->users, user_id);

	return user ? &user->conns : NULL;
}
