/* A table of fields fills a struct. One reader per kind of field; each stores the value, or adds the problem
 * and leaves the member as it was. */
#include "wire/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define PROBLEMS_KEPT 100

void problems_init(struct problems *problems, struct arena *arena)
{
	*problems = (struct problems){.arena = arena};
	problems->last = &problems->first;
}

void problem_add(struct problems *problems, const char *field, const char *message, ...)
{
	struct problem *problem;
	va_list args;

	/* Counted even when it can't be kept: lack of memory must not make a body right. */
	if (problems->count++ >= PROBLEMS_KEPT)
		return;
	problem = arena_alloc(problems->arena, sizeof(*problem));
	if (!problem)
		return;
	va_start(args, message);
	problem->message = arena_vprintf(problems->arena, message, args);
	va_end(args);
	problem->field = arena_strdup(problems->arena, field);
	if (!problem->field || !problem->message)
		return;
	*problems->last = problem;
	problems->last = &problem->next;
}

/* One field at work. */
struct reading {
	const struct field *field;
	const char *path; /* the problem's field */
	struct problems *problems;
};

#define PROBLEM(reading, ...) (problem_add((reading)->problems, (reading)->path, __VA_ARGS__), false)

/* The white space of Unicode that isn't ASCII, as UTF-8. */
static const char *const SPACES[] = {
    "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007",	"\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

static size_t space_length(const char *at)
{
	if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(SPACES); i++) {
		size_t len = strlen(SPACES[i]);

		if (strncmp(at, SPACES[i], len) == 0)
			return len;
	}
	return 0;
}

static bool is_blank(const char *text)
{
	size_t step;

	while (*text && (step = space_length(text)) > 0)
		text += step;
	return !*text;
}

static bool read_text(const struct reading *reading, const json_value *value, const char **ret)
{
	const char *text = json_text(value);
	int64_t length, least = reading->field->least, most = reading->field->most;

	if (!text)
		return PROBLEM(reading, "must be a string");
	length = (int64_t)utf8_length(text);
	if (length > most || length < least) {
		if (least <= 0)
			return PROBLEM(reading, "must be at most %" PRId64 " characters long", most);
		return PROBLEM(reading, "must be %" PRId64 " to %" PRId64 " characters long", least, most);
	}
	if (least > 0 && is_blank(text))
		return PROBLEM(reading, "must not be only white space");
	*ret = text;
	return true;
}

static bool read_id(const struct reading *reading, const json_value *value, struct id *ret)
{
	return id_parse(json_text(value), ret) || PROBLEM(reading, "must be a UUID");
}

static bool read_int(const struct reading *reading, const json_value *value, int64_t *ret)
{
	int64_t number, least = reading->field->least, most = reading->field->most;
	double real;

	if (!json_whole(value, &number)) {
		if (!json_number(value, &real) || real != trunc(real))
			return PROBLEM(reading, "must be a whole number");
		/* A whole number, but one that no range reaches. */
		number = real < 0 ? INT64_MIN : INT64_MAX;
		if (number >= least && number <= most)
			return PROBLEM(reading, "is too large a number");
	}
	if (number < least || number > most)
		return most == INT64_MAX
			   ? PROBLEM(reading, "must be at least %" PRId64, least)
			   : PROBLEM(reading, "must be from %" PRId64 " to %" PRId64, least, most);
	*ret = number;
	return true;
}

static bool read_bool(const struct reading *reading, const json_value *value, bool *ret)
{
	if (json_kind(value) != JSON_KIND_BOOL)
		return PROBLEM(reading, "must be true or false");
	*ret = json_is_true(value);
	return true;
}

static bool read_time(const struct reading *reading, const json_value *value, int64_t *ret)
{
	return time_parse(json_text(value), ret) ||
	       PROBLEM(reading, "must be a time such as 2026-01-18T10:30:00.000Z");
}

