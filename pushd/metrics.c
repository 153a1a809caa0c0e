/* Counting, and the table's rows as Prometheus reads them. */
#include "pushd/metrics.h"

#include "base/compiler.h"

static const struct scale scale_sizes = {9, {64, 128, 256, 512, 1024, 4096, 16384, 65536, 262144}};
static const struct scale scale_durations = {9, {1, 5, 30, 60, 300, 900, 3600, 10800, 86400}};
static const struct scale scale_batches = {9, {1, 2, 5, 10, 25, 50, 100, 250, 500}};

unsigned metrics_size_row(size_t len)
{
	return scale_row(&scale_sizes, (double)len);
}

void metrics_refused(struct metrics *metrics, enum err err)
{
	metrics->refused[err_from_code(err_code(err))]++;
}

void metrics_sent(struct metrics *metrics, size_t len, unsigned size_row)
{
	metrics->sent++;
	metrics->sizes.rows[size_row]++;
	metrics->sizes.sum += (double)len;
}

void metrics_closed(struct metrics *metrics, double seconds)
{
	metrics->closed++;
	histogram_add(&metrics->durations, &scale_durations, seconds);
}

void metrics_pushed(struct metrics *metrics, int64_t ms)
{
	histogram_add(&metrics->latency, &scale_seconds, ms > 0 ? (double)ms / 1e3 : 0);
}

void metrics_batch(struct metrics *metrics, size_t jobs, int64_t us, enum err err)
{
	metrics->batches++;
	histogram_add(&metrics->batch_jobs, &scale_batches, (double)jobs);
	histogram_add(&metrics->batch_seconds, &scale_seconds, (double)us / 1e6);
	if (err)
		metrics->batch_failures++;
}

static void print_count(struct buf *out, const char *name, const char *help, uint64_t value)
{
	exposition_head(out, METRIC_COUNTER, name, help);
	exposition_count(out, name, "", value);
}

static void print_reading(struct buf *out, enum metric_kind kind, const char *name, const char *help,
			  double value)
{
	exposition_head(out, kind, name, help);
	exposition_number(out, name, "", value);
}

static void print_histogram(struct buf *out, const char *name, const char *help, const struct scale *scale,
			    const struct histogram *value)
{
	exposition_head(out, METRIC_HISTOGRAM, name, help);
	exposition_histogram(out, name, "", scale, value);
}

static void print_refused(const struct metrics *metrics, struct buf *out)
{
	static const char name[] = "invigil_pushd_refused_total";

	exposition_head(out, METRIC_COUNTER, name, "Connections refused, by reason.");
	for (int err = 1; err < ERR_COUNT; err++)
		if (metrics->refused[err])
			buf_printf(out, "%s{reason=\"%s\"} %llu\n", name, err_code((enum err)err),
				   (unsigned long long)metrics->refused[err]);
}

void metrics_print(const struct metrics *metrics, struct buf *out)
{
	exposition_build(out, "invigil_pushd");
#define COUNTER(field, name, help)	    print_count(out, name, help, metrics->field);
#define READING(field, kind, name, help)    print_reading(out, METRIC_##kind, name, help, metrics->field);
#define HISTOGRAM(field, scale, name, help) print_histogram(out, name, help, &(scale), &metrics->field);
#include "pushd/metrics.def"
#undef COUNTER
#undef READING
#undef HISTOGRAM
	print_refused(metrics, out);
}
