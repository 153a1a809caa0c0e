/* invigil-pushd: options, configuration, signals, and the loop. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "auth/settings.h"
#include "base/ballast.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/supervisor.h"
#include "bus/bus.h"
#include "core/config.h"
#include "core/log.h"
#include "core/log_config.h"
#include "core/version.h"
#include "pushd/clients.h"
#include "pushd/listener.h"
#include "pushd/polling.h"
#include "pushd/pushd.h"
#include "pushd/scheduler.h"
#include "pushd/server.h"

#define SECOND_MS   1000
#define WAVE_MS	    20	  /* at shutdown, clients are sent away … */
#define WAVE	    200	  /* … so many at a time */
#define HEADS_MS    300	  /* whoever is just asking may finish, to be answered or sent away like the others */
#define SHUTDOWN_MS 10000 /* and whoever isn't gone by then is cut off */
#define OPENING_MS  3000  /* at the start, who connects waits so long until pushd can let him in */
#define DRAIN_MS    2000  /* the lanes may finish what they have for so long */

struct daemon {
	uv_loop_t loop;
	/* Not an uv_async_t: the loop that it wakes spins until the thread that woke it has run on, and where
	 * the two share a processor that is a thousand pauses for nothing. */
	uv_poll_t wake;
	int waker; /* what it watches: an eventfd */
	uv_timer_t alarm;
	uv_timer_t tick;
	uv_timer_t wave;
	uv_timer_t second;
	uv_signal_t terminate;
	uv_signal_t interrupt;
	uv_signal_t hangup;
	const char *config_path; /* NULL: none */
	struct pushd *pushd;
	struct clients *clients;
	struct polling *polling;
	struct server *server;
	struct listener *listener;
	int64_t open_by; /* clock_monotonic(); 0: newcomers are accepted already */
	int64_t stop_by; /* clock_monotonic(); 0: nobody has asked us to */
};

/* --- the loop's turns --- */

static void on_wake(uv_poll_t *handle, int status UNUSED, int events UNUSED)
{
	const struct daemon *daemon = handle->data;
	uint64_t times;

	if (read(daemon->waker, &times, sizeof(times)) == sizeof(times))
		pushd_wake(daemon->pushd);
}

static void on_alarm(uv_timer_t *handle)
{
	pushd_fill(((struct daemon *)handle->data)->pushd);
}

/* Whoever has waited through a restart would be refused as long as this node has no name in the database.
 * Without a database he is to hear of it, and so is whoever asks for our health. */
static void open_door(struct daemon *daemon)
{
	if (!daemon->pushd->adopted && clock_monotonic() < daemon->open_by)
		return;
	daemon->open_by = 0;
	listener_resume(daemon->listener);
	supervisor_tell("READY=1");
}

static void on_tick(uv_timer_t *handle)
{
	struct daemon *daemon = handle->data;

	pushd_tick(daemon->pushd);
	if (daemon->open_by && !daemon->stop_by)
		open_door(daemon);
}

/* Who serves sockets but can't reach a lane any more is better started anew. */
static void on_second(uv_timer_t *handle)
{
	struct daemon *daemon = handle->data;
	int64_t now = clock_monotonic();

	polling_tick(daemon->polling, now);
	if (scheduler_lane_works(daemon->pushd, now))
		supervisor_tell("WATCHDOG=1");
}

static void on_arrival(void *context, int fd, const char *bytes, size_t len)
{
	server_adopt(((struct daemon *)context)->server, fd, bytes, len);
}

static void wake(void *context)
{
	const uint64_t once = 1;

	/* it only fails when as many wait as it can count */
	(void)!write(((struct daemon *)context)->waker, &once, sizeof(once));
}

static void alarm_in(void *context, int ms)
{
	uv_timer_start(&((struct daemon *)context)->alarm, on_alarm, (uint64_t)ms, 0);
}

/* --- the end --- */

static void close_handles(struct daemon *daemon)
{
	uv_close((uv_handle_t *)&daemon->wave, NULL);
	uv_close((uv_handle_t *)&daemon->second, NULL);
	uv_close((uv_handle_t *)&daemon->tick, NULL);
	uv_close((uv_handle_t *)&daemon->alarm, NULL);
	uv_close((uv_handle_t *)&daemon->terminate, NULL);
	uv_close((uv_handle_t *)&daemon->interrupt, NULL);
	uv_close((uv_handle_t *)&daemon->hangup, NULL);
	/* the lanes may wake us to the last; the loop ends all the same when the library's handles are closed
	 */
	uv_unref((uv_handle_t *)&daemon->wake);
}