static bool refuse_choice(const struct reading *reading)
{
	struct buf names;

	buf_init(&names, reading->problems->arena);
	for (const char *const *choice = reading->field->choices; *choice; choice++) {
		if (names.len)
			buf_adds(&names, ", ");
		buf_adds(&names, *choice);
	}
	return PROBLEM(reading, "must be one of %s",
		       names.failed || !names.data ? "the known ones" : names.data);
}

static bool read_choice(const struct reading *reading, const json_value *value, const char **ret)
{
	const char *text = json_text(value);

	if (!text)
		return PROBLEM(reading, "must be a string");
	for (const char *const *choice = reading->field->choices; *choice; choice++) {
		if (strcmp(*choice, text) == 0) {
			*ret = *choice;
			return true;
		}
	}
	return refuse_choice(reading);
}

static bool read_id_item(const struct reading *reading, const json_value *value, size_t index, struct id *ret)
{
	const char *path;

	if (id_parse(json_text(value), ret))
		return true;
	path = arena_printf(reading->problems->arena, "%s[%zu]", reading->path, index);
	problem_add(reading->problems, path ? path : reading->path, "must be a UUID");
	return false;
}

static bool read_id_list(const struct reading *reading, const json_value *value, struct id_list *ret)
{
	struct id_list list = {.count = json_count(value)};
	bool right = true;

	if (json_kind(value) != JSON_KIND_ARRAY)
		return PROBLEM(reading, "must be an array of UUIDs");
	if ((int64_t)list.count > reading->field->most)
		return PROBLEM(reading, "must have at most %" PRId64 " items", reading->field->most);
	if ((int64_t)list.count < reading->field->least)
		return PROBLEM(reading, "must have at least %" PRId64 " items", reading->field->least);
	list.items = arena_calloc(reading->problems->arena, list.count, sizeof(*list.items));
	if (!list.items)
		return PROBLEM(reading, "can't be read now");
	for (size_t i = 0; i < list.count; i++)
		right &= read_id_item(reading, json_item(value, i), i, &list.items[i]);
	if (right)
		*ret = list;
	return right;
}

static bool read_value(const struct reading *reading, json_value *value, void *into)
{
	switch (reading->field->kind) {
	case FIELD_TEXT:
		return read_text(reading, value, into);
	case FIELD_ID:
		return read_id(reading, value, into);
	case FIELD_INT:
		return read_int(reading, value, into);
	case FIELD_BOOL:
		return read_bool(reading, value, into);
	case FIELD_TIME:
		return read_time(reading, value, into);
	case FIELD_CHOICE:
		return read_choice(reading, value, into);
	case FIELD_ID_LIST:
		return read_id_list(reading, value, into);
	case FIELD_VALUE:
		*(json_value **)into = value;
		return true;
	}
	return false;
}

static bool read_field(const json_value *object, const struct field *field, char *into,
		       struct problems *problems, const char *prefix)
{
	json_value *value = json_member(object, field->name);
	bool there = json_kind(value) != JSON_KIND_NULL;
	struct reading reading = {.field = field, .path = field->name, .problems = problems};

	if (field->present != SIZE_MAX)
		*(bool *)(into + field->present) = there;
	if (!there && !field->required)
		return true;
	if (*prefix) {
		reading.path = arena_printf(problems->arena, "%s%s", prefix, field->name);
		if (!reading.path)
			reading.path = field->name;
	}
	return there ? read_value(&reading, value, into + field->offset) : PROBLEM(&reading, "is required");
}

/* "answers[3]." names the object answers[3]. */
static bool refuse_non_object(struct problems *problems, const char *prefix)
{
	size_t len = strlen(prefix);
	const char *path =
	    arena_strndup(problems->arena, prefix, len && prefix[len - 1] == '.' ? len - 1 : len);

	problem_add(problems, path ? path : prefix, "must be an object");
	return false;
}

bool json_read(const json_value *object, const struct field *fields, void *into, struct problems *problems,
	       const char *prefix)
{
	bool right = true;

	if (json_kind(object) != JSON_KIND_OBJECT)
		return refuse_non_object(problems, prefix);
	for (const struct field *field = fields; field->name; field++)
		right &= read_field(object, field, into, problems, prefix);
	return right;
}
