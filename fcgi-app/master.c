#include "fcgi-app/master.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/settings.h"
#include "base/clock.h"
#include "base/supervisor.h"
#include "bus/bus.h"
#include "core/log.h"
#include "core/log_config.h"
#include "core/version.h"
#include "fcgi-app/listener.h"
#include "fcgi-app/worker.h"

#define LEAVE_MS    10000 /* a worker that is told to leave has so long for its request */
#define YOUNG_MS    1000  /* a worker that fails before this age has failed at starting */
#define BACKOFF_MS  100	  /* … and its place stays empty so long, then twice as long, … */
#define BACKOFF_MAX 5000  /* … but not longer than this */

/* A worker's place. */
struct slot {
	pid_t pid;	    /* 0: empty */
	int generation;	    /* of the configuration that it was started with */
	int failures;	    /* at starting, in a row */
	int64_t started_at; /* ms, monotonic, as all below */
	int64_t start_at;   /* an empty place is filled then */
	int64_t kill_at;    /* told to leave, and killed then; 0: not told */
};

struct master {
	const struct config *config;
	struct settings *reloaded; /* what SIGHUP has read; NULL: the caller's is in use */
	const char *config_path;
	int generation; /* grows with each reload */
	int listen_fd;
	bool handed; /* listen_fd is the supervisor's: it outlives us, and nobody is refused meanwhile */
	struct together together;
	struct slot *slots;
	int count;
	bool leaving;
	sigset_t signals; /* blocked, and waited for */
	sigset_t before;  /* the mask that workers get */
};

static void tell_to_leave(struct slot *slot, int64_t now)
{
	if (slot->pid == 0 || slot->kill_at != 0)
		return;
	kill(slot->pid, SIGTERM);
	slot->kill_at = now + LEAVE_MS;
}

/* In the child. A master that is killed takes its workers along: the kernel tells them, and one whose master
 * died before it could ask for that sees it here. */
static void become_worker(const struct master *master, int number, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		exit(0);
	sigprocmask(SIG_SETMASK, &master->before, NULL);
	exit(worker_serve(master->config, master->listen_fd, &master->together, number));
}

static struct tally_place *own_place(const struct master *master)
{
	return tally_place(master->together.tally, MASTER_PLACE(master->count));
}

static int64_t backoff(int failures)
{
	int64_t ms = BACKOFF_MS;
	for (int i = 1; i < failures && ms < BACKOFF_MAX; i++)
		ms *= 2;
	return ms < BACKOFF_MAX ? ms : BACKOFF_MAX;
}

static void start_worker(struct master *master, struct slot *slot, int64_t now)
{
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid == 0)
		become_worker(master, (int)(slot - master->slots), parent);
	if (pid < 0) {
		slot->start_at = now + backoff(++slot->failures);
		log_error("no process for a worker", LOG_TEXT("problem", strerror(errno)));
		return;
	}
	tally_add(own_place(master), TALLY_WORKER_STARTS);
	*slot = (struct slot){
	    .pid = pid, .generation = master->generation, .failures = slot->failures, .started_at = now};
}

/* One that was told to leave, or left of itself, is followed at once; one that fails while it starts will
 * fail again, and waits. */
