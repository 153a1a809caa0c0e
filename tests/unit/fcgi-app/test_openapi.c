/* The API's description is complete: every route is in it, every reference resolves, every code exists. */
#include "fcgi-app/openapi.h"

#include <stdio.h>

#include "core/err.h"
#include "fcgi-app/http/route.h"
#include "model/notification_type.h"
#include "tests/unit/fcgi-app/fake.h"
#include "wire/json.h"

static json_value *description(struct arena *arena)
{
	struct buf out;
	json_value *root;
	buf_init(&out, arena);
	openapi_write(&out);
	assert_false(out.failed);
	assert_int_equal(json_parse_object(arena, out.data, out.len, &root), OK);
	return root;
}

static json_value *operation(const json_value *root, const struct route *route)
{
	char key[8];
	snprintf(key, sizeof(key), "%s", method_name(route->method));
	for (char *c = key; *c; c++)
		*c |= 0x20;
	return json_member(json_member(json_member(root, "paths"), route->pattern), key);
}

/* No route without a description, and none that says less than it must. */
static void every_route_is_described(void **state)
{
	struct arena *arena = arena_new(0);
	const json_value *root = description(arena);
	(void)state;
	assert_string_equal(json_text(json_member(root, "openapi")), "3.1.0");
	for (int i = 0; i < ROUTE_COUNT; i++) {
		const json_value *op = operation(root, &ROUTES[i]);
		assert_string_equal(json_text(json_member(op, "operationId")), ROUTES[i].name);
		assert_true(strlen(json_text(json_member(op, "summary"))) > 3);
		assert_true((json_member(op, "requestBody") != NULL) == (ROUTES[i].body != NO_BODY));
		assert_true((json_member(op, "security") != NULL) == (ROUTES[i].roles == PUBLIC));
		const json_value *parameters = json_member(op, "parameters");
		const bool has_id = strchr(ROUTES[i].pattern, '{') != NULL;
		assert_true(json_count(parameters) > 0 || !has_id);
		if (has_id)
			assert_string_equal(json_text(json_member(json_item(parameters, 0), "in")), "path");
	}
	arena_free(arena);
}

/* Every $ref leads somewhere. */
static void check_references(const json_value *root, const json_value *value)
{
	static const char prefix[] = "#/components/";
	void *at = NULL;
	const char *name;
	json_value *member;
	while (json_kind(value) == JSON_KIND_OBJECT && json_next(value, &at, &name, &member)) {
		if (strcmp(name, "$ref") == 0) {
			const char *target = json_text(member) + strlen(prefix);
			char group[32];
			assert_memory_equal(json_text(member), prefix, strlen(prefix));
			snprintf(group, sizeof(group), "%.*s", (int)strcspn(target, "/"), target);
			assert_non_null(json_member(json_member(json_member(root, "components"), group),
						    strchr(target, '/') + 1));
		}
		check_references(root, member);
	}
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_count(value); i++)
		check_references(root, json_item(value, i));
}

static void references_resolve(void **state)
{
	struct arena *arena = arena_new(0);
	const json_value *root = description(arena);
	(void)state;
	check_references(root, root);
	arena_free(arena);
}

/* The types of notifications stand in two tables: the model's rows, and the schema. */
static void notification_types_agree(void **state)
{
	struct arena *arena = arena_new(0);
	const json_value *schemas = json_member(json_member(description(arena), "components"), "schemas");
	const json_value *names = json_member(json_member(schemas, "NotificationType"), "enum");
	(void)state;
	assert_int_equal(json_count(names), NOTIFICATION_TYPE_COUNT);
	for (size_t i = 0; i < json_count(names); i++)
		assert_string_equal(json_text(json_item(names, i)),
				    notification_kind((enum notification_type)i)->name);
	arena_free(arena);
}

/* A refusal that err.def doesn't know would be silently none. */
static void refusals_are_known(void **state)
{
	static const char *const others[] = {
#define OPERATION(name, tag, summary, body, query, status, answer, others) (others),
#include "fcgi-app/openapi.def"
#undef OPERATION
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		for (const char *at = others[i]; *at; at += strspn(at, " ")) {
			char word[64];
			snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, " "), at);
			at += strlen(word);
			if (*word < '0' || *word > '9')
				assert_string_equal(err_code(err_from_code(word)), word);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_route_is_described),
	    cmocka_unit_test(references_resolve),
	    cmocka_unit_test(notification_types_agree),
	    cmocka_unit_test(refusals_are_known),
	};
	return cmocka_run_group_tests_name("openapi", tests, NULL, NULL);
}
