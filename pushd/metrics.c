/* Counters and histograms, and their Prometheus text (exposition format 0.0.4). The first four names are the
 * contract's; what an operator needs besides begins with invigil_pushd_. */
#include "pushd/metrics.h"

#include "base/compiler.h"

static const double size_bounds[METRICS_SIZES - 1] = {64, 128, 256, 512, 1024, 4096, 16384, 65536, 262144};
static const double duration_bounds[METRICS_DURATIONS - 1] = {1, 5, 30, 60, 300, 900, 3600, 10800, 86400};
static const double batch_bounds[METRICS_BATCHES - 1] = {1, 2, 5, 10, 25, 50, 100, 250};

static unsigned row_of(const double *bounds, unsigned count, double value)
{
	unsigned row = 0;

	while (row < count && value > bounds[row])
		row++;
	return row;
}

unsigned metrics_size_row(size_t len)
{
	return row_of(size_bounds, ARRAY_LEN(size_bounds), (double)len);
}

void metrics_refused(struct metrics *metrics, enum err err)
{
	metrics->refused[err_from_code(err_code(err))]++;
}

void metrics_sent(struct metrics *metrics, size_t len, unsigned size_row)
{
	metrics->sent++;
	metrics->sent_bytes += len;
	metrics->sizes[size_row]++;
}

void metrics_closed(struct metrics *metrics, double seconds)
{
	metrics->closed++;
	metrics->durations[row_of(duration_bounds, ARRAY_LEN(duration_bounds), seconds)]++;
	metrics->duration_seconds += seconds;
}

void metrics_batch(struct metrics *metrics, size_t jobs, enum err err)
{
	metrics->batches++;
	metrics->batch_rows[row_of(batch_bounds, ARRAY_LEN(batch_bounds), (double)jobs)]++;
	metrics->batch_jobs += jobs;
	if (err)
		metrics->batch_failures++;
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void histogram(struct buf *out, const char *name, const char *help, const double *bounds,
		      const uint64_t *rows, unsigned count, double sum)
{
	uint64_t total = 0;

	head(out, name, "histogram", help);
	for (unsigned i = 0; i < count; i++) {
		total += rows[i];
		buf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name, bounds[i], (unsigned long long)total);
	}
	total += rows[count];
	buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.3f\n%s_count %llu\n", name,
		   (unsigned long long)total, name, sum, name, (unsigned long long)total);
}

/* The plain numbers, a row each. */
static void scalars(const struct metrics *m, size_t rooms, size_t queued, struct buf *out)
{
	const struct {
		const char *name;
		const char *type;
		const char *help;
		uint64_t value;
	} rows[] = {
	    {"websocket_connections_total", "gauge", "Open WebSocket connections.", (uint64_t)m->connections},
	    {"websocket_messages_sent_total", "counter", "Messages written to sockets.", m->sent},
	    {"invigil_pushd_connections_opened_total", "counter", "Sockets ever upgraded.", m->opened},
	    {"invigil_pushd_connections_let_in_total", "counter", "Sockets let into a session.", m->let_in},
	    {"invigil_pushd_messages_received_total", "counter", "Messages from clients.", m->received},
	    {"invigil_pushd_slow_readers_total", "counter", "Sockets closed for reading too slowly.",
	     m->slow},
	    {"invigil_pushd_dead_peers_total", "counter", "Sockets that left two pings unanswered.", m->dead},
	    {"invigil_pushd_events_delivered_total", "counter", "Events delivered to rooms.", m->events},
	    {"invigil_pushd_events_duplicate_total", "counter", "Copies of delivered events.", m->duplicates},
	    {"invigil_pushd_events_replayed_total", "counter", "Events sent to resuming clients.",
	     m->replayed},
	    {"invigil_pushd_gaps_read_total", "counter", "Reads of events lost on the way.", m->gaps},
	    {"invigil_pushd_resyncs_total", "counter", "Clients that had missed too much.", m->resyncs},
	    {"invigil_pushd_bus_frames_bad_total", "counter", "Bus frames that were none.", m->bus_bad},
	    {"invigil_pushd_bus_refused_total", "counter", "Tries of bus peers that may not send.",
	     m->bus_refused},
	    {"invigil_pushd_bus_frames_dropped_total", "counter", "Bus frames dropped here.", m->bus_dropped},
	    {"invigil_pushd_statement_failures_total", "counter", "Lane statements that failed.",
	     m->batch_failures},
	    {"invigil_pushd_jobs_refused_total", "counter", "Commands refused by full lanes.",
	     m->jobs_refused},
	    {"invigil_pushd_rooms", "gauge", "Sessions with listeners.", rooms},
	    {"invigil_pushd_lane_queue_depth", "gauge", "Jobs waiting for the database.", queued},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		head(out, rows[i].name, rows[i].type, rows[i].help);
		buf_printf(out, "%s %llu\n", rows[i].name, (unsigned long long)rows[i].value);
	}
}

void metrics_print(const struct metrics *m, size_t rooms, size_t queued, struct buf *out)
{
	scalars(m, rooms, queued, out);
	histogram(out, "websocket_connection_duration_seconds", "How long closed connections were open.",
		  duration_bounds, m->durations, ARRAY_LEN(duration_bounds), m->duration_seconds);
	histogram(out, "websocket_message_size_bytes", "Size of messages sent.", size_bounds, m->sizes,
		  ARRAY_LEN(size_bounds), (double)m->sent_bytes);
	histogram(out, "invigil_pushd_batch_jobs", "Jobs served by one statement.", batch_bounds,
		  m->batch_rows, ARRAY_LEN(batch_bounds), (double)m->batch_jobs);
	head(out, "invigil_pushd_refused_total", "counter", "Connections refused, by reason.");
	for (int err = 1; err < ERR_COUNT; err++)
		if (m->refused[err])
			buf_printf(out, "invigil_pushd_refused_total{reason=\"%s\"} %llu\n",
				   err_code((enum err)err), (unsigned long long)m->refused[err]);
}
