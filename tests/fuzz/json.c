/* JSON as bodies and messages bring it. What is taken is within the documented bounds, can be written, and is
 * then read as the same; the grammar of the Socket.IO dialect, which was written separately, takes it too;
 * and what the writer of strings escapes is read as it was. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "pushd/dialect/json_syntax.h"
#include "wire/json.h"

static bool is_container(const json_value *value)
{
	return json_kind(value) == JSON_KIND_ARRAY || json_kind(value) == JSON_KIND_OBJECT;
}

/* `depth`: of what is around it. */
static void check_bounds(const json_value *value, int depth)
{
	const char *name;
	json_value *member;

	depth += is_container(value);
	MUST(depth <= 32);
	if (json_text(value))
		MUST(utf8_valid(json_text(value), strlen(json_text(value))));
	for (size_t i = 0; i < json_count(value); i++)
		check_bounds(json_item(value, i), depth);
	for (void *at = NULL;
	     json_kind(value) == JSON_KIND_OBJECT && json_next(value, &at, &name, &member);) {
		MUST(json_member(value, name) == member);
		check_bounds(member, depth);
	}
}

/* Numbers may change their spelling once, and not again. */
static void check_dump(struct arena *arena, const json_value *value)
{
	char *text = json_dump(arena, value), *again;
	json_value *copy;

	MUST(text && json_parse(arena, text, strlen(text), &copy) == OK);
	again = json_dump(arena, copy);
	MUST(again && strcmp(text, again) == 0);
}

static void check_writer(struct arena *arena, const char *text, size_t len)
{
	json_value *value;
	struct buf out;

	if (!utf8_valid(text, len) || memchr(text, '\0', len))
		return;
	buf_init(&out, arena);
	json_add_stringn(&out, text, len);
	MUST(!out.failed && json_parse(arena, out.data, out.len, &value) == OK);
	MUST(strlen(json_text(value)) == len && memcmp(json_text(value), text, len) == 0);
	MUST(json_syntax_string(out.data, out.len) == out.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	char *text = exact(data, size);
	json_value *value, *object;
	bool parsed = json_parse(arena, text, size, &value) == OK;

	if (parsed) {
		check_bounds(value, 0);
		check_dump(arena, value);
		MUST(json_syntax(text, size));
	}
	MUST((json_parse_object(arena, text, size, &object) == OK) ==
	     (parsed && json_kind(value) == JSON_KIND_OBJECT));
	check_writer(arena, text, size);
	arena_free(arena);
	free(text);
	return 0;
}
