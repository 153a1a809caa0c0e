/* If-None-Match as the database is asked: the comparison is made there, so that a paper that the client has
 * never leaves it. */
#include "domain/etag.h"

#include <string.h>

#include "base/utf8.h"
#include "db/rows.h"

/* Adds the quoted tag at *at, and moves behind it; false when there is none. Other bytes than UTF-8 are
 * allowed in a tag, but not in the database: such a tag is none of ours. */
static bool add_tag(struct arena *arena, struct array *tags, const char **at)
{
	const char *begin, *end;

	if (strncmp(*at, "W/", 2) == 0)
		*at += 2;
	if (**at != '"')
		return false;
	begin = *at + 1;
	end = strchr(begin, '"');
	if (!end)
		return false;
	if (utf8_valid(begin, (size_t)(end - begin)))
		array_add_text(tags, arena_strndup(arena, begin, (size_t)(end - begin)));
	*at = end + 1;
	return true;
}

enum err etag_list(struct arena *arena, const char *header, const char **ret)
{
	const char *at = header ? header : "";
	struct array tags;
	const char *text;

	array_init(&tags, arena);
	at += strspn(at, ", \t");
	if (*at == '*')
		array_add_text(&tags, "*");
	else
		while (*at && add_tag(arena, &tags, &at))
			at += strspn(at, ", \t");
	text = array_text(&tags);
	if (!text || arena_failed(arena))
		return ERR_MEMORY;
	*ret = text;
	return OK;
}