/* A wave of clients; the last one takes the sockets down. */
static void on_wave(uv_timer_t *handle)
{
	struct daemon *daemon = handle->data;

	int64_t left = daemon->stop_by - clock_monotonic();

	if (!pushd_dismiss(daemon->pushd, WAVE) && left > 0)
		return;
	if (left > SHUTDOWN_MS - HEADS_MS &&
	    (listener_waits_for(daemon->listener) || !polling_idle(daemon->polling)))
		return;
	listener_stop(daemon->listener);
	uv_timer_stop(handle);
	polling_stop(daemon->polling);
	server_end(daemon->server);
	close_handles(daemon);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = handle->data;

	if (daemon->stop_by) {
		log_warn("stopped at once", LOG_INT("signal", number));
		_exit(1);
	}
	log_info("stopping", LOG_INT("signal", number));
	supervisor_tell("STOPPING=1");
	daemon->stop_by = clock_monotonic() + SHUTDOWN_MS;
	listener_shut(daemon->listener);
	uv_timer_start(&daemon->wave, on_wave, 0, WAVE_MS);
}

/* --- new settings --- */

static void adopt(struct daemon *daemon, struct settings *settings, const char *in_vain)
{
	log_configure("pushd", settings->config);
	pushd_configure(daemon->pushd, settings);
	settings_unref(settings);
	if (*in_vain)
		log_warn("some settings take effect at the next start only", LOG_TEXT("settings", in_vain));
	log_info("configuration read again");
}

static void on_hangup(uv_signal_t *handle, int number UNUSED)
{
	struct daemon *daemon = handle->data;
	struct settings *settings;
	char *words;

	if (daemon->stop_by)
		return;
	supervisor_tell("RELOADING=1");
	if (settings_reload(daemon->config_path, CONFIG_PUSHD, daemon->pushd->config, &words, &settings) ==
	    OK)
		adopt(daemon, settings, words ? words : "");
	else
		log_error("the new configuration is wrong, the old one stays",
			  LOG_TEXT("problem", words ? words : "out of memory"));
	free(words);
	supervisor_tell("READY=1");
}

/* --- the start --- */

static void init_loop(struct daemon *daemon)
{
	uv_loop_init(&daemon->loop);
	uv_poll_init(&daemon->loop, &daemon->wake, daemon->waker);
	uv_timer_init(&daemon->loop, &daemon->alarm);
	uv_timer_init(&daemon->loop, &daemon->tick);
	uv_timer_init(&daemon->loop, &daemon->wave);
	uv_timer_init(&daemon->loop, &daemon->second);
	uv_signal_init(&daemon->loop, &daemon->terminate);
	uv_signal_init(&daemon->loop, &daemon->interrupt);
	uv_signal_init(&daemon->loop, &daemon->hangup);
	daemon->wake.data = daemon->alarm.data = daemon->tick.data = daemon->wave.data = daemon->second.data =
	    daemon;
	daemon->terminate.data = daemon->interrupt.data = daemon->hangup.data = daemon;
	uv_poll_start(&daemon->wake, UV_READABLE, on_wake);
	uv_timer_start(&daemon->tick, on_tick, TICK_MS, TICK_MS);
	uv_signal_start(&daemon->terminate, on_signal, SIGTERM);
	uv_signal_start(&daemon->interrupt, on_signal, SIGINT);
}

/* Every socket is a file: as many as the system lets us have. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		log_warn("file limit stays", LOG_TEXT("error", strerror(errno)));
}

/* Socket.IO, on both of its transports. */
static bool start_clients(struct daemon *daemon)
{
	struct transport_rules rules = {
	    .path = CLIENTS_PATH,
	    .loop = &daemon->loop,
	    .metrics = &daemon->pushd->metrics,
	    .owner = daemon->pushd,
	    .origin = clients_origin,
	    .address = clients_address,
	};

	daemon->clients = clients_new(daemon->pushd, &transport_ops);
	if (!daemon->clients)
		return false;
	rules.engine = clients_engine(daemon->clients);
	daemon->polling = polling_new(&rules);
	if (!daemon->polling)
		return false;
	server_serve(daemon->server, daemon->polling);
	uv_timer_start(&daemon->second, on_second, SECOND_MS, SECOND_MS);
	return true;
}

/* On the socket that was handed over, else on one of our own. */
static bool listen_somewhere(struct daemon *daemon, const char *address)
{
	const struct listener_hooks hooks = {.context = daemon, .arrived = on_arrival};
	int fd = supervisor_socket();
	enum err err;

	if (fd == SUPERVISOR_BAD_SOCKET) {
		log_error("cannot listen",
			  LOG_TEXT("problem", "exactly one listening socket must be handed over"));
		return false;
	}
	err = fd == SUPERVISOR_NO_SOCKET ? listener_new(&daemon->loop, address, &hooks, &daemon->listener)
					 : listener_take(&daemon->loop, fd, &hooks, &daemon->listener);
	if (err) {
		log_error("cannot listen", LOG_TEXT("pushd_listen", address));
		return false;
	}
	listener_pause(daemon->listener);
	daemon->open_by = clock_monotonic() + OPENING_MS;
	return true;
}

