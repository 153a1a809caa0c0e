#include "core/exposition.h"

#include <stdio.h>
#include <string.h>

#include "core/version.h"

const struct scale scale_seconds = {
    14, {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30}};

unsigned scale_row(const struct scale *scale, double value)
{
	unsigned row = 0;

	while (row < scale->count && value > scale->bounds[row])
		row++;
	return row;
}

void histogram_add(struct histogram *histogram, const struct scale *scale, double value)
{
	histogram->rows[scale_row(scale, value)]++;
	histogram->sum += value;
}

void exposition_head(struct buf *out, enum metric_kind kind, const char *name, const char *help)
{
	static const char *const words[] = {
	    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, words[kind]);
}

static void add_name(struct buf *out, const char *name, const char *suffix, const char *labels)
{
	buf_adds(out, name);
	buf_adds(out, suffix);
	if (*labels)
		buf_printf(out, "{%s}", labels);
	buf_addc(out, ' ');
}

void exposition_count(struct buf *out, const char *name, const char *labels, uint64_t value)
{
	add_name(out, name, "", labels);
	buf_addu(out, value);
	buf_addc(out, '\n');
}

/* Enough digits for a time in milliseconds, and no more than the figure has. */
static void add_number(struct buf *out, double value)
{
	buf_printf(out, "%.15g\n", value);
}

void exposition_number(struct buf *out, const char *name, const char *labels, double value)
{
	add_name(out, name, "", labels);
	add_number(out, value);
}

static void add_bucket(struct buf *out, const char *name, const char *labels, const char *bound,
		       uint64_t count)
{
	buf_printf(out, "%s_bucket{%s%sle=\"%s\"} ", name, labels, *labels ? "," : "", bound);
	buf_addu(out, count);
	buf_addc(out, '\n');
}

void exposition_histogram(struct buf *out, const char *name, const char *labels, const struct scale *scale,
			  const struct histogram *histogram)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < scale->count; i++) {
		char bound[32];

		total += histogram->rows[i];
		snprintf(bound, sizeof(bound), "%g", scale->bounds[i]);
		add_bucket(out, name, labels, bound, total);
	}
	total += histogram->rows[scale->count];
	add_bucket(out, name, labels, "+Inf", total);
	add_name(out, name, "_sum", labels);
	add_number(out, histogram->sum);
	add_name(out, name, "_count", labels);
	buf_addu(out, total);
	buf_addc(out, '\n');
}

void exposition_label(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_adds(out, "=\"");
	for (; *value; value++) {
		if (strchr("\\\"\n", *value))
			buf_addc(out, '\\');
		buf_addc(out, *value == '\n' ? 'n' : *value);
	}
	buf_addc(out, '"');
}

void exposition_build(struct buf *out, const char *prefix)
{
	buf_printf(out,
		   "# HELP %s_build_info What this program was built from.\n# TYPE %s_build_info gauge\n"
		   "%s_build_info{",
		   prefix, prefix, prefix);
	exposition_label(out, "version", INVIGIL_VERSION);
	buf_addc(out, ',');
	exposition_label(out, "commit", INVIGIL_COMMIT);
	buf_adds(out, "} 1\n");
}
