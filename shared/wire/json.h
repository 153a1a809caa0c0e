/* JSON in and out, and the only door to jansson.
 *
 * Reading: bytes become a tree that the arena owns; a table of fields then fills a struct and collects what
 * is wrong, field by field. Strict: valid UTF-8, no NUL, no duplicate keys, depth at most 32, one value and
 * nothing after it. Writing: straight into a buf. */
#ifndef INVIGIL_WIRE_JSON_H
#define INVIGIL_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/id.h"
#include "base/utf8.h"
#include "core/err.h"

/* A value of a parsed tree, borrowed: it lives as long as the arena it was parsed into. */
typedef struct json_t json_value;

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INT,
	JSON_KIND_REAL,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT
};

/* ERR_INVALID_JSON unless it is one JSON object. */
MUST_CHECK enum err json_parse_object(struct arena *arena, const char *text, size_t len, json_value **ret);
/* Likewise for any value. */
MUST_CHECK enum err json_parse(struct arena *arena, const char *text, size_t len, json_value **ret);

enum json_kind json_kind(const json_value *value);
/* A member of an object, or NULL when it isn't there (or `object` is no object). */
json_value *json_member(const json_value *object, const char *name);
size_t json_count(const json_value *array);
json_value *json_item(const json_value *array, size_t index);
/* The text of a string value, borrowed; NULL for any other kind. */
const char *json_text(const json_value *value);
/* The number of an integer value (or of a real one without a fraction); false for anything else. Not
 * json_integer, which is a symbol of jansson's. */
MUST_CHECK bool json_whole(const json_value *value, int64_t *ret);
/* Any number. */
MUST_CHECK bool json_number(const json_value *value, double *ret);
bool json_is_true(const json_value *value);
/* Walks the members of an object: start with *at = NULL. */
bool json_next(const json_value *object, void **at, const char **ret_name, json_value **ret_value);
/* Compact text of a value, owned by the arena; NULL: no memory. */
MUST_CHECK char *json_dump(struct arena *arena, const json_value *value);

/* What is wrong with a body: the `errors` of a 422. */
struct problem {
	struct problem *next;
	const char *field;   /* "email", "passages[0].questions[2].type" */
	const char *message; /* "must be 1 to 100 characters long" */
};

struct problems {
	struct arena *arena;
	struct problem *first;
	struct problem **last;
	int count; /* found; the list holds the first 100 */
};

void problems_init(struct problems *problems, struct arena *arena);
/* Both texts are formatted into the arena; at most 100 are kept. */
void problem_add(struct problems *problems, const char *field, const char *message, ...) PRINTF_LIKE(3, 4);

/* How one field is read. Lengths are in characters (code points). */
enum field_kind {
	FIELD_TEXT, /* const char *: a string of least..most characters; when least >= 1, not all white space
		     */
	FIELD_ID,   /* struct id: a UUID string */
	FIELD_INT,  /* int64_t: least..most */
	FIELD_BOOL, /* bool */
	FIELD_TIME, /* int64_t: RFC 3339, as ms */
	FIELD_CHOICE,  /* const char *: one of `choices` */
	FIELD_ID_LIST, /* struct id_list: an array of UUID strings, at most `most` */
	FIELD_VALUE,   /* json_value *: any value, to be read by hand */
};

struct id_list {
	struct id *items;
	size_t count;
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;		    /* of the member that gets the value */
	size_t present;		    /* offset of a bool that tells whether it was there; SIZE_MAX: none */
	bool required;		    /* false: may be missing or null, and the member keeps what it had */
	int64_t least, most;	    /* FIELD_TEXT: length; FIELD_INT: value; FIELD_ID_LIST: count */
	const char *const *choices; /* FIELD_CHOICE, NULL-terminated */
};

#define FIELD(type, member, kind_, required_, least_, most_)                                                 \
	{                                                                                                    \
		.name = #member, .kind = (kind_), .offset = offsetof(type, member), .present = SIZE_MAX,     \
		.required = (required_), .least = (least_), .most = (most_)                                  \
	}
/* An optional field whose presence matters: the struct has a bool has_<member>. */
#define FIELD_OPT(type, member, kind_, least_, most_)                                                        \
	{                                                                                                    \
		.name = #member, .kind = (kind_), .offset = offsetof(type, member),                          \
		.present = offsetof(type, has_##member), .required = false, .least = (least_),               \
		.most = (most_)                                                                              \
	}
#define FIELD_CHOICES(type, member, required_, choices_)                                                     \
	{                                                                                                    \
		.name = #member, .kind = FIELD_CHOICE, .offset = offsetof(type, member),                     \
		.present = SIZE_MAX, .required = (required_), .choices = (choices_)                          \
	}
#define FIELD_END                                                                                            \
	{                                                                                                    \
		.name = NULL                                                                                 \
	}

/* Fills `into` from `object` by the table; unknown members are ignored. True when nothing was wrong; each
 * problem's field is `prefix` + name (prefix "" for a body). */
bool json_read(const json_value *object, const struct field *fields, void *into, struct problems *problems,
	       const char *prefix);

/* The members of an object's text, as they stand in it, for an object that has more; nothing is parsed. False
 * when the text is no object. */
MUST_CHECK bool json_members(const char *text, size_t len, const char **ret, size_t *ret_len);

/* Writers. A string is written quoted and escaped; NULL is written as null. */
void json_add_string(struct buf *out, const char *text);
void json_add_stringn(struct buf *out, const char *text, size_t len);
void json_add_id(struct buf *out, const struct id *id);
void json_add_time(struct buf *out, int64_t ms);

#endif