/* The parts in the order in which they need each other; false, with a line in the log, when one can't be had.
 */
static bool start(struct daemon *daemon, struct settings *settings)
{
	const struct config *config = settings->config;
	const struct loop_hooks loop_hooks = {.context = daemon, .wake = wake, .alarm = alarm_in};
	char problem[200];

	/* the address first: binding the bus takes it away from whoever has it, so nobody does that who can't
	 * listen */
	if (!listen_somewhere(daemon, config->pushd_listen))
		return false;
	if (pushd_new(settings, &loop_hooks, problem, &daemon->pushd)) {
		log_error("cannot start", LOG_TEXT("problem", problem));
		return false;
	}
	if (server_new(daemon->pushd, &daemon->loop, &daemon->server)) {
		log_error("cannot start", LOG_TEXT("problem", "libwebsockets doesn't"));
		return false;
	}
	if (!start_clients(daemon)) {
		log_error("cannot start", LOG_TEXT("problem", "out of memory"));
		return false;
	}
	log_info("listening", LOG_TEXT("pushd_listen", config->pushd_listen),
		 LOG_TEXT("version", INVIGIL_VERSION));
	uv_signal_start(&daemon->hangup, on_hangup, SIGHUP);
	return true;
}

static int serve(const char *config_path, struct settings *settings)
{
	struct daemon daemon = {.config_path = config_path, .waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	bool started;

	if (daemon.waker < 0) {
		log_error("cannot start", LOG_TEXT("problem", strerror(errno)));
		return 1;
	}
	/* before it allocates anything: it would end the process instead of a connection */
	uv_replace_allocator(ballast_malloc, ballast_realloc, ballast_calloc, free);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	init_loop(&daemon);
	started = start(&daemon, settings);
	if (!started) {
		if (daemon.listener)
			listener_stop(daemon.listener);
		if (daemon.server)
			server_end(daemon.server);
		close_handles(&daemon);
	}
	uv_run(&daemon.loop, UV_RUN_DEFAULT);
	polling_free(daemon.polling);
	clients_free(daemon.clients);
	pushd_free(daemon.pushd, DRAIN_MS);
	uv_close((uv_handle_t *)&daemon.wake, NULL);
	uv_run(&daemon.loop, UV_RUN_DEFAULT);
	server_free(daemon.server);
	listener_free(daemon.listener);
	uv_loop_close(&daemon.loop);
	close(daemon.waker);
	log_info("stopped");
	return started ? 0 : 1;
}

/* --- the command line --- */

static void usage(FILE *out)
{
	fputs("usage: invigil-pushd [--config FILE] [--check-config [--quiet]]\n\n"
	      "  --config FILE    the settings (default: $INVIGIL_CONFIG, else /etc/invigil/invigil.conf)\n"
	      "  --check-config   print the effective settings and exit\n"
	      "  --quiet          … and say only what is wrong with them\n"
	      "  --help           this\n"
	      "  --version        the version\n\nSettings:\n",
	      out);
	config_help(CONFIG_PUSHD, out);
}

struct options {
	const char *config;
	bool check, quiet;
};

/* The exit status when there is nothing more to do; -1: go on. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'}, {"check-config", no_argument, NULL, 'k'},
	    {"quiet", no_argument, NULL, 'q'},	      {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (option == 'c') {
			options->config = optarg;
		} else if (option == 'k') {
			options->check = true;
		} else if (option == 'q') {
			options->quiet = true;
		} else if (option == 'v') {
			VERSION_PRINT("invigil-pushd");
			return 0;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 2;
	}
	return -1;
}

/* Settings and keys, checked; the exit status when they are of no use. */
static int load(const char *path, struct settings **ret)
{
	struct config *config;
	struct token_keys *keys = NULL;
	struct settings *settings = NULL;
	char problem[BUS_PROBLEM] = "out of memory";

	if (config_load(path, CONFIG_PUSHD, stderr, &config))
		return 2;
	log_configure("pushd", config);
	if (token_keys_new(config, problem, &keys) == OK && bus_check(config, problem) == OK)
		settings = settings_new(config, keys);
	if (settings) {
		*ret = settings;
		return 0;
	}
	log_error("cannot start", LOG_TEXT("problem", problem));
	token_keys_free(keys);
	config_free(config);
	return 2;
}

int main(int argc, char **argv)
{
	struct options options = {.config = config_default_path()};
	int status = read_options(argc, argv, &options);
	struct settings *settings;

	process_seclude();
	if (status >= 0)
		return status;
	/* who reloads too early must not end it */
	signal(SIGHUP, SIG_IGN);
	status = load(options.config, &settings);
	if (status)
		return status;
	if (!options.check)
		status = serve(options.config, settings);
	else if (!options.quiet)
		config_print(settings->config, stdout);
	settings_unref(settings);
	return status;
}