static void note_end(const struct master *master, struct slot *slot, int status, int64_t now)
{
	const bool failed =
	    (WIFSIGNALED(status) && slot->kill_at == 0) || (WIFEXITED(status) && WEXITSTATUS(status));
	const bool young = now - slot->started_at < YOUNG_MS;
	slot->failures = failed && young ? slot->failures + 1 : 0;
	slot->start_at = slot->failures ? now + backoff(slot->failures) : now;
	if (failed)
		tally_add(own_place(master), TALLY_WORKER_DEATHS);
	if (failed && !master->leaving)
		log_warn("a worker has died", LOG_INT("pid", slot->pid),
			 LOG_INT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
			 LOG_INT("status", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
	slot->pid = 0;
	slot->kill_at = 0;
}

static void reap(struct master *master, int64_t now)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (int i = 0; i < master->count; i++)
			if (master->slots[i].pid == pid)
				note_end(master, &master->slots[i], status, now);
}

static int alive(const struct master *master)
{
	int count = 0;
	for (int i = 0; i < master->count; i++)
		count += master->slots[i].pid != 0;
	return count;
}

static void fill_slots(struct master *master, int64_t now)
{
	for (int i = 0; i < master->count && !master->leaving; i++)
		if (master->slots[i].pid == 0 && master->slots[i].start_at <= now)
			start_worker(master, &master->slots[i], now);
}

/* After a reload: one old worker at a time, and only while every place is taken, so that there is always
 * somebody to answer. */
static void replace_next(struct master *master, int64_t now)
{
	struct slot *old = NULL;
	for (int i = 0; i < master->count; i++) {
		struct slot *slot = &master->slots[i];
		if (slot->pid == 0 || slot->kill_at)
			return;
		if (!old && slot->generation != master->generation)
			old = slot;
	}
	if (old)
		tell_to_leave(old, now);
}

static void kill_late(struct master *master, int64_t now)
{
	for (int i = 0; i < master->count; i++) {
		struct slot *slot = &master->slots[i];
		if (slot->pid == 0 || slot->kill_at == 0 || slot->kill_at > now)
			continue;
		log_warn("a worker would not leave", LOG_INT("pid", slot->pid));
		kill(slot->pid, SIGKILL);
		slot->kill_at = now + LEAVE_MS;
	}
}

/* When the next place has to be filled, the next worker killed, or the supervisor told that we live. */
static int64_t next_moment(const struct master *master, int64_t now)
{
	const int64_t patience = supervisor_patience_ms();
	int64_t next = now + (patience ? patience / 3 : 60000);
	for (int i = 0; i < master->count; i++) {
		const struct slot *slot = &master->slots[i];
		const int64_t at = slot->pid ? slot->kill_at : master->leaving ? 0 : slot->start_at;
		if (at && at < next)
			next = at;
	}
	return next > now ? next : now;
}

static void adopt(struct master *master, struct settings *settings, const char *in_vain)
{
	master->config = settings->config;
	settings_unref(master->reloaded);
	master->reloaded = settings;
	master->generation++;
	log_configure("app", settings->config);
	if (*in_vain)
		log_warn("some settings take effect at the next start only", LOG_TEXT("settings", in_vain));
	log_info("configuration read again; the workers are replaced one by one");
}

static void reload(struct master *master)
{
	struct settings *settings;
	char *words;
	supervisor_tell("RELOADING=1");
	if (settings_reload(master->config_path, CONFIG_APP, master->config, &words, &settings) == OK)
		adopt(master, settings, words ? words : "");
	else
		log_error("the new configuration is wrong, the old one stays",
			  LOG_TEXT("problem", words ? words : "out of memory"));
	free(words);
	supervisor_tell("READY=1");
}

static void leave(struct master *master, int64_t now)
{
	if (!master->leaving) {
		log_info("leaving: the workers finish what they are at");
		supervisor_tell("STOPPING=1");
	}
	master->leaving = true;
	for (int i = 0; i < master->count; i++)
		tell_to_leave(&master->slots[i], now);
}

static void wait_and_obey(struct master *master, int64_t now)
{
	const int64_t ms = next_moment(master, now) - now;
	const struct timespec most = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
	const int got = sigtimedwait(&master->signals, NULL, &most);
	if (got == SIGTERM || got == SIGINT)
		leave(master, clock_monotonic());
	else if (got == SIGHUP && !master->leaving)
		reload(master);
}

static void run(struct master *master)
{
	for (;;) {
		const int64_t now = clock_monotonic();
		reap(master, now);
		if (master->leaving && !alive(master))
			return;
		fill_slots(master, now);
		replace_next(master, now);
		kill_late(master, now);
		tally_set(own_place(master), TALLY_WORKERS, (uint64_t)alive(master));
		supervisor_tell("WATCHDOG=1");
		wait_and_obey(master, now);
	}
}

static void block_signals(struct master *master)
{
	sigemptyset(&master->signals);
	sigaddset(&master->signals, SIGCHLD);
	sigaddset(&master->signals, SIGTERM);
	sigaddset(&master->signals, SIGINT);
	sigaddset(&master->signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &master->signals, &master->before);
}

/* Ours, or the one that was handed over; -1: `problem` says why there is none. */
static int open_listener(struct master *master, char *problem, size_t size)
{
	const int fd = supervisor_socket();
	if (fd == SUPERVISOR_NO_SOCKET)
		return listener_open(master->config->app_socket, problem, size);
	if (fd == SUPERVISOR_BAD_SOCKET) {
		snprintf(problem, size, "exactly one listening socket must be handed over");
		return -1;
	}
	master->handed = true;
	/* a worker that is woken in vain goes on waiting in accept() */
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* What has to be right before the first fork; false, and logged, when it isn't. */
static bool prepare(struct master *master)
{
	char problem[256] = "out of memory";
	struct token_keys *keys;
	master->listen_fd = -1;
	if (token_keys_new(master->config, problem, &keys) == OK) {
		token_keys_free(keys);
		master->listen_fd = open_listener(master, problem, sizeof(problem));
	}
	if (master->listen_fd < 0)
		log_error("cannot start", LOG_TEXT("problem", problem));
	return master->listen_fd >= 0;
}

static void close_listener(const struct master *master, const char *address)
{
	if (master->handed)
		close(master->listen_fd);
	else
		listener_close(master->listen_fd, address);
}

int master_run(const struct config *config, const char *config_path)
{
	struct master master = {
	    .config = config, .config_path = config_path, .count = (int)config->app_workers};
	if (!prepare(&master))
		return 1;
	const char *socket = master.handed ? "handed over" : config->app_socket;
	const bool whole = together_init(&master.together, master.count);
	tally_set(own_place(&master), TALLY_WORKERS_WANTED, (uint64_t)master.count);
	master.slots = calloc((size_t)master.count, sizeof(*master.slots));
	block_signals(&master);
	if (master.slots && whole) {
		log_info("serving", LOG_TEXT("socket", socket), LOG_INT("workers", master.count),
			 LOG_TEXT("version", INVIGIL_VERSION));
		supervisor_tell("READY=1");
		run(&master);
	}
	const bool ran = master.leaving;
	close_listener(&master, config->app_socket);
	sigprocmask(SIG_SETMASK, &master.before, NULL);
	together_done(&master.together);
	free(master.slots);
	settings_unref(master.reloaded);
	return ran ? 0 : 1;
}
