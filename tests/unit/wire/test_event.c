/* The bus's frames: there and back, cut short, and with every byte changed. */
#include "wire/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAYLOAD "{\"student_id\":\"s\",\"answer\":\"caf\xc3\xa9\"}"

static const struct event EVENTS[] = {
    {.session_id = {{1, 2, 3, [15] = 4}},
     .event_id = 42,
     .type = EVENT_STUDENT_ANSWER,
     .audience = AUDIENCE_STAFF,
     .actor_id = {{0xff, [15] = 0xfe}},
     .created_at = INT64_C(1768732200123),
     .payload = PAYLOAD,
     .payload_len = sizeof(PAYLOAD) - 1},
    {.event_id = 1,
     .type = EVENT_SESSION_STATUS_CHANGED,
     .audience = AUDIENCE_ALL,
     .payload = "{}",
     .payload_len = 2},
    {.event_id = INT64_MAX,
     .type = EVENT_TYPE_COUNT - 1,
     .audience = AUDIENCE_NOBODY,
     .target_id = {{[7] = 9}},
     .created_at = -1,
     .payload = "",
     .payload_len = 0},
};

static void assert_same(const struct event *a, const struct event *b)
{
	assert_true(id_equal(&a->session_id, &b->session_id));
	assert_true(a->event_id == b->event_id);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->audience, b->audience);
	assert_true(id_equal(&a->actor_id, &b->actor_id));
	assert_true(id_equal(&a->target_id, &b->target_id));
	assert_true(a->created_at == b->created_at);
	assert_int_equal(a->payload_len, b->payload_len);
	assert_memory_equal(a->payload, b->payload, a->payload_len);
}

/* Decodes a copy of exactly this length, so that a read past the end is seen. */
static enum err decode(const char *bytes, size_t len, enum frame_kind *ret_kind, struct event *ret)
{
	char *copy = malloc(len + !len);
	enum err err;

	memcpy(copy, bytes, len);
	err = event_decode(copy, len, ret_kind, ret);
	if (!err && *ret_kind == FRAME_EVENT) {
		assert_ptr_equal(ret->payload + ret->payload_len, copy + len);
		ret->payload = bytes + len - ret->payload_len;
	}
	free(copy);
	return err;
}

static void test_events_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(EVENTS); i++) {
		struct event event = {.event_id = 7};
		enum frame_kind kind = 0;
		struct buf frame;

		buf_init(&frame, NULL);
		event_encode(&EVENTS[i], &frame);
		assert_true(frame.len <= FRAME_MAX);
		assert_int_equal(decode(frame.data, frame.len, &kind, &event), OK);
		assert_int_equal(kind, FRAME_EVENT);
		assert_same(&event, &EVENTS[i]);
		buf_done(&frame);
	}
}

static void test_heads_come_back(void **state)
{
	static const uint64_t heads[] = {0, 1, 255, 256, INT64_C(1) << 40, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct event event;
		enum frame_kind kind = 0;
		struct buf frame;

		buf_init(&frame, NULL);
		head_encode(&EVENTS[0].session_id, heads[i], &frame);
		assert_int_equal(frame.len, 3 + 16 + 8);
		assert_int_equal(decode(frame.data, frame.len, &kind, &event), OK);
		assert_int_equal(kind, FRAME_HEAD);
		assert_true(event.event_id == heads[i]);
		assert_true(id_equal(&event.session_id, &EVENTS[0].session_id));
		buf_done(&frame);
	}
}

/* The bytes as the header draws them: other versions of the program read them too. */
static void test_layout(void **state)
{
	static const struct event event = {
	    .session_id = {{0xa0, [15] = 0xa1}},
	    .event_id = 0x0102030405060708,
	    .type = EVENT_STUDENT_PROGRESS,
	    .audience = AUDIENCE_STAFF,
	    .actor_id = {{0xb0, [15] = 0xb1}},
	    .target_id = {{0xc0, [15] = 0xc1}},
	    .created_at = 0x1112131415161718,
	    .payload = "{}",
	    .payload_len = 2,
	};
	static const uint8_t expected[] = {
	    'I',
	    1,
	    1,
	    EVENT_STUDENT_PROGRESS,
	    AUDIENCE_STAFF,
	    0xa0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0xa1,
	    1,
	    2,
	    3,
	    4,
	    5,
	    6,
	    7,
	    8,
	    0xb0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0xb1,
	    0xc0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0,
	    0xc1,
	    0x11,
	    0x12,
	    0x13,
	    0x14,
	    0x15,
	    0x16,
	    0x17,
	    0x18,
	    0,
	    0,
	    0,
	    2,
	    '{',
	    '}',
	};
	struct buf frame;

	(void)state;
	buf_init(&frame, NULL);
	event_encode(&event, &frame);
	assert_int_equal(frame.len, sizeof(expected));
	assert_memory_equal(frame.data, expected, sizeof(expected));
	buf_done(&frame);
}

