/* Late, twice, out of order, not at all: what a stream makes of it. */
#include "pushd/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

/* What the stream did, as text: a number for a delivery, h for a hole, r<since> for a read (r from the
 * beginning), s<id> for a skip. */
static char seen[1024];

static void note(const char *what, uint64_t number)
{
	size_t len = strlen(seen);

	if (number)
		snprintf(seen + len, sizeof(seen) - len, " %s%llu", what, (unsigned long long)number);
	else
		snprintf(seen + len, sizeof(seen) - len, " %s", what);
}

/* Nothing can be delivered. */
static bool failing;

static bool deliver(struct stream *stream, const struct event *event)
{
	(void)stream;
	if (failing)
		return false;
	assert_int_equal(event->payload_len, 2);
	assert_memory_equal(event->payload, "{}", 2);
	note("", event->event_id);
	return true;
}

static void skipped(struct stream *stream, uint64_t event_id)
{
	(void)stream;
	note("s", event_id);
}

static void hole(struct stream *stream)
{
	(void)stream;
	note("h", 0);
}

static bool read_more(struct stream *stream, uint64_t since)
{
	(void)stream;
	note("r", since);
	return true;
}

static const struct stream_ops ops = {
    .deliver = deliver, .skipped = skipped, .hole = hole, .read = read_more};

static struct event event(uint64_t id)
{
	return (struct event){.event_id = id, .payload = "{}", .payload_len = 2};
}

static void page(struct stream *stream, const char *ids)
{
	struct event items[16];
	size_t count = 0;

	for (; *ids; ids++)
		items[count++] = event((uint64_t)(*ids - '0'));
	stream_page(stream, items, count, false);
}

/* Steps: !1 nothing can be delivered, !0 again, b<n> begin, o<n> offer, g<n> grown (at once), w<n> grown
 * (after a moment), f fill, p<digits> a page, x a page that failed. */
static void play(struct stream *stream, const char *steps)
{
	char copy[256], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", steps);
	for (char *step; (step = strtok_r(rest, " ", &rest));) {
		uint64_t number = (uint64_t)atoi(step + 1);
		struct event e = event(number);

		if (*step == '!')
			failing = number;
		else if (*step == 'b')
			stream_begin(stream, number);
		else if (*step == 'o')
			stream_offer(stream, &e);
		else if (*step == 'g' || *step == 'w')
			stream_grown(stream, number, *step == 'g');
		else if (*step == 'f')
			stream_fill(stream);
		else if (*step == 'p')
			page(stream, step + 1);
		else
			stream_page(stream, NULL, 0, true);
	}
}

static void test_order(void **state)
{
	static const struct {
		const char *steps;
		const char *seen;
	} rows[] = {
	    {"b0 o1 o2 o3", " 1 2 3"},
	    {"b5 o6 o7", " 6 7"},
	    /* twice */
	    {"b0 o1 o1 o2 o1", " 1 2"},
	    /* overtaken, and in time */
	    {"b0 o2 o1", " h 1 2"},
	    {"b0 o3 o2 o1", " h h 1 2 3"},
	    {"b0 o3 o3 o1", " h h 1 h"},
	    /* lost: read from the table, what was held comes behind it */
	    {"b0 o3 f p12", " h r 1 2 3"},
	    {"b0 o3 f p123 o4", " h r 1 2 3 4"},
	    /* no second read while one is under way; what arrives meanwhile is not lost */
	    {"b0 o3 f f o1 o2 p12", " h r 1 h 2 3"},
	    /* a page that doesn't reach: again */
	    {"b0 g5 p12 f p345", " r 1 2 h r2 3 4 5"},
	    /* heads */
	    {"b0 g3 p123", " r 1 2 3"},
	    {"b0 w3 o1 o2 o3 f", " h 1 h 2 h 3"},
	    {"b4 g3 w4 g0", ""},
	    /* a read that failed is asked for again by the next head */
	    {"b0 g2 x g2 p12", " r r 1 2"},
	    /* a head that the table doesn't bear out is not asked for for ever */
	    {"b0 g9 p f", " r"},
	    {"b0 g9 p o1", " r 1"},
	    /* nor is a copy, unless it came while the page was on its way */
	    {"b0 o9 f p f p f", " h r h r"},
	    {"b0 o9 f p f p o1 o2", " h r h r 1 2"},
	    {"b0 o3 f p f p12", " h r h r 1 2 3"},
	    {"b0 o3 f p o1 o2 o6 f p f p45", " h r h 1 h 2 3 h r3 h r3 4 5 6"},
	    {"b0 o9 f p f p1 f p f p f", " h r h r 1 h r1 h r1"},
	    /* rows that are gone */
	    {"b0 g7 p67", " r s6 6 7"},
	    /* before the beginning is known everything is held, and no head is read */
	    {"o4 o3 o2 b2", " 3 4"},
	    {"o9 g9 b9 o10", " 10"},
	    {"o5 b3 f p4", " h r3 4 5"},
	    {"g5 f b3 f p45", " h r3 4 5"},
	    {"b3 b7 o4", " 4"},
	    /* what can't be delivered is read again, and isn't lost */
	    {"b0 !1 o1 !0 f p1", " h r 1"},
	    {"b0 !1 o1 o2 !0 f p12 o3", " h h r 1 2 3"},
	    {"b0 o3 o2 !1 o1 !0 f p1", " h h h r 1 2 3"},
	    {"b0 !1 g2 p12 !0 f p12", " r h r 1 2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stream stream;

		seen[0] = '\0';
		stream_init(&stream, &ID_NIL, &ops);
		play(&stream, rows[i].steps);
		stream_done(&stream);
		if (strcmp(seen, rows[i].seen) != 0)
			fail_msg("\"%s\":%s", rows[i].steps, seen);
	}
}

/* Far more than is held: the rest comes from the table. */
static void test_held_is_bounded(void **state)
{
	struct stream stream;

	(void)state;
	stream_init(&stream, &ID_NIL, &ops);
	stream_begin(&stream, 0);
	for (uint64_t id = 2; id < 2000; id++) {
		struct event e = event(id);

		stream_offer(&stream, &e);
	}
	assert_int_equal(stream.held_count, STREAM_HELD_MAX);
	assert_int_equal(stream.head, 1999);
	assert_true(stream_has_hole(&stream));
	stream_done(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_held_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
