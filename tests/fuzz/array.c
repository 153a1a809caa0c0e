/* Arrays for PostgreSQL: what the builder writes is what PostgreSQL's own reader finds, element by element.
 * Each element of the input begins with a byte that says its kind. And an If-None-Match header, which becomes
 * such an array. */
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>

#include "db/rows.h"
#include "domain/etag.h"
#include "tests/support/array.h"

enum kind { TEXT, NOTHING, NUMBER, TRUTH, ID, KINDS };

struct element {
	enum kind kind;
	const char *text;
	int64_t number;
	struct id id;
};

static struct element take_element(struct rest *rest, struct arena *arena)
{
	struct element element = {.kind = take_byte(rest) % KINDS};

	element.text = take_text(rest, arena, '\x1e');
	memcpy(&element.number, element.text, strnlen(element.text, sizeof(element.number)));
	memcpy(&element.id, element.text, strnlen(element.text, sizeof(element.id)));
	return element;
}

static void write_element(struct array *array, const struct element *element)
{
	switch (element->kind) {
	case TEXT:
		array_add_text(array, element->text);
		break;
	case NUMBER:
		array_add_int(array, element->number);
		break;
	case TRUTH:
		array_add_bool(array, element->number != 0);
		break;
	case ID:
		array_add_id(array, &element->id);
		break;
	default:
		array_add_text(array, NULL);
	}
}

static const char *expected(const struct element *element, char text[64])
{
	switch (element->kind) {
	case TEXT:
		return element->text;
	case NUMBER:
		snprintf(text, 64, "%" PRId64, element->number);
		return text;
	case TRUTH:
		return element->number ? "t" : "f";
	case ID:
		return id_is_nil(&element->id) ? NULL : id_format(&element->id, text);
	default:
		return NULL;
	}
}

static void check_array(struct arena *arena, struct rest rest)
{
	struct rest again = rest;
	struct array array;
	struct array_reader reader;
	const char *found, *wanted;
	char text[64];

	array_init(&array, arena);
	while (rest.size) {
		struct element element = take_element(&rest, arena);

		write_element(&array, &element);
	}
	MUST(array_text(&array) && array_text(&array) == array_text(&array));
	MUST(array_begin(&reader, array_text(&array)));
	while (again.size) {
		struct element element = take_element(&again, arena);

		wanted = expected(&element, text);
		MUST(array_next(&reader, &found));
		MUST(wanted ? found && strcmp(wanted, found) == 0 : !found);
	}
	MUST(!array_next(&reader, &found) && array_ended(&reader));
}

static void check_etags(struct arena *arena, struct rest rest)
{
	const char *header = take_text(&rest, arena, '\n'), *list, *found;
	struct array_reader reader;

	MUST(etag_list(arena, header, &list) == OK && array_begin(&reader, list));
	while (array_next(&reader, &found))
		MUST(found && strstr(header, found));
	MUST(array_ended(&reader));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);

	check_array(arena, (struct rest){data, size});
	check_etags(arena, (struct rest){data, size});
	arena_free(arena);
	return 0;
}
