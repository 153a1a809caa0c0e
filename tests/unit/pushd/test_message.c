/* Messages: the frame's header in front of the text, and who holds them. */
#include "pushd/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	size_t len;
	size_t head;
	unsigned char header[10];
} frames[] = {
    {0, 2, {0x81, 0}},
    {1, 2, {0x81, 1}},
    {125, 2, {0x81, 125}},
    {126, 4, {0x81, 126, 0, 126}},
    {422, 4, {0x81, 126, 1, 0xa6}},
    {65535, 4, {0x81, 126, 0xff, 0xff}},
    {65536, 10, {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}},
    {0x030201, 10, {0x81, 127, 0, 0, 0, 0, 0, 3, 2, 1}},
};

static void test_frames(void **state)
{
	char *text = calloc(1, 0x030201);

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		struct message *message = message_new(text, frames[i].len);

		assert_non_null(message);
		assert_int_equal(message->len, frames[i].len);
		assert_int_equal(message->head, frames[i].head);
		assert_memory_equal(message->text - message->head, frames[i].header, frames[i].head);
		message_unref(message);
	}
	free(text);
}

static void test_held(void **state)
{
	struct message *message = message_new("text and more", 4);

	(void)state;
	assert_string_equal(message->text, "text");
	assert_ptr_equal(message_ref(message), message);
	message_unref(message);
	assert_string_equal(message->text, "text");
	message_unref(message);
	message_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frames),
	    cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
