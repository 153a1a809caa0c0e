/* Lists: order, unlinking while walking, splicing. */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct thing {
	char name;
	struct list node;
};

static const char *names(struct list *head, char text[16])
{
	size_t len = 0;

	list_each (node, head)
		text[len++] = list_entry(node, struct thing, node)->name;
	text[len] = '\0';
	return text;
}

static void test_list(void **state)
{
	struct thing things[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}, {.name = 'd'}};
	struct list head, other;
	char text[16];

	(void)state;
	list_init(&head);
	list_init(&other);
	assert_true(list_empty(&head));
	for (size_t i = 0; i < 4; i++) {
		list_init(&things[i].node);
		list_remove(&things[i].node);
		list_append(i < 2 ? &head : &other, &things[i].node);
	}
	assert_string_equal(names(&head, text), "ab");
	list_splice(&head, &other);
	assert_true(list_empty(&other));
	assert_string_equal(names(&head, text), "abcd");
	list_splice(&head, &other);
	assert_string_equal(names(&head, text), "abcd");
	list_each (node, &head) {
		if (list_entry(node, struct thing, node)->name != 'c')
			list_remove(node);
	}
	assert_string_equal(names(&head, text), "c");
	list_remove(&things[2].node);
	list_remove(&things[2].node);
	assert_true(list_empty(&head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_list)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
