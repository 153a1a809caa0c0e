/* Groups of a session, by id. A group has as many members as a class at most: they are looked through. */
#include "pushd/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "wire/json.h"

struct group {
	size_t count;
	struct id members[];
};

struct groups {
	struct map *groups; /* group -> struct group */
};

static struct group *group_new(size_t count)
{
	struct group *group = malloc(sizeof(*group) + count * sizeof(struct id));

	if (group)
		group->count = 0;
	return group;
}

static bool is_member(const struct group *group, const struct id *student_id)
{
	for (size_t i = 0; group && i < group->count; i++)
		if (id_equal(&group->members[i], student_id))
			return true;
	return false;
}

/* The group takes the place of the one that had this id; false, and it is freed: no memory. */
static bool put(struct groups *groups, const struct id *group_id, struct group *group)
{
	struct group *before = map_find(groups->groups, group_id);

	if (!map_put(groups->groups, group_id, group)) {
		free(group);
		return false;
	}
	free(before);
	return true;
}

/* A group with room for all of `members` that are in it. */
static bool add_group(struct groups *groups, const struct id *group_id, const struct group_member *members,
		      size_t count)
{
	struct group *group = group_new(count);

	if (!group)
		return false;
	for (size_t i = 0; i < count; i++)
		if (id_equal(&members[i].group_id, group_id))
			group->members[group->count++] = members[i].student_id;
	return put(groups, group_id, group);
}

struct groups *groups_new(const struct group_member *members, size_t count)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (!groups)
		return NULL;
	groups->groups = map_new();
	for (size_t i = 0; groups->groups && i < count; i++) {
		if (map_find(groups->groups, &members[i].group_id))
			continue;
		if (!add_group(groups, &members[i].group_id, members + i, count - i)) {
			groups_free(groups);
			return NULL;
		}
	}
	if (!groups->groups) {
		free(groups);
		return NULL;
	}
	return groups;
}

void groups_free(struct groups *groups)
{
	struct id key;
	void *group;

	if (!groups)
		return;
	for (size_t at = 0; map_next(groups->groups, &at, &key, &group);)
		free(group);
	map_free(groups->groups);
	free(groups);
}

static bool read_id(const json_value *value, struct id *ret)
{
	const char *text = json_text(value);

	return text && id_parse(text, ret);
}

static bool set_members(struct groups *groups, const struct id *group_id, const json_value *list)
{
	struct group *group = group_new(json_count(list));

	if (!group)
		return false;
	for (size_t i = 0; i < json_count(list); i++)
		group->count += read_id(json_item(list, i), &group->members[group->count]);
	return put(groups, group_id, group);
}

static enum err update(struct groups *groups, struct arena *arena, const char *payload, size_t len)
{
	const json_value *doc;
	json_value *root;
	struct id group_id;
	enum err err = json_parse_object(arena, payload, len, &root);

	if (err)
		return err == ERR_MEMORY ? err : ERR_INVALID_MESSAGE;
	doc = json_member(root, "group");
	if (!read_id(json_member(doc, "id"), &group_id))
		return ERR_INVALID_MESSAGE;
	if (!json_is_true(json_member(root, "deleted")))
		return set_members(groups, &group_id, json_member(doc, "student_ids")) ? OK : ERR_MEMORY;
	free(map_remove(groups->groups, &group_id));
	return OK;
}

enum err groups_update(struct groups *groups, const char *payload, size_t len)
{
	struct arena *arena = arena_new(1024);
	enum err err = arena ? update(groups, arena, payload, len) : ERR_MEMORY;

	arena_free(arena);
	return err;
}

bool groups_has(const struct groups *groups, const struct id *group_id, const struct id *student_id)
{
	return groups && is_member(map_find(groups->groups, group_id), student_id);
}

bool groups_know(const struct groups *groups, const struct id *student_id)
{
	struct id key;
	void *group;

	for (size_t at = 0; groups && map_next(groups->groups, &at, &key, &group);)
		if (is_member(group, student_id))
			return true;
	return false;
}
