#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/ballast.h"

/* The tree. jansson parses and owns it; the arena owns jansson's root, and nothing outside this file meets
 * its API. What jansson would let through (depth up to 2048, by recursion) is refused before it sees the
 * bytes. */

#define DEPTH_MAX   32
#define INT64_BOUND 9223372036854775808.0 /* 2^63; INT64_MAX itself is no double */

enum { INT64_DIGITS = 19 };			/* of INT64_MAX */
static const char NUMBER[] = "+-.0123456789Ee"; /* what a number is made of */

/* --- memory for jansson ---
 *
 * When an allocation fails while it reads a string, jansson 2.14 goes on with a part of it, and an escape
 * that is cut so ends in an assertion; when one fails while a token is written, libjwt writes from NULL. */

static _Thread_local bool starved; /* an allocation has failed, ballast and all */

static void *allocate(size_t size)
{
	void *block = ballast_malloc(size);

	starved |= !block;
	return block;
}

__attribute__((constructor)) static void use_ballast(void)
{
	json_set_alloc_funcs(allocate, free);
}

/* Whether the nesting of brackets outside strings stays within the limit, and no byte is NUL. Says nothing
 * about anything else: text that isn't JSON fails in the parser. */
static bool depth_allowed(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\0')
			return false;
		if (c == '"')
			in_string = !in_string;
		else if (in_string && c == '\\')
			i++;
		else if (!in_string && (c == '[' || c == '{') && ++depth > DEPTH_MAX)
			return false;
		else if (!in_string && (c == ']' || c == '}'))
			depth--;
	}
	return true;
}

static void release(void *value)
{
	json_decref(value);
}

static json_t *load(const char *text, size_t len, json_error_t *error)
{
	return json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
}

/* Whether the characters of a number are those of an integer that no int64_t holds. */
static bool is_wide_integer(const char *number, size_t len)
{
	const bool negative = *number == '-';
	const char *digits = number + negative;

	len -= negative;
	for (size_t i = 0; i < len; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	if (len != INT64_DIGITS)
		return len > INT64_DIGITS;
	return memcmp(digits, negative ? "9223372036854775808" : "9223372036854775807", len) > 0;
}

/* The same text with a fraction after each such integer, which jansson then reads as a real. */
static void widen_integers(const char *text, size_t len, struct buf *out)
{
	bool in_string = false;

	for (size_t at = 0, end; at < len; at = end) {
		end = at + 1;
		if (text[at] == '"')
			in_string = !in_string;
		else if (in_string && text[at] == '\\' && end < len)
			end++;
		else if (!in_string && strchr(NUMBER, text[at]))
			while (end < len && strchr(NUMBER, text[end]))
				end++;
		buf_add(out, text + at, end - at);
		if (!in_string && is_wide_integer(text + at, end - at))
			buf_adds(out, ".0");
	}
}

/* What jansson refuses for an integer's size is JSON all the same: a number that the field it is for finds
 * out of range, and that a field which nobody reads may have. */
static enum err load_wide(struct arena *arena, const char *text, size_t len, json_t **ret)
{
	json_error_t error;
	struct buf wide;

	buf_init(&wide, arena);
	widen_integers(text, len, &wide);
	if (wide.failed)
		return ERR_MEMORY;
	*ret = load(wide.data, wide.len, &error);
	return OK;
}

enum err json_parse(struct arena *arena, const char *text, size_t len, json_value **ret)
{
	json_error_t error;
	enum err err = OK;
	json_t *value;

	if (!text || !len || !depth_allowed(text, len))
		return ERR_INVALID_JSON;
	starved = false;
	value = load(text, len, &error);
	if (!value && json_error_code(&error) == json_error_numeric_overflow)
		err = load_wide(arena, text, len, &value);
	if (err)
		return err;
	if (starved) {
		json_decref(value);
		return ERR_MEMORY;
	}
	if (!value)
		return ERR_INVALID_JSON;
	if (!arena_defer(arena, release, value))
		return ERR_MEMORY;
	*ret = value;
	return OK;
}

enum err json_parse_object(struct arena *arena, const char *text, size_t len, json_value **ret)
{
	json_value *value;
	enum err err = json_parse(arena, text, len, &value);

	if (err)
		return err;
	if (!json_is_object(value))
		return ERR_INVALID_JSON;
	*ret = value;
	return OK;
}

enum json_kind json_kind(const json_value *value)
{
	static const enum json_kind kinds[] = {
	    [JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,
	    [JSON_STRING] = JSON_KIND_STRING, [JSON_INTEGER] = JSON_KIND_INT,
	    [JSON_REAL] = JSON_KIND_REAL,     [JSON_TRUE] = JSON_KIND_BOOL,
	    [JSON_FALSE] = JSON_KIND_BOOL,    [JSON_NULL] = JSON_KIND_NULL,
	};

	return value ? kinds[json_typeof(value)] : JSON_KIND_NULL;
}

json_value *json_member(const json_value *object, const char *name)
{
	return json_object_get(object, name);
}

size_t json_count(const json_value *array)
{
	return json_array_size(array);
}

json_value *json_item(const json_value *array, size_t index)
{
	return json_array_get(array, index);
}

const char *json_text(const json_value *value)
{
	return json_string_value(value);
}

bool json_whole(const json_value *value, int64_t *ret)
{
	double real;

	if (json_is_integer(value)) {
		*ret = json_integer_value(value);
		return true;
	}
	real = json_real_value(value);
	if (!json_is_real(value) || real != trunc(real) || real < -INT64_BOUND || real >= INT64_BOUND)
		return false;
	*ret = (int64_t)real;
	return true;
}

bool json_number(const json_value *value, double *ret)
{
	if (!json_is_number(value))
		return false;
	*ret = json_number_value(value);
	return true;
}

bool(json_is_true)(const json_value *value)
{
	return value && json_typeof(value) == JSON_TRUE;
}

bool json_next(const json_value *object, void **at, const char **ret_name, json_value **ret_value)
{
	/* jansson's iterators want a tree that may be changed, and don't change it. */
	json_t *tree = (json_t *)(uintptr_t)object;

	*at = *at ? json_object_iter_next(tree, *at) : json_object_iter(tree);
	if (!*at)
		return false;
	*ret_name = json_object_iter_key(*at);
	*ret_value = json_object_iter_value(*at);
	return true;
}

static int dump_piece(const char *bytes, size_t len, void *out)
{
	struct buf *buf = out;

	buf_add(buf, bytes, len);
	return buf->failed ? -1 : 0;
}

char *json_dump(struct arena *arena, const json_value *value)
{
	struct buf buf;

	buf_init(&buf, arena);
	/* every value that was parsed can be written, as long as there is memory */
	if (json_dump_callback(value, dump_piece, &buf, JSON_COMPACT | JSON_ENCODE_ANY) || buf.failed) {
		arena_fail(arena);
		return NULL;
	}
	return buf.data;
}
