#include "fcgi-app/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "bus/bus.h"
#include "core/log.h"
#include "fcgi-app/dispatch.h"
#include "fcgi-app/http/gateway.h"

#define BUS_LINGER_MS 200
#define PATIENCE_MS                                                                                          \
	65000 /* longer than web servers keep a connection that nothing comes on: they close it, not we */

struct worker {
	struct service service;
	struct token_keys *keys;
	struct arena *arena;	   /* the request's: reset before each */
	struct bus_sender *bus;	   /* NULL: what is published waits for pushd's own look */
	struct aside *aside;	   /* NULL: everything is done here */
	struct tally_place *place; /* NULL: nothing is counted */
	uint64_t bus_dropped;	   /* of these, so many are counted */
};

static volatile sig_atomic_t stopping;

bool together_init(struct together *together, int workers)
{
	together->tally = workers ? tally_new(workers + 1) : NULL;
	together->throttle = throttle_new();
	together->turnstile = turnstile_new(sysconf(_SC_NPROCESSORS_ONLN));
	return together->throttle && together->turnstile && (together->tally || !workers);
}

void together_done(struct together *together)
{
	throttle_free(together->throttle);
	turnstile_free(together->turnstile);
	tally_free(together->tally);
}

static void worker_done(struct worker *worker)
{
	aside_free(worker->aside);
	bus_sender_free(worker->bus, BUS_LINGER_MS);
	db_free(worker->service.db);
	token_cache_free(worker->service.tokens);
	token_keys_free(worker->keys);
	arena_free(worker->arena);
}

/* After the commit and before the reply: it costs microseconds, never waits, and a worker that dies while it
 * replies has told pushd already. A refused command can have published something too (a session found to be
 * over). */
static void publish(struct worker *worker, const struct outbox *outbox)
{
	for (const struct notice *at = worker->bus ? outbox->first : NULL; at; at = at->next) {
		if (at->kind == FRAME_EVENT)
			bus_send_event(worker->bus, &at->event);
		else
			bus_send_head(worker->bus, &at->event.session_id, at->event.event_id);
		if (at->seal)
			log_info("session sealed", LOG_ID("session", &at->event.session_id),
				 LOG_INT("event", at->event.event_id), LOG_TEXT("hash", at->seal));
	}
	for (; worker->bus && worker->bus_dropped < bus_dropped(worker->bus); worker->bus_dropped++)
		tally_add(worker->place, TALLY_BUS_DROPPED);
}

static const char NO_MEMORY[] = "Status: 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n";

/* Where there is no room, nothing else is asked. */
static void count(const struct worker *worker, const struct outcome *outcome, int status, int64_t us)
{
	const struct route *route = outcome->call.route;
	const bool full = worker->service.full && route && (route->flags & ROUTE_SLOW);
	tally_request(worker->place, route, status, us);
	if (outcome->err == ERR_RATE_LIMITED)
		tally_add(worker->place, TALLY_REFUSED + (full ? REFUSED_FULL : REFUSED_RATE));
}

/* Whoever has a reply has been counted. */
static void reply(const struct worker *worker, const struct request *request, const struct outcome *outcome,
		  int64_t begin_us)
{
	const struct exchange *exchange = request->exchange;
	struct buf out;
	buf_init(&out, request->arena);
	const bool whole = response_write(&outcome->response, request, &out);
	count(worker, outcome, whole ? outcome->response.status : 503, clock_micros() - begin_us);
	if (exchange->write(exchange->stream, whole ? out.data : NO_MEMORY,
			    whole ? out.len : strlen(NO_MEMORY)))
		return;
	tally_add(worker->place, TALLY_CLIENTS_GONE);
	log_info("the client left before the reply");
}

/* One line a request. The route stands for the path, which could hold anything. */
static void log_request(const struct worker *worker, const struct outcome *outcome, int64_t ms)
{
	const struct call *call = &outcome->call;
	struct log_field fields[7] = {
	    LOG_TEXT("method", method_name(call->request->method)),
	    LOG_TEXT("route", call->pattern),
	    LOG_INT("status", outcome->response.status),
	    LOG_INT("ms", ms),
	};
	int count = 4;
	if (outcome->err)
		fields[count++] = LOG_TEXT("code", err_code(outcome->err));
	if (!id_is_nil(&call->actor.user_id))
		fields[count++] = LOG_ID("user", &call->actor.user_id);
	fields[count].key = NULL;
	log_write(LOG_INFO, "request", fields);
	if (outcome->err && err_status(outcome->err) >= 500)
		log_error("request failed", LOG_TEXT("code", err_code(outcome->err)),
			  LOG_TEXT("database", db_message(worker->service.db)));
}

/* False, and answered, when there is no memory for it. */
static bool read_request(struct worker *worker, const struct exchange *exchange, struct request *ret)
{
	arena_reset(worker->arena);
	if (request_init(ret, worker->arena, exchange) == OK)
		return true;
	(void)exchange->write(exchange->stream, NO_MEMORY, strlen(NO_MEMORY));
	tally_request(worker->place, NULL, 503, 0);
	log_error("no memory for a request");
	return false;
}

static void serve(struct worker *worker, const struct request *request)
{
	struct outcome outcome;
	const int64_t begin = clock_micros();
	log_context("request", request->id);
	dispatch(&worker->service, request, &outcome);
	publish(worker, &outcome.domain.outbox);
	reply(worker, request, &outcome, begin);
	log_request(worker, &outcome, (clock_micros() - begin) / 1000);
	log_context("request", NULL);
}

