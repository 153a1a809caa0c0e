#include "fcgi-app/tally.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/clock.h"

#define LABELS_TEXT 256

/* The alignment keeps two workers from writing to one cache line. */
struct tally_place {
	alignas(64) _Atomic uint64_t cells[TALLY_CELLS];
};

struct tally {
	int places;
	int64_t started_at;
	struct tally_place place[];
};

static size_t size_of(int places)
{
	return sizeof(struct tally) + (size_t)places * sizeof(struct tally_place);
}

struct tally *tally_new(int places)
{
	void *memory = mmap(NULL, size_of(places), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct tally *tally = memory;

	if (memory == MAP_FAILED)
		return NULL;
	tally->places = places;
	tally->started_at = clock_now();
	return tally;
}

void tally_free(struct tally *tally)
{
	if (tally)
		munmap(tally, size_of(tally->places));
}

struct tally_place *tally_place(struct tally *tally, int number)
{
	return tally ? &tally->place[number] : NULL;
}

/* --- counting --- */

static void add(struct tally_place *place, int cell, uint64_t count)
{
	atomic_fetch_add_explicit(&place->cells[cell], count, memory_order_relaxed);
}

void tally_add(struct tally_place *place, int cell)
{
	if (place)
		add(place, cell, 1);
}

void tally_set(struct tally_place *place, int cell, uint64_t value)
{
	if (place)
		atomic_store_explicit(&place->cells[cell], value, memory_order_relaxed);
}

static void add_seconds(struct tally_place *place, int cell, int64_t us)
{
	if (!place)
		return;
	add(place, cell + (int)scale_row(&scale_seconds, (double)us / 1e6), 1);
	add(place, cell + SCALE_MOST + 1, us > 0 ? (uint64_t)us : 0);
}

static enum request_kind kind_of(const struct route *route)
{
	if (route && route->flags & ROUTE_HOT)
		return REQUEST_HOT;
	return route && route->flags & ROUTE_SLOW ? REQUEST_SLOW : REQUEST_OTHER;
}

void tally_request(struct tally_place *place, const struct route *route, int status, int64_t us)
{
	const int row = route ? (int)(route - ROUTES) : ROUTE_COUNT;
	const int class = status < 300 ? 0 : status < 400 ? 1 : status < 500 ? 2 : 3;
	tally_add(place, TALLY_REQUESTS + row * STATUS_CLASSES + class);
	add_seconds(place, TALLY_REQUEST_SECONDS + (int)kind_of(route) * HISTOGRAM_CELLS, us);
}

void tally_statement(struct tally_place *place, int64_t us, enum err err)
{
	add_seconds(place, TALLY_STATEMENT_SECONDS, us);
	if (err)
		tally_add(place, TALLY_STATEMENT_FAILURES + (err == ERR_UNAVAILABLE ? FAILED_UNAVAILABLE
							     : err == ERR_RETRY	    ? FAILED_RETRY
										    : FAILED_OTHER));
}

/* --- labels: of the sample with that number, in LABELS_TEXT bytes; false: it isn't told --- */

typedef bool labels_fn(const uint64_t *cells, int number, char *text);

static bool no_labels(const uint64_t *cells UNUSED, int number UNUSED, char *text UNUSED)
{
	return true;
}

/* A route that nobody has asked for isn't told, else most of the text would be noughts. One that somebody has
 * asked for is told whole, so that its first failure is seen as a step. */
static bool request_labels(const uint64_t *cells, int number, char *text)
{
	const int row = number / STATUS_CLASSES, class = number % STATUS_CLASSES;
	const struct route *route = row < ROUTE_COUNT ? &ROUTES[row] : NULL;
	uint64_t asked = 0;
	for (int i = 0; i < STATUS_CLASSES; i++)
		asked += cells[row * STATUS_CLASSES + i];
	snprintf(text, LABELS_TEXT, "method=\"%s\",route=\"%s\",status=\"%dxx\"",
		 route ? method_name(route->method) : "other", route ? route->pattern : "other", class + 2);
	return asked > 0;
}

static bool word(const char *label, const char *value, char *text)
{
	snprintf(text, LABELS_TEXT, "%s=\"%s\"", label, value);
	return true;
}

static bool kind_labels(const uint64_t *cells UNUSED, int number, char *text)
{
	static const char *const words[] = {"hot", "slow", "other"};
	return word("kind", words[number], text);
}

static bool refusal_labels(const uint64_t *cells UNUSED, int number, char *text)
{
	static const char *const words[] = {"rate", "full"};
	return word("reason", words[number], text);
}

static bool failure_labels(const uint64_t *cells UNUSED, int number, char *text)
{
	static const char *const words[] = {"unavailable", "retry", "other"};
	return word("reason", words[number], text);
}

/* --- telling --- */

static void print_histogram(struct buf *out, const char *name, const char *labels, const uint64_t *cells)
{
	struct histogram histogram;
	for (int row = 0; row <= SCALE_MOST; row++)
		histogram.rows[row] = cells[row];
	histogram.sum = (double)cells[SCALE_MOST + 1] / 1e6;
	exposition_histogram(out, name, labels, &scale_seconds, &histogram);
}

static const struct row {
	enum metric_kind kind;
	int first, count; /* cells */
	labels_fn *labels;
	const char *name;
	const char *help;
} ROWS[] = {
#define METRIC(id, kind, cells, labels, name, help) {METRIC_##kind, TALLY_##id, cells, labels, name, help},
#include "fcgi-app/metrics.def"
#undef METRIC
};

static void print_row(const struct row *row, const uint64_t *cells, struct buf *out)
{
	const int step = row->kind == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1;
	exposition_head(out, row->kind, row->name, row->help);
	for (int i = 0; i * step < row->count; i++) {
		char labels[LABELS_TEXT] = "";
		if (!row->labels(cells, i, labels))
			continue;
		if (row->kind == METRIC_HISTOGRAM)
			print_histogram(out, row->name, labels, cells + i * step);
		else
			exposition_count(out, row->name, labels, cells[i]);
	}
}

static void sum_up(const struct tally *tally, uint64_t cells[TALLY_CELLS])
{
	for (int place = 0; place < tally->places; place++)
		for (int cell = 0; cell < TALLY_CELLS; cell++)
			cells[cell] +=
			    atomic_load_explicit(&tally->place[place].cells[cell], memory_order_relaxed);
}

static void print_time(struct buf *out, const char *name, const char *help, int64_t ms)
{
	exposition_head(out, METRIC_GAUGE, name, help);
	exposition_number(out, name, "", (double)ms / 1e3);
}

void tally_print(const struct tally *tally, struct buf *out)
{
	uint64_t cells[TALLY_CELLS] = {0};
	exposition_build(out, "invigil_app");
	print_time(out, "invigil_app_time_seconds", "This host's clock, since 1970.", clock_now());
	if (!tally) {
		buf_adds(out, "# No more: figures are kept by `invigil-app serve` only, and a web server has "
			      "started this process.\n");
		return;
	}
	print_time(out, "process_start_time_seconds", "When it started, since 1970.", tally->started_at);
	sum_up(tally, cells);
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		print_row(&ROWS[i], cells + ROWS[i].first, out);
}