static void test_size_limit(void **state)
{
	static const struct {
		size_t payload;
		enum frame_kind kind;
	} rows[] = {{256 * 1024, FRAME_EVENT}, {256 * 1024 + 1, FRAME_HEAD}};
	char *payload = calloc(1, 256 * 1024 + 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event event = EVENTS[0], read;
		enum frame_kind kind = 0;
		struct buf frame;

		event.payload = payload;
		event.payload_len = rows[i].payload;
		buf_init(&frame, NULL);
		event_encode(&event, &frame);
		assert_true(frame.len <= FRAME_MAX);
		assert_int_equal(decode(frame.data, frame.len, &kind, &read), OK);
		assert_int_equal(kind, rows[i].kind);
		assert_true(read.event_id == event.event_id);
		buf_done(&frame);
	}
	free(payload);
}

static void test_wrong_bytes(void **state)
{
	/* What one byte of a right frame is made, and whether the frame stays right. */
	static const struct {
		size_t at;
		uint8_t byte;
		enum err err;
	} rows[] = {
	    {0, 'i', ERR_INVALID_MESSAGE},
	    {1, 0, ERR_INVALID_MESSAGE},
	    {1, 2, ERR_INVALID_MESSAGE},
	    {2, 0, ERR_INVALID_MESSAGE},
	    {2, FRAME_HEAD, ERR_INVALID_MESSAGE},
	    {2, 3, ERR_INVALID_MESSAGE},
	    {3, EVENT_TYPE_COUNT - 1, OK},
	    {3, EVENT_TYPE_COUNT, ERR_INVALID_MESSAGE},
	    {3, 255, ERR_INVALID_MESSAGE},
	    {4, AUDIENCE_NOBODY, OK},
	    {4, AUDIENCE_ROW, ERR_INVALID_MESSAGE},
	    {4, 255, ERR_INVALID_MESSAGE},
	    {5, 255, OK},
	    {21, 0x7f, OK},
	    {21, 0x80, ERR_INVALID_MESSAGE},
	    {61, 0xff, OK},
	    {69, 0xff, ERR_INVALID_MESSAGE},
	    {70, 0xff, ERR_INVALID_MESSAGE},
	    {72, 0, ERR_INVALID_MESSAGE},
	    {72, sizeof(PAYLOAD), ERR_INVALID_MESSAGE},
	    {72, sizeof(PAYLOAD) - 2, ERR_INVALID_MESSAGE},
	};
	struct buf frame;

	(void)state;
	buf_init(&frame, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event event;
		enum frame_kind kind;

		buf_clear(&frame);
		event_encode(&EVENTS[0], &frame);
		frame.data[rows[i].at] = (char)rows[i].byte;
		if (decode(frame.data, frame.len, &kind, &event) != rows[i].err)
			fail_msg("byte %zu = %d", rows[i].at, rows[i].byte);
	}
	buf_done(&frame);
}

/* Every length but the right one is refused, and nothing is touched. */
static void check_lengths(const struct buf *frame)
{
	struct event event = {.event_id = 7};
	enum frame_kind kind = 9;

	for (size_t len = 0; len < frame->len; len++)
		assert_int_equal(decode(frame->data, len, &kind, &event), ERR_INVALID_MESSAGE);
	assert_int_equal(decode(frame->data, frame->len + 1, &kind, &event), ERR_INVALID_MESSAGE);
	assert_int_equal(kind, 9);
	assert_int_equal(event.event_id, 7);
}

/* Each byte made each other byte: what is accepted encodes to the same bytes. */
static void check_bytes(struct buf *frame)
{
	for (size_t i = 0; i < frame->len; i++) {
		char right = frame->data[i];

		for (int change = 1; change < 256; change++) {
			struct event event;
			enum frame_kind kind;
			struct buf again;

			frame->data[i] = (char)(right ^ change);
			if (decode(frame->data, frame->len, &kind, &event))
				continue;
			buf_init(&again, NULL);
			if (kind == FRAME_EVENT)
				event_encode(&event, &again);
			else
				head_encode(&event.session_id, event.event_id, &again);
			assert_int_equal(again.len, frame->len);
			assert_memory_equal(again.data, frame->data, frame->len);
			buf_done(&again);
		}
		frame->data[i] = right;
	}
}

static void test_cut_and_changed(void **state)
{
	struct buf frame;

	(void)state;
	buf_init(&frame, NULL);
	for (size_t i = 0; i < ARRAY_LEN(EVENTS); i++) {
		buf_clear(&frame);
		event_encode(&EVENTS[i], &frame);
		check_lengths(&frame);
		check_bytes(&frame);
	}
	buf_clear(&frame);
	head_encode(&EVENTS[0].session_id, 5, &frame);
	check_lengths(&frame);
	check_bytes(&frame);
	buf_done(&frame);
}

static void test_noise(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		char noise[128];
		size_t len = (size_t)rand_r(&seed) % sizeof(noise);
		struct event event;
		enum frame_kind kind;

		for (size_t i = 0; i < len; i++)
			noise[i] = (char)rand_r(&seed);
		if (round % 2 && len >= 3)
			memcpy(noise, round % 4 == 1 ? "I\1\1" : "I\1\2", 3);
		if (decode(noise, len, &kind, &event) == OK)
			assert_true(kind == FRAME_EVENT || len == 27);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events_come_back),
	    cmocka_unit_test(test_heads_come_back),
	    cmocka_unit_test(test_layout),
	    cmocka_unit_test(test_size_limit),
	    cmocka_unit_test(test_wrong_bytes),
	    cmocka_unit_test(test_cut_and_changed),
	    cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
