/* What Prometheus reads, to the letter, and which row of a histogram a value falls into. */
#include "core/exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const struct scale scale = {3, {0.5, 1, 10}};

static void finds_the_row(void **state)
{
	static const struct {
		double value;
		unsigned row;
	} rows[] = {{-1, 0},   {0, 0},	{0.5, 0},   {0.500001, 1}, {1, 1},
		    {9.99, 2}, {10, 2}, {10.01, 3}, {1e9, 3}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(scale_row(&scale, rows[i].value), rows[i].row);
}

static void scales_ascend(void **state)
{
	(void)state;
	assert_true(scale_seconds.count > 0 && scale_seconds.count <= SCALE_MOST);
	for (unsigned i = 1; i < scale_seconds.count; i++)
		assert_true(scale_seconds.bounds[i] > scale_seconds.bounds[i - 1]);
}

static void write_histogram(struct buf *out)
{
	struct histogram histogram = {0};
	static const double values[] = {0.25, 0.25, 0.75, 100};
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		histogram_add(&histogram, &scale, values[i]);
	exposition_histogram(out, "h", "kind=\"hot\"", &scale, &histogram);
}

static void write_empty_histogram(struct buf *out)
{
	const struct histogram histogram = {0};
	exposition_histogram(out, "h", "", &scale, &histogram);
}

static void write_head(struct buf *out)
{
	exposition_head(out, METRIC_COUNTER, "a_total", "What it is.");
	exposition_head(out, METRIC_GAUGE, "b", "B.");
	exposition_head(out, METRIC_HISTOGRAM, "c", "C.");
}

static void write_samples(struct buf *out)
{
	exposition_count(out, "a_total", "", UINT64_MAX);
	exposition_count(out, "a_total", "x=\"1\"", 0);
	exposition_number(out, "b", "", 1768732200.125);
	exposition_number(out, "b", "", 0.1);
}

static void write_label(struct buf *out)
{
	exposition_label(out, "route", "/a/{id}");
	exposition_label(out, "odd", "a\"b\\c\nd");
	exposition_label(out, "none", "");
}

/* Cumulative, +Inf always there and equal to the count. */
static void writes(void **state)
{
	static const struct {
		void (*write)(struct buf *out);
		const char *text;
	} rows[] = {
	    {write_histogram, "h_bucket{kind=\"hot\",le=\"0.5\"} 2\nh_bucket{kind=\"hot\",le=\"1\"} 3\n"
			      "h_bucket{kind=\"hot\",le=\"10\"} 3\nh_bucket{kind=\"hot\",le=\"+Inf\"} 4\n"
			      "h_sum{kind=\"hot\"} 101.25\nh_count{kind=\"hot\"} 4\n"},
	    {write_empty_histogram,
	     "h_bucket{le=\"0.5\"} 0\nh_bucket{le=\"1\"} 0\nh_bucket{le=\"10\"} 0\nh_bucket{le=\"+Inf\"} 0\n"
	     "h_sum 0\nh_count 0\n"},
	    {write_head, "# HELP a_total What it is.\n# TYPE a_total counter\n# HELP b B.\n# TYPE b gauge\n"
			 "# HELP c C.\n# TYPE c histogram\n"},
	    {write_samples, "a_total 18446744073709551615\na_total{x=\"1\"} 0\nb 1768732200.125\nb 0.1\n"},
	    {write_label, "route=\"/a/{id}\"odd=\"a\\\"b\\\\c\\nd\"none=\"\""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out;
		buf_init(&out, NULL);
		rows[i].write(&out);
		assert_false(out.failed);
		assert_string_equal(out.data, rows[i].text);
		buf_done(&out);
	}
}

static void says_what_it_is(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, NULL);
	exposition_build(&out, "invigil_x");
	assert_non_null(
	    strstr(out.data, "# TYPE invigil_x_build_info gauge\ninvigil_x_build_info{version=\""));
	assert_non_null(strstr(out.data, "\",commit=\"\"} 1\n"));
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_row),
	    cmocka_unit_test(scales_ascend),
	    cmocka_unit_test(writes),
	    cmocka_unit_test(says_what_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