static void serve_aside(void *own, const struct exchange *exchange)
{
	struct request request;
	if (read_request(own, exchange, &request))
		serve(own, &request);
}

static bool is_slow(const struct request *request)
{
	struct route_match match;
	return request->method == METHOD_POST && request->path &&
	       route_find(request->arena, request->method, request->path, &match) == OK && match.route &&
	       (match.route->flags & ROUTE_SLOW);
}

/* One request, here or aside; the gateway for the next. */
static struct gateway *answer(struct worker *worker, struct gateway *gateway, const struct exchange *exchange)
{
	struct gateway *next = NULL;
	struct request request;
	const bool whole = read_request(worker, exchange, &request);
	if (whole && worker->aside && is_slow(&request))
		next = gateway_next(gateway);
	if (next && aside_take(worker->aside, gateway, exchange)) {
		tally_add(worker->place, TALLY_ASIDE);
		return next;
	}
	worker->service.full = next != NULL;
	if (whole)
		serve(worker, &request);
	worker->service.full = false;
	gateway_finish(gateway);
	if (!next)
		return gateway;
	gateway_free(gateway);
	return next;
}

static void end_aside(void *own)
{
	worker_done(own);
	free(own);
}

static void ran(void *place, int64_t us, enum err err)
{
	tally_statement(place, us, err);
}

static void connected(void *place, bool made)
{
	tally_add(place, made ? TALLY_CONNECTS : TALLY_CONNECT_FAILURES);
}

/* NULL: no memory. */
static struct db *database_new(const struct config *config, struct tally_place *place)
{
	const struct db_watch watch = {.context = place, .ran = ran, .connected = connected};
	struct db *db = db_configured(config, "invigil-app", (int)config->database_timeout_ms);
	if (db && place)
		db_watch(db, &watch);
	return db;
}

/* What a thread works with: the worker's keys and limits, and all else of its own. */
static void *begin_aside(void *context)
{
	const struct worker *worker = context;
	struct worker *own = calloc(1, sizeof(*own));
	if (!own)
		return NULL;
	own->service = worker->service;
	own->service.tokens = NULL;
	own->place = worker->place;
	own->service.db = database_new(worker->service.config, own->place);
	own->arena = arena_new(0);
	if (own->service.db && own->arena)
		return own;
	end_aside(own);
	return NULL;
}

static bool start_aside(struct worker *worker, struct turnstile *turnstile)
{
	const struct aside_work work = {
	    .begin = begin_aside, .run = serve_aside, .end = end_aside, .context = worker};
	if (turnstile)
		worker->aside = aside_new(turnstile, &work);
	return !turnstile || worker->aside;
}

/* False, and logged, when it can't work. */
static bool worker_init(struct worker *worker, const struct config *config, const struct together *together,
			int number)
{
	char problem[BUS_PROBLEM] = "out of memory";
	*worker = (struct worker){.arena = arena_new(0), .place = tally_place(together->tally, number)};
	worker->service =
	    (struct service){.config = config, .throttle = together->throttle, .tally = together->tally};
	worker->service.db = database_new(config, worker->place);
	if (worker->arena && worker->service.db && token_keys_new(config, problem, &worker->keys) == OK &&
	    bus_sender_new(config, problem, &worker->bus) == OK && start_aside(worker, together->turnstile)) {
		worker->service.keys = worker->keys;
		worker->service.tokens = token_cache_new(worker->keys);
		return true;
	}
	log_error("a worker cannot start", LOG_TEXT("problem", problem));
	worker_done(worker);
	return false;
}

/* A signal that comes just before the accept would be forgotten by it: so it comes again every second. */
static void on_stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
	gateway_stop();
	alarm(1);
}

/* Without SA_RESTART: a waiting accept is to come back. */
static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGALRM, &stop, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* How many requests to serve: each worker's own number, so that they don't all leave at once. 0: without end.
 */
static int64_t draw_life(int64_t requests)
{
	uint16_t chance = 0;
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = (uint16_t)getpid();
	const int64_t spread = requests / 10;
	return requests + (spread ? chance % (2 * spread + 1) - spread : 0);
}

int worker_serve(const struct config *config, int listen_fd, const struct together *together, int number)
{
	struct worker worker;
	struct exchange exchange;
	const int64_t life = draw_life(config->app_requests_per_worker);
	int64_t served = 0;
	if (!worker_init(&worker, config, together, number))
		return 1;
	struct gateway *gateway = gateway_new(listen_fd, PATIENCE_MS);
	catch_signals();
	while (gateway && !stopping && (life == 0 || served < life) && gateway_accept(gateway, &exchange)) {
		gateway = answer(&worker, gateway, &exchange);
		served++;
	}
	const bool wanted = stopping || (life > 0 && served >= life);
	alarm(0);
	if (!wanted)
		log_error("a worker's socket is of no use");
	gateway_free(gateway);
	worker_done(&worker);
	return wanted ? 0 : 1;
}

int worker_run(const struct config *config, int listen_fd)
{
	struct together together;
	const int status = together_init(&together, 0) ? worker_serve(config, listen_fd, &together, 0) : 1;
	together_done(&together);
	return status;
}

int worker_cgi(const struct config *config)
{
	const struct together alone = {0};
	struct worker worker;
	struct exchange exchange;
	if (!worker_init(&worker, config, &alone, 0))
		return 1;
	gateway_cgi(&exchange);
	serve_aside(&worker, &exchange);
	worker_done(&worker);
	return 0;
}
